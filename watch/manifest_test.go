package watch

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// A folder that goes while a look is under way, and comes back before what is in it
// is looked at, is in the manifest with that.
func TestLookIsWhole(t *testing.T) {
	nothing := func(string) error { return nil }
	aFile := func(dir string) error { return os.WriteFile(dir, nil, 0o644) }
	for _, c := range []struct {
		name    string
		looked  string                 // at first
		instead func(dir string) error // of the folder, then
	}{{"nothing", "d", nothing}, {"a file", "d", aFile}, {"nothing, from above", ".", nothing}, {"a file, from above", ".", aFile}} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, "d")
			put(t, filepath.Join(dir, "f"))
			put(t, filepath.Join(dir, "s", "g"))
			f, err := newFilter(Rule{Path: root})
			if err != nil {
				t.Fatal(err)
			}
			tree := &tree{root: root, filter: f}
			tree.look(nil)
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			if err := c.instead(dir); err != nil {
				t.Fatal(err)
			}
			l := &looking{tree: tree, now: time.Now(), seen: map[string]bool{}, tops: map[string]bool{}}
			l.visit(c.looked, hinted)
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, "s", "g"))
			l.visit("d/s/g", hinted)
			l.vanished()
			if _, ok := tree.man["d/f"]; ok {
				t.Error("what is gone is in the manifest")
			}
			for p := "d/s/g"; p != "."; p = path.Dir(p) {
				if e := tree.man[p]; e.absent() || e.Mode.IsDir() != (p != "d/s/g") {
					t.Errorf("%s: got %+v", p, e)
				}
			}
		})
	}
}

// A file in another's place is looked into, also where it has its size and time.
func TestLookExchanged(t *testing.T) {
	root := t.TempDir()
	old := time.Now().Add(-time.Hour)
	for name, text := range map[string]string{"a": "1", "b": "2"} {
		file := filepath.Join(root, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, old, old); err != nil {
			t.Fatal(err)
		}
	}
	f, err := newFilter(Rule{Path: root})
	if err != nil {
		t.Fatal(err)
	}
	tree := &tree{root: root, filter: f}
	tree.look(nil)
	if err := os.Rename(filepath.Join(root, "b"), filepath.Join(root, "a")); err != nil {
		t.Fatal(err)
	}
	var changed []string
	for _, c := range tree.look([]string{"."}) {
		changed = append(changed, c.path)
	}
	if !slices.Equal(changed, []string{"a", "b"}) {
		t.Errorf("changed: %q", changed)
	}
}
