package watch

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// What a container holds of files that were not synced is assumed to be what the folder
// held when watching began. The image may be another one, or the file may have been
// changed in the container. So when a file is saved with the content that it had, the
// containers that it was never synced to are asked whether they hold it.

// maxVerified is how many files a container is asked about at once. More are sent without
// asking: that takes no longer.
const maxVerified = 64

// verified tells that this program knows what the container has at a path at which it
// does not differ from the folder. Else that is assumed.
func (c *replica) verified(r *rule, path string) bool {
	return r.InitialSync || c.verifiedPaths[r][path]
}

// markVerified notes that the container is known to have at a path what the folder has.
func (c *replica) markVerified(r *rule, path string) {
	if r.InitialSync {
		return
	}
	if c.verifiedPaths[r] == nil {
		c.verifiedPaths[r] = map[string]bool{}
	}
	c.verifiedPaths[r][path] = true
}

// findUnverified notes which files of a tree were saved with the content they had, and
// returns the services with containers that are not known to have them. mu is held.
func (k *Known) findUnverified(t *tree) (touched []*service) {
	saved := t.saved
	t.saved = nil
	if len(saved) == 0 {
		return nil
	}
	for _, s := range k.services {
		for _, r := range s.rules {
			if r.tree == t && r.copies() && r.findUnverified(s, saved) {
				touched = append(touched, s)
			}
		}
	}
	return touched
}

// findUnverified tells whether a container of the service is to be asked.
func (r *rule) findUnverified(s *service, saved []string) (some bool) {
	for _, p := range saved {
		for _, l := range []diff{s.base[r], s.building[r]} { // a container that comes later is not asked
			if _, differs := l[p]; l != nil && !differs {
				l[p] = r.tree.man[p].unsure()
			}
		}
		for _, c := range s.replicas {
			if _, differs := c.diffs[r][p]; differs || c.diffs[r] == nil || c.verified(r, p) {
				continue
			}
			if c.unverified[r] == nil {
				c.unverified[r] = map[string]bool{}
			}
			c.unverified[r][p], some = true, true
		}
	}
	return some
}

// check is a question to a container: whether it has the files of writes.
type check struct {
	*replica
	rules  []*rule
	paths  []string
	writes []Write
}

// verify asks the containers of a service whether they have the files that are not known
// to be there. What they do not have is synced.
func (r *runner) verify(ctx context.Context, s *service) {
	r.mu.Lock()
	var questions []*check
	for _, c := range s.replicas {
		if q := c.takeUnverified(); q != nil {
			questions = append(questions, q)
		}
	}
	r.mu.Unlock()
	var asking sync.WaitGroup
	for _, q := range questions {
		asking.Go(func() {
			var holds []bool
			if len(q.writes) <= maxVerified {
				holds, _ = r.do.Holds(ctx, q.Container, q.writes) // without an answer all are sent
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			q.apply(holds)
		})
	}
	asking.Wait()
}

// takeUnverified takes the container's unverified paths; nil: it has none.
func (c *replica) takeUnverified() *check {
	q := &check{replica: c}
	for r, paths := range c.unverified {
		for _, p := range slices.Sorted(maps.Keys(paths)) {
			now := r.tree.man[p]
			if _, differs := c.diffs[r][p]; differs || now.absent() {
				continue
			}
			q.rules, q.paths, q.writes = append(q.rules, r), append(q.paths, p), append(q.writes, r.write(p, now))
		}
	}
	clear(c.unverified)
	if len(q.writes) == 0 {
		return nil
	}
	return q
}

// apply notes the container's answer. A file without an answer counts as one that it does
// not have.
func (q *check) apply(holds []bool) {
	for i, r := range q.rules {
		p := q.paths[i]
		_, differs := q.diffs[r][p]
		switch {
		case differs || q.diffs[r] == nil:
		case i < len(holds) && holds[i]:
			q.markVerified(r, p)
		default:
			q.diffs[r][p] = r.tree.man[p].unsure()
		}
	}
}
