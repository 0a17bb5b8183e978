package session_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/dial"
	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// Dockerfiles are read where something is built, those of what is built alone, and
// never by an up that has nothing to do.
func TestDockerfilesRead(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"compose.yaml": `
name: reads
services:
  web: {image: alpine, command: sleep 100, build: {context: ., dockerfile: Web}}
  idle: {image: busybox, command: sleep 100, build: {context: ., dockerfile: Idle}}
  lost: {image: lost, profiles: [x], build: {context: ., dockerfile: Lost}}
  base: {image: base, profiles: [x], build: {context: ., dockerfile: Base}}
`,
		"Web": "FROM scratch\n", "Idle": "FROM base\n", "Lost": "FROM base\n", "Base": "FROM scratch\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	server := enginetest.Start(t, enginetest.Options{})
	conn, err := dial.Dial(t.Context(), dial.Options{Host: server.Host})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Client.Close() })
	p, err := project.Load(t.Context(), project.Options{Dir: dir, WorkDir: dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	up := func(services ...string) (read []string) {
		t.Helper()
		selected, err := p.Select(project.Selection{Services: services})
		if err != nil {
			t.Fatal(err)
		}
		c := session.Config{Reader: api.ReadOnly(conn.Client), Client: conn.Client, Engine: conn.Engine, Project: selected}
		if len(services) > 0 {
			c.Client, c.DryRun, c.ShowPlan = nil, true, func(*plan.Plan) error { return nil }
		}
		readFile := func(name string) ([]byte, error) {
			read = append(read, filepath.Base(name))
			return os.ReadFile(name)
		}
		s := session.New(c).WithImages(session.ImageOptions{Build: build.Options{ReadFile: readFile}})
		defer s.Close()
		if err := s.Up(t.Context(), session.UpOptions{}); err != nil {
			t.Fatal(err)
		}
		return read
	}
	for range 2 { // the first creates the containers, of images that are there
		if read := up(); len(read) > 0 {
			t.Errorf("nothing is built, and %q were read", read)
		}
	}
	if read, want := up("lost"), []string{"Lost", "Base"}; !reflect.DeepEqual(read, want) {
		t.Errorf("got %q, want %q", read, want)
	}
}
