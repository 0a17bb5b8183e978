package watch

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/internal/regular"
)

// gitignore are the lines of the files by which git ignores what is in a folder, those
// that decide last at the end: the repository's own, of the folders from the working
// tree's down to it, and of the packages in it.
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
				if e.IsDir() && !isSkippedFolder(e.Name()) {
					next = append(next, filepath.Join(at, e.Name()))
				}
			}
		}
		for _, at := range next {
			if patterns := gitLines(filepath.Join(at, ".gitignore")); len(patterns) > 0 && len(sets) < mostPackages {
				sets = append(sets, ignoreSet{at, patterns})
			}
		}
		level = next
	}
	return sets
}

// isSkippedFolder tells whether a folder is one of installed packages, which is ignored as
// a whole, or version control's own.
func isSkippedFolder(name string) bool {
	return slices.Contains([]string{"node_modules", "vendor", ".venv", "venv", ".git", ".hg", ".svn"}, name)
}

// globEscape is a path as a pattern that is it alone.
func globEscape(p string) string {
	if filepath.Separator == '\\' {
		return p // Windows has no way to
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(p)
}

func above(dir string) (sets []ignoreSet) {
	for at := dir; ; at = filepath.Dir(at) {
		if patterns := gitLines(filepath.Join(at, ".gitignore")); len(patterns) > 0 {
			sets = append(sets, ignoreSet{at, patterns})
		}
		if repository := gitDir(filepath.Join(at, ".git")); repository != "" {
			if patterns := gitLines(filepath.Join(commonDir(repository), "info", "exclude")); len(patterns) > 0 {
				sets = append(sets, ignoreSet{at, patterns})
			}
			slices.Reverse(sets)
			return sets
		}
		if at == filepath.Dir(at) { // no working tree: what lies around above is not about this
			return nearest(sets, dir)
		}
	}
}

// commonDir is the repository of a linked working tree, whose own folder names it.
func commonDir(repository string) string {
	b, err := regular.Read(filepath.Join(repository, "commondir"), largestName)
	to := strings.TrimSpace(string(b))
	switch {
	case err != nil || to == "":
		return repository
	case filepath.IsAbs(to):
		return to
	}
	return filepath.Join(repository, to)
}

func nearest(sets []ignoreSet, dir string) []ignoreSet {
	if len(sets) > 0 && sets[0].base == dir {
		return sets[:1]
	}
	return nil
}

// What is heeded of a file by which paths are ignored: each of its lines is asked about
// each path. Beyond that it is no list that people wrote.
const (
	largestIgnore = 1 << 20 // bytes
	mostPatterns  = 10_000
)

// gitLines reads one file; most folders have none. What is no pattern is left out, and
// a file as a whole that is too large or has too many.
func gitLines(name string) (lines []string) {
	b, err := regular.Read(name, largestIgnore)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if _, ok := parseGitPattern(line, nil); ok {
			lines = append(lines, line)
		}
	}
	if len(lines) > mostPatterns {
		return nil
	}
	return lines
}
