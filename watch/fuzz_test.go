package watch

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

// below is a path as a folder's listing has it; "": it is none.
func below(text string) string {
	if text == "" || text == "." || path.Clean(text) != text || !filepath.IsLocal(text) || strings.Contains(text, "\x00") {
		return ""
	}
	return text
}

// FuzzDockerignore: a .dockerignore is patterns or refused, what a context leaves out
// stays out below, and what need not be entered has nothing that is wanted.
func FuzzDockerignore(f *testing.F) {
	for _, seed := range []string{"*", "**/*.o\n!keep.o", "# no\n\n!", "/a/../b", "a/**\n!a/b", "[", "\ufeffx\r\n", "!!a", "\\", "**/", "a/[^b]*/**/c\n!**/c", "a\n!a/b/c"} {
		f.Add(seed, "a/b", "c")
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text, folder, name string) {
		if folder, name = below(folder), below(name); folder == "" || name == "" {
			t.Skip("no path")
		}
		if err := os.WriteFile(filepath.Join(dir, ".dockerignore"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		sets, err := dockerignore(&types.BuildConfig{Context: dir})
		if err != nil {
			return
		}
		filter, err := newFilter(Rule{Path: resolved(dir), outer: sets})
		if err != nil {
			return
		}
		inside := path.Join(folder, name)
		wanted := filter.wanted(inside, 0)
		for at := folder; at != "."; at = path.Dir(at) {
			if filter.pruned(at) && wanted {
				t.Errorf("%q: %q is not entered, and %q wanted", text, at, inside)
			}
		}
		if len(sets[0].patterns) == 0 && wanted == ephemeralPath(inside) {
			t.Errorf("%q says nothing, and %q is wanted: %v", text, inside, wanted)
		}
		if !strings.Contains(text, "!") && wanted && !filter.wanted(folder, fs.ModeDir) {
			t.Errorf("%q: %q is left out, and %q wanted", text, folder, inside)
		}
	})
}

// FuzzGitignore: lines are patterns or left out, what is in a folder that git ignores
// is ignored whatever other lines say, and an answer is the same when asked again.
func FuzzGitignore(f *testing.F) {
	for _, seed := range []string{"build/", "*\n!*/\n!keep", "a/**/c", "[!f].o", "\\#x\n\\!y", "**", "/", "!", "a\\ ", "[z", "**/a/**", "[[:alpha:]]", "x\r\n", "a//b", "/a"} {
		f.Add(seed, "!c", "a/b", "c")
	}
	dir := f.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o700); err != nil {
		f.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".git", "HEAD"), nil, 0o600); err != nil {
		f.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "a"), 0o700); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, top, inner, folder, name string) {
		if folder, name = below(folder), below(name); folder == "" || name == "" {
			t.Skip("no path")
		}
		for file, text := range map[string]string{".gitignore": top, "a/.gitignore": inner} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		m := newGitMatcher(dir, gitignore(dir))
		if m == nil {
			return
		}
		inside := path.Join(folder, name)
		got := m.ignores(inside, false)
		for at := folder; at != "."; at = path.Dir(at) {
			if !got && m.ignores(at, true) {
				t.Errorf("%q, %q: %q is ignored, and %q is not", top, inner, at, inside)
			}
		}
		if again := newGitMatcher(dir, gitignore(dir)).ignores(inside, false); again != got || m.ignores(inside, false) != got {
			t.Errorf("%q, %q: %q is ignored and is not", top, inner, inside)
		}
	})
}
