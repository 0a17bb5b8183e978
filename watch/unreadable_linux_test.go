package watch

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// What the user may not read is left out and told once; the rest is synced.
func TestUnreadable(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"a", "key", "db/f"} {
		put(t, filepath.Join(root, name))
	}
	if os.Getuid() == 0 { // it reads everything
		const nobody = 65534
		for _, dir := range []string{filepath.Dir(root), root} {
			if err := os.Chown(dir, nobody, nobody); err != nil {
				t.Fatal(err)
			}
		}
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := unix.Setfsuid(nobody); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = unix.Setfsuid(0) }()
	}
	chmod := func(mode os.FileMode) {
		t.Helper()
		_ = unix.Setfsuid(os.Getuid())
		for _, name := range []string{"key", "db"} {
			if err := os.Chmod(filepath.Join(root, name), mode); err != nil {
				t.Fatal(err)
			}
		}
		if os.Getuid() == 0 {
			_ = unix.Setfsuid(65534)
		}
	}
	f, err := newFilter(Rule{Path: root})
	if err != nil {
		t.Fatal(err)
	}
	tree := &tree{root: root, filter: f, copied: true}
	chmod(0)
	tree.look(nil)
	if want := []string{"db", "key"}; !slices.Equal(tree.newRefused, want) || len(tree.refused) != 2 {
		t.Errorf("told %q, want %q", tree.newRefused, want)
	}
	if got, want := sortedPaths(tree.man), []string{".", "a", "db"}; !slices.Equal(got, want) {
		t.Errorf("at first: %q, want %q", got, want)
	}
	tree.newRefused = nil
	tree.look([]string{"."})
	if len(tree.newRefused) > 0 {
		t.Errorf("told again: %q", tree.newRefused)
	}
	chmod(0o755)
	tree.look([]string{"db", "key"})
	if got, want := sortedPaths(tree.man), []string{".", "a", "db", "db/f", "key"}; !slices.Equal(got, want) {
		t.Errorf("then: %q, want %q", got, want)
	}
}

func sortedPaths(m Manifest) []string {
	var paths []string
	for p := range m {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}
