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
	// asked are the changes that a rule without a copy was not yet carried out
	// for.
	asked map[string]change
	own   own
}

// copies tells whether the rule's files go into the containers.
func (r *rule) copies() bool { return r.Target != "" }

// mountGone tells that a mounted source is away, as while git has another branch
// there: starting a container then, the engine would make it, as root's. What is
// asked for waits until it is back.
func (r *rule) mountGone() bool {
	return r.Derived != "" && r.tree.man["."].absent()
}

// lacks are paths at which something differs from the folder, with what it has
// there.
type lacks map[string]Entry

// service is what is known of a service.
type service struct {
	name  string
	rules []*rule
	// base is how its image differs from the folders, building how the one in the
	// making does; nil: none is.
	base, building map[*rule]lacks
	replicas       map[string]*replica // by id
}

// replica is what is known of a container.
type replica struct {
	Container
	lacks map[*rule]lacks
	// put are paths at which this program put or saw what it has, but for rules with
	// InitialSync, which put everything. Of the others it is assumed.
	put    map[*rule]map[string]bool
	doubts map[*rule]map[string]bool // assumed ones that were saved since
	busy   bool                      // a patch is on its way
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
			s = &service{name: r.Service, base: map[*rule]lacks{}, replicas: map[string]*replica{}}
			k.services[r.Service] = s
		}
		if err := k.addRule(s, r); err != nil {
			return nil, err
		}
		touched = append(touched, s)
	}
	return unique(touched), nil
}

// idle tells of a rule that nothing follows from: a bind mount does its work.
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
	compiled := &rule{Rule: r, tree: t, asked: map[string]change{}}
	k.rules[r.key()] = compiled
	s.rules = append(s.rules, compiled)
	s.base[compiled] = lacks{}
	return nil
}

// apply tells all who follow a tree what changed in it.
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
			r.asked[c.path] = c
			continue
		}
		assumed := c
		if !c.old.absent() {
			assumed.old = c.old.unsure()
		}
		s.base[r].changed(assumed)
		s.building[r].changed(assumed)
		for _, holder := range s.replicas {
			if holder.sure(r, c.path) {
				holder.lacks[r].changed(c)
			} else {
				holder.lacks[r].changed(assumed)
			}
		}
	}
}

// changed keeps what the holder had, unless the folder came back to that.
func (l lacks) changed(c change) {
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
func (l lacks) set(path string, has, now Entry) {
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
			r = &replica{lacks: map[*rule]lacks{}, put: map[*rule]map[string]bool{}, doubts: map[*rule]map[string]bool{}}
		}
		r.Container = c
		now[c.ID] = r
		s.fill(r)
	}
	s.replicas = now
}

// fill says what a container lacks by rules that nobody patched it for: it holds
// what its image does. While an image is being built nobody knows which.
func (s *service) fill(c *replica) {
	for _, r := range s.rules {
		if c.lacks[r] != nil || !r.copies() {
			continue
		}
		l := lacks{}
		maps.Copy(l, s.base[r])
		c.lacks[r] = l
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
	s.building = map[*rule]lacks{}
	for _, r := range s.rules {
		s.building[r] = lacks{}
	}
}

// endBuild says that it is there, or will not be.
func (s *service) endBuild(err error) {
	if err == nil && s.building != nil {
		s.base = s.building
	}
	s.building = nil
}
