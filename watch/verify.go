package watch

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// What a container holds of files that nobody synced is assumed: what the folder held
// when watching began. It may be another image, or changed in the container. So a
// file that is saved as it was is looked at in the containers that it was never
// put into.

// mostDoubts is of how many files a container is asked what it holds. More are sent:
// that takes no longer.
const mostDoubts = 64

// sure tells that this program knows what the container has at a path that it lacks
// nothing of.
func (c *replica) sure(r *rule, path string) bool { return r.InitialSync || c.put[r][path] }

// learn says that the container has at a path what it lacks nothing of.
func (c *replica) learn(r *rule, path string) {
	if r.InitialSync {
		return
	}
	if c.put[r] == nil {
		c.put[r] = map[string]bool{}
	}
	c.put[r][path] = true
}

// doubt takes in what of a tree was saved with the content it had, and returns the
// services whose containers may lack that. mu is held.
func (k *Known) doubt(t *tree) (touched []*service) {
	saved := t.saved
	t.saved = nil
	if len(saved) == 0 {
		return nil
	}
	for _, s := range k.services {
		for _, r := range s.rules {
			if r.tree == t && r.copies() && r.doubt(s, saved) {
				touched = append(touched, s)
			}
		}
	}
	return touched
}

// doubt tells whether a container is to be asked.
func (r *rule) doubt(s *service, saved []string) (some bool) {
	for _, p := range saved {
		for _, l := range []lacks{s.base[r], s.building[r]} { // of a container to come nobody will ask
			if _, lacking := l[p]; l != nil && !lacking {
				l[p] = r.tree.man[p].unsure()
			}
		}
		for _, c := range s.replicas {
			if _, lacking := c.lacks[r][p]; lacking || c.lacks[r] == nil || c.sure(r, p) {
				continue
			}
			if c.doubts[r] == nil {
				c.doubts[r] = map[string]bool{}
			}
			c.doubts[r][p], some = true, true
		}
	}
	return some
}

// question is what a container is asked.
type question struct {
	*replica
	rules  []*rule
	paths  []string
	writes []Write
}

// resolve asks the containers of a service for what is in doubt. What they do not
// hold they lack.
func (r *runner) resolve(ctx context.Context, s *service) {
	r.mu.Lock()
	var questions []*question
	for _, c := range s.replicas {
		if q := c.question(); q != nil {
			questions = append(questions, q)
		}
	}
	r.mu.Unlock()
	var asking sync.WaitGroup
	for _, q := range questions {
		asking.Go(func() {
			var holds []bool
			if len(q.writes) <= mostDoubts {
				holds, _ = r.do.Holds(ctx, q.Container, q.writes) // who does not answer is sent all
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			q.answer(holds)
		})
	}
	asking.Wait()
}

// question takes the container's doubts; nil: it has none.
func (c *replica) question() *question {
	q := &question{replica: c}
	for r, paths := range c.doubts {
		for _, p := range slices.Sorted(maps.Keys(paths)) {
			now := r.tree.man[p]
			if _, lacking := c.lacks[r][p]; lacking || now.absent() {
				continue
			}
			q.rules, q.paths, q.writes = append(q.rules, r), append(q.paths, p), append(q.writes, r.write(p, now))
		}
	}
	clear(c.doubts)
	if len(q.writes) == 0 {
		return nil
	}
	return q
}

// answer takes the answer in; what there is none of is not held.
func (q *question) answer(holds []bool) {
	for i, r := range q.rules {
		p := q.paths[i]
		_, lacking := q.lacks[r][p]
		switch {
		case lacking || q.lacks[r] == nil:
		case i < len(holds) && holds[i]:
			q.learn(r, p)
		default:
			q.lacks[r][p] = r.tree.man[p].unsure()
		}
	}
}
