//go:build unix

package regular

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestRead: a pipe that nobody writes to, a device and a file without an end hold
// nobody up.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, err := range []error{
		os.WriteFile(at("file"), []byte("text"), 0o600),
		os.Symlink("file", at("link")),
		syscall.Mkfifo(at("pipe"), 0o600),
		os.WriteFile(at("large"), nil, 0o600),
		os.Truncate(at("large"), 5<<30),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]error{"file": nil, "link": nil, "pipe": ErrOther, ".": ErrOther, "gone": os.ErrNotExist} {
		if content, err := Read(at(name), 4); !errors.Is(err, want) || err == nil && string(content) != "text" {
			t.Errorf("%s: got %q, %v, want %v", name, content, err, want)
		}
	}
	if _, err := Read("/dev/zero", 4); !errors.Is(err, ErrOther) {
		t.Errorf("a device: got %v", err)
	}
	if _, err := Read(at("large"), 1<<20); err == nil || !strings.Contains(err.Error(), "more than 1024 KiB") {
		t.Errorf("a large file: got %v", err)
	}
}

// TestOpenIn: no link leads out of the folder, neither at the end nor on the way.
func TestOpenIn(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	for _, err := range []error{
		os.WriteFile(filepath.Join(other, "key"), []byte("secret"), 0o600),
		os.WriteFile(filepath.Join(dir, "file"), nil, 0o600),
		os.Symlink("file", filepath.Join(dir, "inside")),
		os.Symlink(filepath.Join(other, "key"), filepath.Join(dir, "out")),
		os.Symlink(other, filepath.Join(dir, "folder")),
		syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, good := range map[string]bool{"file": true, "inside": true, "out": false, "folder/key": false, "pipe": false} {
		f, err := OpenIn(dir, name)
		if (err == nil) != good {
			t.Errorf("%s: got %v", name, err)
		}
		if err == nil {
			f.Close()
		}
	}
	if _, err := OpenIn(filepath.Join(dir, "file"), "below"); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("below a file: got %v", err)
	}
}
