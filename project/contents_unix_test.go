//go:build unix

package project

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
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

// What has no end, or nearly so, does not hold a load up. Its size tells of changes.
func TestContentThatExhausts(t *testing.T) {
	dir := contentsFolder(t)
	large := filepath.Join(dir, "folder", "large")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sizes := map[string]bool{}
	for _, size := range []int64{1 << 40, 1<<40 + 1} {
		if err := os.Truncate(large, size); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		sizes[contentHash(t, loadContents(t, dir), "off")] = true
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("a file of 1 TiB took %v", took)
		}
	}
	if len(sizes) != 2 {
		t.Error("another size has the same hash")
	}
	for _, name := range []string{"/proc/kmsg", "/proc/kcore", "/proc"} {
		if _, err := os.Stat(name); err != nil {
			continue // another system
		}
		began := time.Now()
		_, _ = fileDigest(name) // not everybody may read it
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}
