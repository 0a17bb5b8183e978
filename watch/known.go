package watch

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
)

// Known is what is known of the folders' and the containers' trees. Its zero
// value is empty; it is safe for concurrent use, also by InitialSync while Run
// runs.
//
// A folder's manifest is kept once. Of a container only that is kept in which it
// differs from the folder: nothing, most of the time.
type Known struct {
	mu       sync.Mutex // guards below
	trees    map[string]*tree
	rules    map[string]*rule
	services map[string]*service
	running  bool // Run looks at the folders
}

// rule is a Rule that is carried out.
type rule struct {
	Rule
	tree *tree
	// pending are the changes that a rule without a copy was not yet carried out
	// for.
	pending map[string]change
	own     ownChanges
}

// copies tells whether the rule's files go into the containers.
func (r *rule) copies() bool { return r.Target != "" }

// mountGone tells that a mounted source is not there, as while git has another branch
// checked out. An engine that starts a container then makes the folder, as root's. The
// rule's action waits until the source is back.
func (r *rule) mountGone() bool {
	return r.Derived != "" && r.tree.man["."].absent()
}

// diff are paths at which something differs from the folder, with what it has
// there.
type diff map[string]Entry

// service is what is known of a service.
type service struct {
	name  string
	rules []*rule
	// base is how its image differs from the folders, building how the one in the
	// making does; nil: none is.
	base, building map[*rule]diff
	replicas       map[string]*replica // by id
}

// replica is what is known of a container.
type replica struct {
	Container
	diffs map[*rule]diff
	// verifiedPaths are paths at which this program has written or seen the container's
	// file. At others the content is assumed. Rules with InitialSync have none: they write
	// every file.
	verifiedPaths map[*rule]map[string]bool
	unverified    map[*rule]map[string]bool // paths that were saved since, and are not verified
	busy          bool                      // a patch is on its way
}

// add takes the rules in and returns the services that have any.
func (k *Known) add(rules []Rule) ([]*service, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.trees == nil {
		k.trees, k.rules, k.services = map[string]*tree{}, map[string]*rule{}, map[string]*service{}
	}
	var touched []*service
	for _, r := range rules {
		if r.idle() {
			continue
		}
		s := k.services[r.Service]
		if s == nil {
			s = &service{name: r.Service, base: map[*rule]diff{}, replicas: map[string]*replica{}}
			k.services[r.Service] = s
		}
		if err := k.addRule(s, r); err != nil {
			return nil, err
		}
		touched = append(touched, s)
	}
	return unique(touched), nil
}

// idle tells whether a rule has nothing to do: a bind mount brings its files.
func (r Rule) idle() bool { return r.Action == Sync && r.Target == "" }

// only forgets the rules that are not among the given ones, and what nothing is
// about any more.
func (k *Known) only(rules []Rule) {
	k.mu.Lock()
	defer k.mu.Unlock()
	keep, trees := map[*rule]bool{}, map[*tree]bool{}
	for _, r := range rules {
		if known := k.rules[r.key()]; known != nil {
			keep[known], trees[known.tree] = true, true
		}
	}
	maps.DeleteFunc(k.rules, func(_ string, r *rule) bool { return !keep[r] })
	maps.DeleteFunc(k.trees, func(_ string, t *tree) bool { return !trees[t] })
	for name, s := range k.services {
		s.rules = slices.DeleteFunc(s.rules, func(r *rule) bool { return !keep[r] })
		if len(s.rules) == 0 {
			delete(k.services, name)
		}
	}
}

