package watching_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/watching"
)

// watched is a project whose service has the folder src, and an engine in memory.
func watched(t *testing.T) (dir string, p *project.Project, conn *session.Connection) {
	t.Helper()
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "src"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := `name: toggled
services:
  web: {image: alpine, command: [sleep, "1000"], stop_grace_period: 0s, develop: {watch: [{action: sync, path: ./src, target: /src}]}}
`
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	server := enginetest.Start(t, enginetest.Options{HostFolders: []string{dir}})
	conn, err := session.Connect(t.Context(), session.ConnectOptions{Host: server.Host})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if p, err = project.Load(t.Context(), project.Options{Dir: dir, WorkDir: dir}, nil); err != nil {
		t.Fatal(err)
	}
	return dir, p, conn
}

// TestToggle: what was saved while it is open, and between Close
// and the next Open, is synced.
func TestToggle(t *testing.T) {
	dir, p, conn := watched(t)
	save := func(name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "src", name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	synced := make(chan string, 8)
	s := conn.New(session.Config{Project: p, Sink: func(e event.Event) {
		if e, ok := e.(event.Synced); ok {
			synced <- strings.Join(e.Paths, " ")
		}
	}})
	t.Cleanup(s.Close)
	if err := s.Up(t.Context(), session.UpOptions{}); err != nil {
		t.Fatal(err)
	}
	next := func(want string) {
		t.Helper()
		if got := <-synced; !strings.HasSuffix(got, want) {
			t.Errorf("%q was synced, want %q", got, want)
		}
	}
	toggle := watching.NewToggle(p, watching.Options{})
	toggle.Close() // nothing yet
	open := func() {
		t.Helper()
		if err := toggle.Open(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		toggle.Start(t.Context(), func(*project.Project) {})
	}
	open()
	save("one")
	next("one")
	toggle.Close()
	toggle.Close()
	save("two")
	open()
	next("two")
	toggle.Close()
}

// TestToggleNothing: a project without a rule cannot be watched.
func TestToggleNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte("name: toggled\nservices: {web: {image: alpine}}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := project.Load(t.Context(), project.Options{Dir: dir, WorkDir: dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	toggle := watching.NewToggle(p, watching.Options{})
	defer toggle.Close()
	s := session.New(session.Config{Project: p})
	defer s.Close()
	if err := toggle.Open(t.Context(), s); err == nil || !strings.Contains(err.Error(), "none of the selected services") {
		t.Errorf("got %v", err)
	}
}
