package watch

import (
	"os"
	"path"
	"path/filepath"
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