func unique(all []*service) []*service {
	seen := map[*service]bool{}
	var out []*service
	for _, s := range all {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// patterns tell the trees apart, key the rules.
func (r Rule) patterns() string {
	return fmt.Sprintf("%q %q %q %q %q %t", filepath.Clean(r.Path), r.Include, r.Ignore, r.outer, r.git, r.Target != "")
}

func (r Rule) key() string {
	exec, _ := json.Marshal(r.Exec) // not %v: it has pointers
	return fmt.Sprintf("%s %s %q %v %s %s", r.Service, r.Action, r.Target, r.InitialSync, exec, r.patterns())
}

func (k *Known) addRule(s *service, r Rule) error {
	r.Path = filepath.Clean(r.Path)
	if k.rules[r.key()] != nil {
		return nil
	}
	t := k.trees[r.patterns()]
	if t == nil {
		f, err := newFilter(r)
		if err != nil {
			return err
		}
		t = &tree{root: r.Path, filter: f, copied: r.Target != ""}
		k.trees[r.patterns()] = t
	}
	compiled := &rule{Rule: r, tree: t, pending: map[string]change{}}
	k.rules[r.key()] = compiled
	s.rules = append(s.rules, compiled)
	s.base[compiled] = diff{}
	return nil
}

// apply notes what changed in a tree for all services that have rules about it.
func (k *Known) apply(t *tree, changes []change) (touched []*service) {
	for _, s := range k.services {
		for _, r := range s.rules {
			if r.tree != t || len(changes) == 0 {
				continue
			}
			touched = append(touched, s)
			r.follow(s, changes)
		}
	}
	return touched
}

func (r *rule) follow(s *service, changes []change) {
	for _, c := range changes {
		if c.path == "." && (c.old.Mode.IsDir() || c.new.Mode.IsDir()) {
			continue // the folder itself stays, in the container
		}
		if !r.copies() {
			r.pending[c.path] = c
			continue
		}
		assumed := c
		if !c.old.absent() {
			assumed.old = c.old.unsure()
		}
		s.base[r].changed(assumed)
		s.building[r].changed(assumed)
		for _, holder := range s.replicas {
			if holder.verified(r, c.path) {
				holder.diffs[r].changed(c)
			} else {
				holder.diffs[r].changed(assumed)
			}
		}
	}
}

// changed keeps what the holder had, unless the folder came back to that.
func (l diff) changed(c change) {
	if l == nil {
		return
	}
	had, ok := l[c.path]
	if !ok {
		had = c.old
	}
	l.set(c.path, had, c.new)
}

// set says what the holder has at a path where the folder has now.
func (l diff) set(path string, has, now Entry) {
	if same(has, now) && has != unknown {
		delete(l, path)
	} else {
		l[path] = has
	}
}

// reconcile takes over which containers a service has.
func (k *Known) reconcile(s *service, list []Container) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := map[string]*replica{}
	for _, c := range list {
		r := s.replicas[c.ID]
		if r == nil {
			r = &replica{diffs: map[*rule]diff{}, verifiedPaths: map[*rule]map[string]bool{}, unverified: map[*rule]map[string]bool{}}
		}
		r.Container = c
		now[c.ID] = r
		s.fill(r)
	}
	s.replicas = now
}

// fill notes how a container differs from the folders of rules that it was not patched
// for: it holds what its image does. While an image is being built, which one is not known.
func (s *service) fill(c *replica) {
	for _, r := range s.rules {
		if c.diffs[r] != nil || !r.copies() {
			continue
		}
		l := diff{}
		maps.Copy(l, s.base[r])
		c.diffs[r] = l
		for p := range s.building[r] {
			l[p] = unknown
		}
		if !r.InitialSync {
			continue
		}
		for p := range l {
			l[p] = unknown
		}
		for p, e := range r.tree.man {
			if p != "." || !e.Mode.IsDir() {
				l[p] = unknown
			}
		}
	}
}

// startBuild says that an image of the service is being built of what the
// folders hold now.
func (s *service) startBuild() {
	s.building = map[*rule]diff{}
	for _, r := range s.rules {
		s.building[r] = diff{}
	}
}

// endBuild says that it is there, or will not be.
func (s *service) endBuild(err error) {
	if err == nil && s.building != nil {
		s.base = s.building
	}
	s.building = nil
}
