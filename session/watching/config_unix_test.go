//go:build unix

package watching

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestDigest: files of the project that became pipes, or are larger than memory, hold
// watching up no more than others do.
func TestDigest(t *testing.T) {
	dir := t.TempDir()
	file, large, pipe := filepath.Join(dir, "file"), filepath.Join(dir, "large"), filepath.Join(dir, "pipe")
	for _, err := range []error{
		os.WriteFile(file, []byte("text"), 0o600),
		os.WriteFile(large, nil, 0o600), os.Truncate(large, 1<<40),
		syscall.Mkfifo(pipe, 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if digest(file) != sha256.Sum256([]byte("text")) {
		t.Error("a file's digest is not that of its content")
	}
	if digest(pipe) != [sha256.Size]byte{} || digest(filepath.Join(dir, "gone")) != [sha256.Size]byte{} {
		t.Error("what cannot be read has a digest")
	}
	before := digest(large)
	if err := os.Chtimes(large, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if before == digest(large) || before == [sha256.Size]byte{} {
		t.Error("a large file that was written has the digest it had")
	}
}
