package watching_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/dial"
	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/watching"
)

// A file that was half there when it was read is read again before it is applied.
func TestWatchReadsWhole(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "compose.yaml")
	const half = "name: halved\nservices:\n  web: {image: alpine, develop: {watch: [{action: restart, path: .}]}}\n"
	write := func(text string) {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Error(err)
		}
	}
	read := func(ctx context.Context) (*project.Project, error) {
		return project.Load(ctx, project.Options{Dir: dir, WorkDir: dir}, func(event.Event) {})
	}
	server := enginetest.Start(t, enginetest.Options{})
	conn, err := dial.Dial(t.Context(), dial.Options{Host: server.Host})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Client.Close() })
	since := time.Now()
	write(half)
	p, err := read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	write(half + "  db: {image: alpine}\n") // the editor's second write
	created := 0
	s := session.New(session.Config{
		Reader: api.ReadOnly(conn.Client), Engine: conn.Engine, Project: p, DryRun: true,
		ShowPlan: func(made *plan.Plan) error {
			for _, step := range made.Steps {
				if _, ok := step.Action.(planner.CreateContainer); ok {
					created++
				}
			}
			return nil
		},
	})
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := watching.Watch(ctx, s, &session.UpOptions{}, watching.Options{Since: since, Reload: read}); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	if created != 2 {
		t.Errorf("%d containers were planned, want those of the whole file: 2", created)
	}
}
