package watch_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
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
