//go:build unix

package remote

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestListsAreBounded: a lock file or trust file that is a pipe or has no end holds
// nobody up.
func TestListsAreBounded(t *testing.T) {
	for name, put := range map[string]func(file string) error{
		"it is no file":      func(file string) error { return syscall.Mkfifo(file, 0o600) },
		"more than 1024 KiB": func(file string) error { return errors.Join(os.WriteFile(file, nil, 0o600), os.Truncate(file, 5<<30)) },
	} {
		dir := t.TempDir()
		if err := errors.Join(put(filepath.Join(dir, lockFile)), put(filepath.Join(dir, trustFile))); err != nil {
			t.Fatal(err)
		}
		_, lockErr := readLock(dir)
		_, trustErr := readTrust(dir)
		for _, err := range []error{lockErr, trustErr} {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v, want %s", err, name)
			}
		}
	}
}
