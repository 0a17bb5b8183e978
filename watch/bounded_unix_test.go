//go:build unix

package watch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

// TestIgnoreFilesAreBounded: files by which paths are ignored may be endless, or a pipe.
func TestIgnoreFilesAreBounded(t *testing.T) {
	line := func(i int) string { return fmt.Sprintf("pattern%d/**/x\n", i) }
	var many strings.Builder
	for i := range mostPatterns + 1 {
		many.WriteString(line(i))
	}
	for name, test := range map[string]struct {
		make func(file string) error
		want string // of .dockerignore's error
	}{
		"many": {func(file string) error { return os.WriteFile(file, []byte(many.String()), 0o600) }, "more than 10000 patterns"},
		"large": {func(file string) error {
			return errors.Join(os.WriteFile(file, []byte("a\n"), 0o600), os.Truncate(file, 4<<30))
		}, "more than 1024 KiB"},
		"pipe": {func(file string) error { return syscall.Mkfifo(file, 0o600) }, "it is no file"},
		"few":  {func(file string) error { return os.WriteFile(file, []byte(line(0)), 0o600) }, ""},
	} {
		dir := t.TempDir()
		for _, file := range []string{".gitignore", ".dockerignore", "package.json", ".git"} {
			if err := test.make(filepath.Join(dir, file)); err != nil {
				t.Fatal(err)
			}
		}
		if lines := gitLines(filepath.Join(dir, ".gitignore")); (len(lines) > 0) != (test.want == "") {
			t.Errorf("%s: .gitignore has %d lines", name, len(lines))
		}
		_, err := dockerignore(&types.BuildConfig{Context: dir})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: .dockerignore: got %v, want %s", name, err, test.want)
		}
		if got := packageManifestOf(dir); got.Name != "" {
			t.Errorf("%s: package.json: got %v", name, got)
		}
		if got := gitDir(filepath.Join(dir, ".git")); got != "" {
			t.Errorf("%s: .git: got %s", name, got)
		}
		if readSmall(filepath.Join(dir, ".gitignore")) != "" && name != "few" {
			t.Errorf("%s: it is taken for a script", name)
		}
	}
}
