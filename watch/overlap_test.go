package watch_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/watch"
)

// What two rules are about is one change. Where one deletes, the other's stays.
func TestRulesOverOneAnother(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"app/lib/x", "app/lib/own/y", "lib/x", "lib/z"} {
		write(t, filepath.Join(root, name), name)
	}
	synctest.Test(t, func(t *testing.T) {
		app, lib, other := syncRule(filepath.Join(root, "app")), syncRule(filepath.Join(root, "lib")), syncRule(filepath.Join(root, "lib"))
		lib.Target, other.Target = "/app/lib", "/lib"
		b := start(t, newServices("web"), root, app, lib, other)
		b.save("lib/z", "new")
		b.want(b.after(time.Second), "patch web-1 +/app/lib/z +/lib/z")
		if s := b.synced(); len(s) != 1 || s[0].Writes != 1 || len(s[0].Paths) != 1 {
			t.Errorf("got %+v", s)
		}
		if err := os.RemoveAll(filepath.Join(root, "app/lib")); err != nil {
			t.Fatal(err)
		}
		b.tell("app/lib")
		b.want(b.after(time.Second), "patch web-1 +/app/lib/z +/lib/z\npatch web-1 -/app/lib/own +/app/lib/x")
		if s := b.synced(); s[1].Writes != 0 || s[1].Deletes != 4 {
			t.Errorf("got %+v", s)
		}
	})
}

// A rule that fails does not keep the others from what they do, and its own action
// waits.
func TestRuleFailsAlone(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"app/a", "full/b"} {
		write(t, filepath.Join(root, name), name)
	}
	synctest.Test(t, func(t *testing.T) {
		s := newServices("web")
		s.fail = func(call string) error {
			if strings.Contains(call, "/full/") {
				return errors.New("disk full")
			}
			return nil
		}
		app, full := syncRule(filepath.Join(root, "app")), syncRule(filepath.Join(root, "full"))
		full.Target, full.Action = "/full", watch.SyncRestart
		b := start(t, s, root, full, app)
		b.save("full/b", "new")
		b.save("app/a", "new")
		log := b.after(500 * time.Millisecond)
		if !strings.Contains(log, "patch web-1 +/app/a\n") && !strings.HasSuffix(log, "patch web-1 +/app/a") {
			t.Errorf("the rule that works: got\n%s", log)
		}
		if strings.Contains(log, "restart") {
			t.Errorf("a restart for what failed: got\n%s", log)
		}
		for i, e := range b.synced() {
			want := []string{"app/a", "full/b"}
			if i > 1 || e.Paths[0] != want[i] || len(e.Paths) != 1 || (e.Err != nil) != (i == 1) {
				t.Errorf("event %d: got %+v", i, e)
			}
		}
		s.mu.Lock()
		s.fail = nil
		s.mu.Unlock()
		if log = b.after(2 * time.Second); !strings.HasSuffix(log, "patch web-1 +/full/b\nrestart web") {
			t.Errorf("when there is room: got\n%s", log)
		}
	})
}
