package watch

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// told waits until w tells of a path, of a folder that it is in, or of
// everything, and returns all it told.
func told(t *testing.T, w Watcher, p string) (all Changed) {
	t.Helper()
	timeout := time.After(time.Minute)
	for {
		select {
		case c, ok := <-w.Changes():
			if !ok {
				t.Fatal("closed")
			}
			if c.Message != nil {
				all.Message = c.Message
			}
			all.Paths = append(all.Paths, c.Paths...)
			all.Rescan = all.Rescan || c.Rescan
			for _, got := range c.Paths {
				if _, ok := relative(got, p); ok {
					return all
				}
			}
			if c.Rescan {
				return all
			}
		case <-timeout:
			t.Fatalf("%s was not told, but %q", p, all.Paths)
		}
	}
}

func put(t *testing.T, name string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(time.Now().String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func closing(t *testing.T, w Watcher) {
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		for range w.Changes() { // what was on its way, and the end
		}
	})
}

// Where inotify runs out, the rest is polled, and the user hears how to raise
// the limit.
func TestWatchesRunOut(t *testing.T) {
	root := t.TempDir()
	in, out := put(t, filepath.Join(root, "in/f")), put(t, filepath.Join(root, "out/deep/f"))
	w, err := newNotifier([]string{root}, func(string, bool) bool { return false }, func(f *fsnotify.Watcher, dir string) error {
		if strings.Contains(dir, "out") {
			return &os.PathError{Op: "add", Path: dir, Err: syscall.ENOSPC}
		}
		return f.Add(dir)
	})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, w)
	first := <-w.Changes()
	if first.Message == nil || !strings.Contains(first.Message.Text, "polled") {
		t.Errorf("got %+v", first.Message)
	}
	put(t, in)
	told(t, w, in)
	put(t, out)
	told(t, w, out)
	late := put(t, filepath.Join(root, "out/deep/new/f"))
	told(t, w, late)
}

func TestRaise(t *testing.T) {
	dir := fstest.MapFS{
		"max_user_watches":   {Data: []byte("8192\n")},
		"max_user_instances": {Data: []byte("1024\n")},
	}
	for name, want := range map[string]string{
		"max_user_watches":   "run: sudo sysctl fs.inotify.max_user_watches=524288",
		"max_user_instances": "run: sudo sysctl fs.inotify.max_user_instances=2048",
	} {
		if got := raise(name, limit(dir, name)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if n := limit(dir, "none"); n != 0 {
		t.Errorf("got %d, want 0", n)
	}
}

// A root need not be there, may go, and may come back.
func TestRootComesAndGoes(t *testing.T) {
	root := filepath.Join(t.TempDir(), "a/b")
	w, err := NewWatcher([]string{root}, func(string, bool) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	closing(t, w)
	for range 3 {
		f := put(t, filepath.Join(root, "c/f"))
		told(t, w, root)
		put(t, f)
		told(t, w, f)
		if err := os.RemoveAll(root); err != nil {
			t.Fatal(err)
		}
		told(t, w, root)
	}
}

// Ignored folders are not watched.
func TestIgnoredFoldersAreNotWatched(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, "node_modules/x/f"))
	put(t, filepath.Join(root, "src/f"))
	var added []string
	w, err := newNotifier([]string{root}, func(p string, _ bool) bool { return strings.Contains(p, "node_modules") }, func(f *fsnotify.Watcher, dir string) error {
		added = append(added, dir)
		return f.Add(dir)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, dir := range added {
		if strings.Contains(dir, "node_modules") {
			t.Errorf("%s is watched", dir)
		}
	}
	if len(added) != 3 {
		t.Errorf("watched: %q", added)
	}
}

// A folder that was moved into one that is new, before that was watched, is told of
// only where it was: it is watched where it is.
func TestMovedIntoNew(t *testing.T) {
	root := t.TempDir()
	old, into := filepath.Join(root, "old"), filepath.Join(root, "into")
	put(t, filepath.Join(old, "deep", "f"))
	w, err := newNotifier([]string{root}, func(string, bool) bool { return false }, func(f *fsnotify.Watcher, dir string) error {
		if dir == into {
			if err := os.Rename(old, filepath.Join(into, "old")); err != nil {
				return err
			}
		}
		return f.Add(dir)
	})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, w)
	if err := os.Mkdir(into, 0o755); err != nil {
		t.Fatal(err)
	}
	told(t, w, old)
	for _, name := range []string{"f", "deep/f"} {
		told(t, w, put(t, filepath.Join(into, "old", name)))
	}
}

// After an overflow everything is to be looked at, and new folders are watched.
func TestOverflow(t *testing.T) {
	root := t.TempDir()
	w, err := newNotifier([]string{root}, func(string, bool) bool { return false }, (*fsnotify.Watcher).Add)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, w)
	w.lost <- fsnotify.ErrEventOverflow
	if c := told(t, w, ""); !c.Rescan {
		t.Errorf("got %+v", c)
	}
	f := put(t, filepath.Join(root, "f"))
	told(t, w, f)
}

// A folder that the user may read from now on is watched.
func TestReadableLater(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "db")
	file := put(t, filepath.Join(dir, "f"))
	var open atomic.Bool
	w, err := newNotifier([]string{root}, func(string, bool) bool { return false }, func(f *fsnotify.Watcher, p string) error {
		if p == dir && !open.Load() {
			return syscall.EACCES
		}
		return f.Add(p)
	})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, w)
	open.Store(true)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	told(t, w, dir)
	put(t, file)
	told(t, w, file)
}

// What was away between two looks of a poller is told, though it is as it was:
// whoever looked meanwhile did not find it.
func TestPollAway(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "d")
	f := put(t, filepath.Join(dir, "f"))
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{f, dir} {
		if err := os.Chtimes(name, old, old); err != nil {
			t.Fatal(err)
		}
	}
	p := newPoller([]string{root}, func(string, bool) bool { return false }, time.Hour)
	closing(t, p)
	if got := p.changed(time.Now()); len(got) != 0 {
		t.Errorf("at rest: %q", got)
	}
	for _, name := range []string{f, dir} {
		if err := os.Rename(name, filepath.Join(root, "away")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(root, "away"), name); err != nil {
			t.Fatal(err)
		}
		if got := p.changed(time.Now()); !slices.Contains(got, filepath.Dir(name)) {
			t.Errorf("%s was away: got %q", name, got)
		}
	}
}
