package watch

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// patchWork is a patch on its way to a container.
type patchWork struct {
	*replica
	patch Patch
	sent  map[*rule]diff   // what the container has if it succeeds
	had   map[string]Entry // at targets that are deleted
}

// take makes the patches of a service's containers that nobody else patches, for
// some of its rules. k.mu is held.
func (s *service) take(rules []*rule) []*patchWork {
	var all []*patchWork
	for _, id := range slices.Sorted(maps.Keys(s.replicas)) {
		c := s.replicas[id]
		if c.busy {
			continue
		}
		if w := c.work(s, rules); w != nil {
			c.busy = true
			all = append(all, w)
		}
	}
	return all
}

// patchWork is nil where the container has what the folders have.
func (c *replica) work(s *service, rules []*rule) *patchWork {
	w := &patchWork{replica: c, sent: map[*rule]diff{}}
	writes, deletes, links := map[string]Write{}, map[string]Entry{}, map[string]bool{}
	for _, r := range rules {
		if len(c.diffs[r]) == 0 {
			continue
		}
		w.sent[r] = diff{}
		for p, has := range c.diffs[r] {
			now := r.tree.man[p]
			w.sent[r][p] = now
			target := path.Join(r.Target, p)
			if has.Mode&fs.ModeSymlink != 0 {
				links[target] = true
			}
			if now.absent() || !has.absent() && has != unknown && has.Mode.IsDir() != now.Mode.IsDir() {
				deletes[target] = has
			}
			if !now.absent() {
				writes[target] = r.write(p, now)
			}
		}
		clear(c.diffs[r])
	}
	if len(w.sent) == 0 {
		return nil
	}
	w.had = maps.Clone(deletes)
	for _, r := range s.rules {
		r.keep(deletes, writes)
	}
	w.patch = Patch{Deletes: topmost(deletes, writes), Links: links}
	for _, target := range w.patch.Deletes {
		delete(deletes, target)
	}
	w.patch.Below = slices.Sorted(maps.Keys(deletes))
	for _, target := range slices.Sorted(maps.Keys(writes)) {
		w.patch.Writes = append(w.patch.Writes, writes[target])
	}
	return w
}

// keep has what is another rule's stay where a rule deletes: the folder that its
// target is or is in, and files of the same name, which may be the deleted ones.
func (r *rule) keep(deletes map[string]Entry, writes map[string]Write) {
	if !r.copies() || r.tree.man["."].absent() {
		return
	}
	for target, has := range deletes {
		if _, around := beneath(target, r.Target); around {
			if has.Mode.IsDir() || has == unknown {
				delete(deletes, target)
			}
			continue
		}
		rel, ok := beneath(r.Target, target)
		_, written := writes[target]
		if now := r.tree.man[rel]; ok && !written && !now.absent() {
			writes[target] = r.write(rel, now)
			if has.Mode.IsDir() && now.Mode.IsDir() {
				delete(deletes, target) // it stays, and what the rule has in it
			}
		}
	}
}

// beneath is where a path of a container is below a folder; "." is that itself.
func beneath(folder, p string) (rel string, ok bool) {
	if p == folder {
		return ".", true
	}
	return strings.CutPrefix(p, strings.TrimSuffix(folder, "/")+"/")
}

// write is what brings a path of the rule's folder into the container.
func (r *rule) write(rel string, now Entry) Write {
	source := filepath.Join(r.tree.root, filepath.FromSlash(rel))
	root := r.tree.root
	if rel == "." { // the rule is about a file
		root = filepath.Dir(root)
	}
	return Write{Source: source, Root: root, Target: path.Join(r.Target, rel), Entry: now}
}

// topmost leaves out what goes with a folder that is deleted, and what another
// rule writes.
func topmost(deletes map[string]Entry, writes map[string]Write) []string {
	var out []string
	for _, target := range slices.Sorted(maps.Keys(deletes)) {
		if w, written := writes[target]; written && w.Mode.IsDir() == deletes[target].Mode.IsDir() {
			continue
		}
		covered := false
		for dir := path.Dir(target); dir != "/" && dir != "." && !covered; dir = path.Dir(dir) {
			has, ok := deletes[dir]
			covered = ok && has.Mode.IsDir()
		}
		if !covered {
			out = append(out, target)
		}
	}
	return out
}

// changedSince are the targets of files that were written again since the manifest was
// made. What was copied may be a content in between, which no later comparison would find.
func (p Patch) changedSince() (targets []string) {
	for _, w := range p.Writes {
		if !w.Mode.IsRegular() {
			continue
		}
		now, err := os.Lstat(w.Source)
		if err == nil && !now.ModTime().Equal(w.ModTime) {
			targets = append(targets, w.Target)
		}
	}
	return targets
}

// done takes over what became of a patch. A failed one may have got anywhere,
// and what was left out may have been back a moment later. k.mu is held.
func (w *patchWork) done(left []string, err error) {
	w.busy = false
	for r, sent := range w.sent {
		for p, has := range sent {
			target := path.Join(r.Target, p)
			switch {
			case err != nil:
				has = w.had[target].unsure()
			case slices.Contains(left, target):
				has = unknown
			}
			w.diffs[r].set(p, has, r.tree.man[p])
			if err == nil && has != unknown {
				w.markVerified(r, p)
			}
		}
	}
}
