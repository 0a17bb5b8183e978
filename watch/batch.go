package watch

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/internal/regular"
)

// How long a batch waits for more. A save is one to three files; what writes
// more of them at once is a program, and goes on for a while.
const (
	quietFew    = 10 * time.Millisecond
	quietMany   = 100 * time.Millisecond
	few         = 3
	longest     = 500 * time.Millisecond
	quietLocked = 2 * time.Second // after which a lock of git's counts as left behind
)

// batch collects paths until it is due. It knows no clock of its own.
type batch struct {
	paths       map[string]struct{}
	rescan      bool
	first, last time.Time
	locked      bool // git held its lock when it was due
}

func (b *batch) add(c Changed, now time.Time) {
	if len(c.Paths) == 0 && !c.Rescan {
		return
	}
	if b.empty() {
		b.first, b.paths = now, map[string]struct{}{}
	}
	for _, p := range c.Paths {
		b.paths[p] = struct{}{}
	}
	b.rescan = b.rescan || c.Rescan
	b.last = now
}

func (b *batch) empty() bool { return len(b.paths) == 0 && !b.rescan }

// due is when the batch ends unless more comes; zero: it is empty.
func (b *batch) due() time.Time {
	if b.empty() {
		return time.Time{}
	}
	if b.locked {
		return b.last.Add(quietLocked)
	}
	quiet := quietFew
	if n := len(b.paths); n > few {
		quiet = min(quietMany, quietFew+time.Duration(n)*time.Millisecond)
	}
	if end := b.first.Add(longest); end.Before(b.last.Add(quiet)) {
		return end
	}
	return b.last.Add(quiet)
}

// below are the batch's paths in a folder, relative to it.
func (b *batch) below(root string) []string {
	if b.rescan {
		return []string{"."}
	}
	var out []string
	for p := range b.paths {
		if rel, ok := relative(root, p); ok {
			out = append(out, rel)
		} else if _, above := relative(p, root); above {
			return []string{"."}
		}
	}
	slices.Sort(out)
	return out
}

// locks are the files that exist while git changes the working trees that the
// folders are in.
func locks(folders []string) []string {
	found := map[string]bool{}
	for _, dir := range folders {
		for ; ; dir = filepath.Dir(dir) {
			if git := gitDir(filepath.Join(dir, ".git")); git != "" {
				found[filepath.Join(git, "index.lock")] = true
				break
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// largestName is what is read of a file of git's that holds a path, in bytes.
const largestName = 64 << 10

// gitDir is the folder that .git is, or, in a linked working tree or a
// submodule, the one that it names; "": none.
func gitDir(p string) string {
	info, err := os.Stat(p)
	if err != nil {
		return ""
	}
	if info.IsDir() {
		return p
	}
	b, err := regular.Read(p, largestName)
	to, ok := strings.CutPrefix(strings.TrimSpace(string(b)), "gitdir: ")
	if err != nil || !ok {
		return ""
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(p), to)
	}
	return resolved(to)
}
