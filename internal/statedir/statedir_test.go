package statedir

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestSecretStays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	all := make([][]byte, 8)
	var wait sync.WaitGroup
	for i := range all {
		wait.Go(func() {
			var err error
			if all[i], err = Secret(dir, "key"); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, secret := range all {
		if len(secret) != secretSize || !bytes.Equal(secret, all[0]) {
			t.Fatalf("got %x beside %x", secret, all[0])
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("the folder holds %v, %v", entries, err)
	}
	info, err := entries[0].Info()
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
}

func TestSecretOfAnotherFile(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"", "abc", strings.Repeat("0", 62), strings.Repeat("x", 64)} {
		if err := os.WriteFile(filepath.Join(dir, "key"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if secret, err := Secret(dir, "key"); err == nil {
			t.Errorf("%q is taken for the secret %x", text, secret)
		}
	}
}
