package watch

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	git "github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// gitMatcher tells which paths git ignores. It is safe for concurrent use.
type gitMatcher struct {
	top      string // the folder that paths are taken relative to
	patterns []gitPattern

	mu      sync.Mutex      // guards below
	folders map[string]bool // those that were asked for, and whether they are ignored
}

// gitPattern is one line. go-git's matcher lets a pattern of a folder match what is in
// it too, which decides wrongly between lines: here each is asked about one path, and
// folders are asked about before what is in them.
type gitPattern struct {
	git.Pattern
	folder []string // of the file that it stands in, below the matcher's top
	bare   bool     // a name alone, at whatever depth
	deep   bool     // with **
	last   string   // what the last part of a path is to match
}

// newGitMatcher takes the lines that gitignore returned for a folder; nil: none.
func newGitMatcher(dir string, sets []ignoreSet) *gitMatcher {
	if len(sets) == 0 {
		return nil
	}
	top := dir
	for _, s := range sets {
		if len(s.base) < len(top) {
			top = s.base
		}
	}
	m := &gitMatcher{top: top, folders: map[string]bool{}}
	for _, set := range sets {
		var folder []string
		if rel, ok := relative(top, set.base); ok && rel != "." {
			folder = strings.Split(rel, "/")
		}
		for _, line := range set.patterns {
			if p, ok := parseGitPattern(line, folder); ok {
				m.patterns = append(m.patterns, p)
			}
		}
	}
	return m
}

// parseGitPattern reads one line, without its end; false: it is no pattern.
// https://git-scm.com/docs/gitignore#_pattern_format
func parseGitPattern(line string, folder []string) (gitPattern, bool) {
	if !strings.HasSuffix(line, `\ `) {
		line = strings.TrimRight(line, " ")
	}
	if strings.HasPrefix(line, "#") {
		return gitPattern{}, false
	}
	line = strings.ReplaceAll(line, "[!", "[^")
	line, not := strings.CutPrefix(line, "!")
	body, only := strings.CutSuffix(line, "/")
	switch {
	case strings.Trim(body, "/") == "" || strings.Contains(body, "//"):
		return gitPattern{}, false
	case body == "**":
		body = "*"
	case strings.HasSuffix(body, "/**"): // all that is in a folder, and not that
		body += "/*"
	}
	p := gitPattern{folder: folder, bare: !strings.Contains(body, "/"), deep: strings.Contains(body, "**"), last: path.Base(body)}
	if only {
		body += "/"
	}
	if not {
		body = "!" + body
	}
	p.Pattern = git.ParsePattern(body, nil)
	return p, true
}

// ignores tells whether a path below top, or a folder above it, is ignored.
func (m *gitMatcher) ignores(rel string, folder bool) bool {
	if rel == "." {
		return false
	}
	if !folder {
		return m.ignores(path.Dir(rel), true) || m.matchLines(rel, false)
	}
	m.mu.Lock()
	ignored, known := m.folders[rel]
	m.mu.Unlock()
	if !known {
		ignored = m.ignores(path.Dir(rel), true) || m.matchLines(rel, true)
		m.mu.Lock()
		m.folders[rel] = ignored
		m.mu.Unlock()
	}
	return ignored
}

// matchLines tells whether a path itself is ignored: the last line that is about it decides.
func (m *gitMatcher) matchLines(rel string, folder bool) bool {
	parts := strings.Split(rel, "/")
	for _, p := range slices.Backward(m.patterns) {
		if got := p.match(parts, folder); got != git.NoMatch {
			return got == git.Exclude
		}
	}
	return false
}

func (p gitPattern) match(parts []string, folder bool) git.MatchResult {
	if len(parts) <= len(p.folder) || !slices.Equal(parts[:len(p.folder)], p.folder) {
		return git.NoMatch
	}
	parts = parts[len(p.folder):]
	last := len(parts) - 1
	if p.bare {
		return p.Match(parts[last:], folder)
	}
	if ok, err := filepath.Match(p.last, parts[last]); err != nil || !ok {
		return git.NoMatch
	}
	got := p.Match(parts, folder)
	if got != git.NoMatch && !p.deep && p.Match(parts[:last], true) != git.NoMatch {
		return git.NoMatch // that is about a folder above
	}
	return got
}
