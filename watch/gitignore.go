package watch

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/patternmatcher"
)

// gitignore are the patterns of the .gitignore files that are about a folder, in
// .dockerignore's syntax: its own, those of the folders above it up to the working
// tree's, and those of the packages in it.
func gitignore(dir string) (sets []ignoreSet) {
	return append(above(dir), packages(dir)...)
}

// mostPackages bounds how many .gitignore files are heeded below a folder: each is
// asked about every path.
const mostPackages = 50

// packages are those one and two folders below.
func packages(dir string) (sets []ignoreSet) {
	for _, depth := range []string{"*", "*/*"} {
		found, _ := filepath.Glob(filepath.Join(globbed(dir), depth, ".gitignore")) // a bad pattern finds none
		for _, f := range found {
			at := filepath.Dir(f)
			rel, _ := relative(dir, at)
			if foreign(rel) || len(sets) == mostPackages {
				continue
			}
			if patterns := gitPatterns(f); len(patterns) > 0 {
				sets = append(sets, ignoreSet{at, patterns})
			}
		}
	}
	return sets
}

// foreign tells of a folder of what was installed, which is ignored as a whole.
func foreign(rel string) bool {
	for _, name := range strings.Split(rel, "/") {
		if name == "node_modules" || name == "vendor" || name == ".venv" || name == "venv" {
			return true
		}
	}
	return false
}

// globbed is a path as a pattern that is it alone.
func globbed(p string) string {
	if filepath.Separator == '\\' {
		return p // Windows has no way to
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(p)
}

func above(dir string) (sets []ignoreSet) {
	for at := dir; ; at = filepath.Dir(at) {
		if patterns := gitPatterns(filepath.Join(at, ".gitignore")); len(patterns) > 0 {
			sets = append(sets, ignoreSet{at, patterns})
		}
		if exists(filepath.Join(at, ".git")) {
			return sets
		}
		if at == filepath.Dir(at) { // no working tree: what lies around above is not about this
			return nearest(sets, dir)
		}
	}
}

func nearest(sets []ignoreSet, dir string) []ignoreSet {
	if len(sets) > 0 && sets[0].base == dir {
		return sets[:1]
	}
	return nil
}

// gitPatterns reads one file; most folders have none. Like git it passes over what
// is no pattern.
func gitPatterns(name string) (patterns []string) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, " \r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		pattern, not := strings.CutPrefix(line, "!")
		pattern = strings.TrimSuffix(pattern, "/")
		if strings.Contains(pattern, "/") {
			pattern = strings.TrimPrefix(pattern, "/")
		} else if pattern != "" {
			pattern = "**/" + pattern
		}
		if _, err := patternmatcher.New([]string{pattern}); err != nil || strings.Trim(pattern, "/") == "" {
			continue
		}
		if not {
			pattern = "!" + pattern
		}
		patterns = append(patterns, pattern)
	}
	return patterns
}
