package project

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestAliasWorkDir: in a folder whose name is no URL, os.Getwd says another name
// of the same folder, and afterwards its own again.
func TestAliasWorkDir(t *testing.T) {
	for name, plain := range map[string]bool{"plain": true, "with space": true, "100% done": false, "a%20b": true, "new\nline": false, "sharp#": false} {
		dir := filepath.Join(t.TempDir(), name)
		if inURL(dir) != plain {
			t.Errorf("%q: inURL is %v", name, !plain)
		}
		if plain || runtime.GOOS == "windows" {
			continue
		}
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		t.Chdir(dir)
		before, _ := os.LookupEnv("PWD")
		restore := aliasWorkDir(dir)
		alias, err := os.Getwd()
		if err != nil || !inURL(alias) {
			t.Errorf("%q: Getwd is %q, %v", name, alias, err)
		}
		restore()
		if after, _ := os.LookupEnv("PWD"); after != before {
			t.Errorf("%q: PWD is %q, was %q", name, after, before)
		}
	}
}
