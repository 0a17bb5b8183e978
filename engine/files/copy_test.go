package files

import (
	"errors"
	"testing"

	"github.com/moby/go-archive"
)

// TestPlaced is docker cp's table: where a source goes, by what it is and what
// is there.
func TestPlaced(t *testing.T) {
	const there, folder = true, true
	for _, c := range []struct {
		name   string
		from   archive.CopyInfo
		to     archive.CopyInfo
		dir    string
		as     string
		refuse error
	}{
		{"file into a folder", hostFile("/h/f"), entry("/tmp", there, folder), "/tmp", "f", nil},
		{"file to a new name", hostFile("/h/f"), entry("/tmp/g", !there, !folder), "/tmp", "g", nil},
		{"file over a file", hostFile("/h/f"), entry("/tmp/g", there, !folder), "/tmp", "g", nil},
		{"file to a folder that is not there", hostFile("/h/f"), entry("/tmp/x/", !there, !folder), "", "", archive.ErrDirNotExists},
		{"folder into a folder", hostTree("/h/d"), entry("/tmp/", there, folder), "/tmp/", "d", nil},
		{"folder's content into a folder", hostTree("/h/d/."), entry("/tmp", there, folder), "/tmp", ".", nil},
		{"folder to a new name", hostTree("/h/d"), entry("/tmp/n", !there, !folder), "/tmp", "n", nil},
		{"folder to a new name with a slash", hostTree("/h/d"), entry("/tmp/n/", !there, !folder), "/tmp", "n", nil},
		{"folder's content to a new name", hostTree("/h/d/."), entry("/n", !there, !folder), "/", "n", nil},
		{"folder over a file", hostTree("/h/d"), entry("/tmp/g", there, !folder), "", "", archive.ErrCannotCopyDir},
		{"relative to the root", hostFile("/h/f"), entry("g", !there, !folder), "/", "g", nil},
		{"followed link under its own name", archive.CopyInfo{Path: "/h/f", RebaseName: "l"}, entry("/tmp", there, folder), "/tmp", "l", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, as, err := Source{c.from}.placed(c.to)
			if dir != c.dir || as != c.as || !errors.Is(err, c.refuse) {
				t.Errorf("got %q, %q, %v; want %q, %q, %v", dir, as, err, c.dir, c.as, c.refuse)
			}
		})
	}
}

func hostFile(path string) archive.CopyInfo { return archive.CopyInfo{Path: path, Exists: true} }
func hostTree(path string) archive.CopyInfo {
	return archive.CopyInfo{Path: path, Exists: true, IsDir: true}
}
func entry(path string, exists, dir bool) archive.CopyInfo {
	return archive.CopyInfo{Path: path, Exists: exists, IsDir: dir}
}
