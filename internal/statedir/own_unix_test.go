//go:build unix

package statedir

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestSecretOfOthers: a secret that others know, or that is none, is not used. A pipe
// does not hold the program up.
func TestSecretOfOthers(t *testing.T) {
	text := []byte(strings.Repeat("0a", secretSize))
	write := func(mode os.FileMode) func(string) error {
		return func(path string) error { return os.WriteFile(path, text, mode) }
	}
	foreign := func(path string) error {
		return errors.Join(write(0o600)(path), os.Chown(path, 65534, 65534))
	}
	type secretFile struct {
		make func(path string) error
		want string
	}
	tests := map[string]secretFile{
		"readable": {write(0o644), "others may read it (mode 0644)"},
		"pipe":     {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "it is no file"},
		"folder":   {func(path string) error { return os.Mkdir(path, 0o700) }, "it is no file"},
		"endless":  {func(path string) error { return os.Symlink("/dev/zero", path) }, "is not used"},
	}
	if os.Geteuid() == 0 { // who may give files away
		tests["another user's"] = secretFile{foreign, "it belongs to another user (65534)"}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := tt.make(filepath.Join(dir, "key")); err != nil {
				t.Fatal(err)
			}
			if secret, err := Secret(dir, "key"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %x, %v, want %q", secret, err, tt.want)
			}
		})
	}
}
