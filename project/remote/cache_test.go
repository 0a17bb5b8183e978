//go:build unix

package remote

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCacheOfOthers: a cache that others may write to, or that is another user's, is
// refused, also where what is pinned would be taken from it.
func TestCacheOfOthers(t *testing.T) {
	repo := newRepo(t)
	pin := repo.commit(map[string]string{"compose.yaml": "services: {}\n"})
	reference := repo.url + "#" + pin
	for _, open := range []string{".", ".."} {
		b := newBench(t)
		if _, err := b.fetch(reference, Options{Allowed: true}); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(b.cache, open)
		if err := os.Chmod(dir, os.ModeSticky|0o777); err != nil {
			t.Fatal(err)
		}
		refused(t, b, reference, "others may write to it (mode 0777)")
		if os.Geteuid() != 0 {
			continue
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		refused(t, b, reference, "it belongs to another user (65534)")
	}
}

func refused(t *testing.T, b *bench, reference, why string) {
	t.Helper()
	_, err := b.fetch(reference, Options{Allowed: true})
	_, offline := b.offline(reference)
	for _, err := range []error{err, offline} {
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("got %v, want %q", err, why)
		}
	}
}
