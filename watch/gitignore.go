package watch

import (
	"os"
	"path/filepath"
	"slices"
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

// deepestPackage is how far below a folder those are: Laravel has some at three.
const deepestPackage = 3

// packages are those that are not far below, the nearest first.
func packages(dir string) (sets []ignoreSet) {
	level := []string{dir}
	for range deepestPackage {
		var next []string
		for _, at := range level {
			entries, _ := os.ReadDir(at) // what cannot be read ignores nothing
			for _, e := range entries {
				if e.IsDir() && !foreign(e.Name()) {
					next = append(next, filepath.Join(at, e.Name()))
				}
			}
		}
		for _, at := range next {
			if patterns := gitPatterns(filepath.Join(at, ".gitignore")); len(patterns) > 0 && len(sets) < mostPackages {
				sets = append(sets, ignoreSet{at, patterns})
			}
		}
		level = next
	}
	return sets
}

// foreign tells of a folder of what was installed, which is ignored as a whole, and
// of version control's own.
func foreign(name string) bool {
	return slices.Contains([]string{"node_modules", "vendor", ".venv", "venv", ".git", ".hg", ".svn"}, name)
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
