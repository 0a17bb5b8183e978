package watch

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/moby/patternmatcher"
)

// filter tells which paths of a tree a rule is about. It does no I/O.
type filter struct {
	root    string
	include *patternmatcher.PatternMatcher // nil: everything
	ignore  []based
	git     *gitMatcher // nil: nothing
	above   string      // where root is below the top of git
}

// based is a matcher of paths relative to a folder.
type based struct {
	base string
	*patternmatcher.PatternMatcher
}

func newFilter(r Rule) (*filter, error) {
	f := &filter{root: r.Path}
	if len(r.Include) > 0 {
		m, err := patternmatcher.New(r.Include)
		if err != nil {
			return nil, fmt.Errorf("service %q: include of %q: %w", r.Service, r.Path, err)
		}
		f.include = m
	}
	for _, set := range append([]ignoreSet{{r.Path, r.Ignore}}, r.outer...) {
		if len(set.patterns) == 0 {
			continue
		}
		m, err := patternmatcher.New(set.patterns)
		if err != nil {
			return nil, fmt.Errorf("service %q: ignore of %q: %w", r.Service, set.base, err)
		}
		f.ignore = append(f.ignore, based{set.base, m})
	}
	if f.git = newGitMatcher(r.Path, r.git); f.git != nil {
		f.above, _ = relative(f.git.top, f.root)
	}
	return f, nil
}

// wanted tells whether the rule is about a path below its root, which is of that
// mode. The root itself is wanted whatever the patterns say: the rule names it.
func (f *filter) wanted(rel string, mode fs.FileMode) bool {
	if rel == "." {
		return true
	}
	if f.ignored(rel) || f.git != nil && f.git.ignores(path.Join(f.above, rel), mode.IsDir()) {
		return false
	}
	if f.include == nil {
		return true
	}
	ok, _ := f.include.MatchesOrParentMatches(filepath.FromSlash(rel))
	return ok
}

// pruned tells that nothing below a folder can be wanted, so that it need not
// be entered.
func (f *filter) pruned(rel string) bool {
	if rel == "." {
		return false
	}
	if ephemeralPath(rel) || f.git != nil && f.git.ignores(path.Join(f.above, rel), true) {
		return true
	}
	for _, m := range f.ignore {
		if at, ok := f.matches(m, rel); ok && !exceptionBelow(m, at) {
			return true
		}
	}
	return false
}

func (f *filter) ignored(rel string) bool {
	if ephemeralPath(rel) {
		return true
	}
	for _, m := range f.ignore {
		if _, ok := f.matches(m, rel); ok {
			return true
		}
	}
	return false
}

// matches also returns the path as m sees it.
func (f *filter) matches(m based, rel string) (string, bool) {
	at := rel
	if m.base != f.root {
		var ok bool
		if at, ok = relative(m.base, filepath.Join(f.root, filepath.FromSlash(rel))); !ok || at == "." {
			return "", false
		}
	}
	ok, err := m.MatchesOrParentMatches(filepath.FromSlash(at))
	return at, ok && err == nil
}

// exceptionBelow tells whether a pattern with "!" may name something in a folder
// that is ignored.
func exceptionBelow(m based, dir string) bool {
	if !m.Exclusions() {
		return false
	}
	for _, p := range m.Patterns() {
		if !p.Exclusion() {
			continue
		}
		s := filepath.ToSlash(p.String())
		if strings.HasPrefix(s+"/", dir+"/") || strings.ContainsAny(strings.SplitN(s, "/", 2)[0], "*?[") {
			return true
		}
	}
	return false
}

// ephemeralPath tells whether a path or a folder above it is never wanted.
func ephemeralPath(rel string) bool {
	for rel != "." && rel != "/" && rel != "" {
		if ephemeral(path.Base(rel)) {
			return true
		}
		rel = path.Dir(rel)
	}
	return false
}

// ephemeral tells names that editors and version control leave for a moment, or
// that are never part of a program.
func ephemeral(name string) bool {
	switch name {
	case ".git", ".hg", ".svn", ".DS_Store", "4913": // 4913: vim asks whether it may write
		return true
	}
	for _, suffix := range []string{"~", ".swp", ".swo", ".swx", ".swpx", "___jb_tmp___", "___jb_old___", ".kate-swp"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return strings.HasPrefix(name, ".#") || strings.HasPrefix(name, ".goutputstream-") ||
		len(name) > 1 && name[0] == '#' && name[len(name)-1] == '#'
}
