//go:build unix

package project

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe has no end that a load could wait for.
func TestContentOfPipe(t *testing.T) {
	dir := contentsFolder(t)
	name := filepath.Join(dir, "folder", "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "folder", "link")); err != nil {
		t.Fatal(err)
	}
	if contentHash(t, loadContents(t, dir), "off") == "" {
		t.Error("no hash")
	}
}
