package watch_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/watch"
)

// A rebuild runs beside syncing, the next change that asks for one cancels it,
// and what changed meanwhile reaches the new container.
func TestRebuild(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "1")
	synctest.Test(t, func(t *testing.T) {
		s := newServices("web")
		cancelled := 0
		s.rebuild = func(ctx context.Context, _ []string) error {
			select {
			case <-ctx.Done():
				cancelled++
				return ctx.Err()
			case <-time.After(time.Minute):
				s.stop("web")
				s.start("web")
				return nil
			}
		}
		rebuild := watch.Rule{Service: "web", Action: watch.Rebuild, Path: filepath.Join(root, "go.mod")}
		src := syncRule(root)
		src.Ignore = []string{"go.mod"}
		b := start(t, s, root, src, rebuild)
		b.save("go.mod", "2")
		b.after(time.Second)
		b.save("a", "1") // beside the first build; the second has it
		b.after(time.Second)
		b.save("go.mod", "3")
		b.after(time.Second)
		b.save("b", "1") // beside the second
		b.want(b.after(2*time.Minute), "rebuild web\npatch web-1 +/app/a\nrebuild web\npatch web-1 +/app/b\npatch web-2 +/app/b")
		if cancelled != 1 {
			t.Errorf("%d builds were cancelled, want 1", cancelled)
		}
		last := b.synced()
		if i := slices.IndexFunc(last, func(e event.Synced) bool { return e.Action == "rebuild" }); i < 0 || last[i].Err != nil {
			t.Errorf("got %+v", last)
		}
	})
}

// A build that fails is said, and syncing goes on.
func TestFailedRebuild(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "1")
	synctest.Test(t, func(t *testing.T) {
		s := newServices("web")
		s.rebuild = func(context.Context, []string) error { return errors.New("no such module") }
		b := start(t, s, root, syncRule(root), watch.Rule{Service: "web", Action: watch.Rebuild, Path: filepath.Join(root, "go.mod")})
		b.save("go.mod", "2")
		b.after(time.Second)
		b.save("a", "1")
		got := b.after(time.Second)
		if !strings.Contains(got, "patch web-1 +/app/a") || strings.Count(got, "rebuild web") != 1 {
			t.Errorf("got:\n%s", got)
		}
		if !slices.ContainsFunc(b.synced(), func(e event.Synced) bool { return e.Action == "rebuild" && e.Err != nil }) {
			t.Errorf("got %+v", b.synced())
		}
	})
}

// A restart that a bind mount's change asks for copies nothing.
func TestRestartAndExec(t *testing.T) {
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web", "api"), root,
			watch.Rule{Service: "web", Action: watch.Restart, Path: root},
			watch.Rule{Service: "api", Action: watch.SyncExec, Path: root, Target: "/src", Exec: watch.Hook{Command: []string{"reload"}}})
		b.save("a", "1")
		got := strings.Split(b.after(time.Second), "\n")
		slices.Sort(got)
		b.want(strings.Join(got, "\n"), "exec api reload\npatch api-2 +/src/a\nrestart web")
	})
}

// TestMountGone: a service is not restarted while its mounted source is away, since
// the engine would make it anew; it is when that is back.
func TestMountGone(t *testing.T) {
	dir := t.TempDir()
	root := dir + "/src"
	write(t, root+"/a", "1")
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), dir, watch.Rule{Service: "web", Action: watch.Restart, Path: root, Derived: "bind mount ./src:/app"})
		if err := os.Rename(root, dir+"/away"); err != nil {
			t.Fatal(err)
		}
		b.tell("src")
		b.want(b.after(time.Second), "")
		if err := os.Rename(dir+"/away", root); err != nil {
			t.Fatal(err)
		}
		write(t, root+"/a", "2")
		b.tell("src", "src/a")
		b.want(b.after(time.Second), "restart web")
	})
}
