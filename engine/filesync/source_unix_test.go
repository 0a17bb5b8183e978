//go:build unix

package filesync

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestSyncSourceStaysInside: what takes a file's place after it was looked at is not
// followed out of the folder that is watched, and holds nobody up.
func TestSyncSourceStaysInside(t *testing.T) {
	root, other := t.TempDir(), t.TempDir()
	at := func(name string) Write { return Write{Source: filepath.Join(root, name), Root: root} }
	for _, err := range []error{
		os.WriteFile(filepath.Join(other, "key"), []byte("secret"), 0o600),
		os.WriteFile(filepath.Join(root, "file"), []byte("text"), 0o600),
		os.Symlink(filepath.Join(other, "key"), filepath.Join(root, "link")),
		os.Symlink(other, filepath.Join(root, "folder")),
		syscall.Mkfifo(filepath.Join(root, "pipe"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if content, err := at("file").upTo(4); string(content) != "text" || err != nil {
		t.Errorf("got %q, %v", content, err)
	}
	if _, err := at("file").upTo(3); !errors.Is(err, errLarge) {
		t.Errorf("a larger file: got %v", err)
	}
	for _, name := range []string{"link", "folder/key"} {
		if content, err := at(name).upTo(100); err == nil {
			t.Errorf("%s: got %q", name, content)
		}
	}
	if _, err := at("pipe").upTo(100); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a pipe: got %v", err)
	}
	if content, err := (Write{Source: filepath.Join(root, "file")}).upTo(4); string(content) != "text" || err != nil {
		t.Errorf("without a root: got %q, %v", content, err)
	}
}
