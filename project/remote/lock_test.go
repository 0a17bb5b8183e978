package remote

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLockIsChecked: a pin becomes the name of a folder of the cache, and the
// lock file comes with the project.
func TestLockIsChecked(t *testing.T) {
	commit, digest := strings.Repeat("0", 40), "sha256:"+strings.Repeat("0", 64)
	for _, test := range []struct {
		key, pin, want string
	}{
		{"https://example.com/a.git", commit, ""},
		{"https://example.com/a.git", strings.Repeat("a", 64), ""},
		{"oci://example.com/stack", digest, ""},
		{"oci://example.com/stack", "x/../../../etc", "is no revision of"},
		{"https://example.com/a.git", commit + "/../../x", "is no revision of"},
		{"https://example.com/a.git", digest, "is no revision of"},
		{"https://example.com/a.git", commit[:7], "is no revision of"},
		{"oci://example.com/stack", commit, "is no revision of"},
		{"oci://example.com/stack", "", "is no revision of"},
		{"oci://example.com/stack", digest + "\\n", "is no revision of"},
		{"/etc/passwd", commit, "remote file /etc/passwd"},
	} {
		dir := t.TempDir()
		text := "remote:\n  \"" + test.key + "\": \"" + test.pin + "\"\n"
		if err := os.WriteFile(filepath.Join(dir, lockFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readLock(dir)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %s: got %v, want %q", test.key, test.pin, err, test.want)
		}
	}
}
