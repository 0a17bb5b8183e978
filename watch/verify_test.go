package watch_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// A save reaches a container that holds something else, though the folder holds what
// it did when watching began; and one that is made anew.
func TestUnchangedElsewhere(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "a"), "1")
	synctest.Test(t, func(t *testing.T) {
		s := newServices()
		s.image["/app/a"] = "file -rw-r--r-- old"
		s.start("web")
		b := start(t, s, root, syncRule(root))
		b.save("a", "1")
		b.want(b.after(time.Second), "patch web-1 +/app/a")
		b.save("a", "1")
		b.want(b.after(time.Second), "patch web-1 +/app/a")
		s.start("web")
		b.renewed <- "web"
		b.want(b.after(time.Second), "patch web-1 +/app/a\npatch web-2 +/app/a")
		agree(t, s, root, "the copies")
	})
}

// What came back to how it was before it could be synced is synced none the less.
func TestBackAgain(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "a"), "1")
	synctest.Test(t, func(t *testing.T) {
		s := newServices()
		s.image["/app/a"] = "file -rw-r--r-- old"
		s.start("web")
		b := start(t, s, root, syncRule(root))
		s.mu.Lock()
		s.boxes["web"][0].ID = "gone" // nothing arrives
		s.mu.Unlock()
		b.save("a", "2")
		b.after(50 * time.Millisecond)
		s.mu.Lock()
		s.boxes["web"][0].ID = "1"
		s.mu.Unlock()
		b.save("a", "1")
		b.after(5 * time.Second)
		agree(t, s, root, "the copy")
	})
}

// Of many files a container is not asked.
func TestUnchangedMany(t *testing.T) {
	root := t.TempDir()
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprintf("f%03d", i))
		write(t, filepath.Join(root, names[i]), "1")
	}
	synctest.Test(t, func(t *testing.T) {
		s := newServices("web")
		b := start(t, s, root, syncRule(root))
		for _, n := range names {
			write(t, filepath.Join(root, n), "1")
		}
		b.tell(names...)
		b.after(time.Second)
		agree(t, s, root, "the copy")
		if s.asked != 0 {
			t.Errorf("the container was asked for %d files", s.asked)
		}
	})
}
