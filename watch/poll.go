package watch

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// pollEvery is the shortest time between two looks at what is polled.
const pollEvery = 200 * time.Millisecond

// pollShare bounds polling's share of a processor: a look that takes t is
// followed by a pause of at least pollShare times t.
const pollShare = 20

// NewPoller is a Watcher that looks every so often, for file systems that tell
// nothing. The error is always nil.
func NewPoller(roots []string, ignore func(path string, dir bool) bool) (Watcher, error) {
	return newPoller(roots, ignore, pollEvery), nil
}

type poller struct {
	ignore func(path string, dir bool) bool
	every  time.Duration
	out    chan Changed
	quit   chan struct{}
	wg     sync.WaitGroup

	mu    sync.Mutex // guards below
	roots []*polled
}

// polled is a root and what it held when it was looked at last.
type polled struct {
	path string
	last map[string]stamp
}

// stamp is what a look compares.
type stamp struct {
	mode fs.FileMode
	size int64
	time int64 // nanoseconds since 1970
}

func newPoller(roots []string, ignore func(string, bool) bool, every time.Duration) *poller {
	p := &poller{ignore: ignore, every: every, out: make(chan Changed), quit: make(chan struct{})}
	for _, r := range roots {
		p.add(r)
	}
	p.wg.Go(p.run)
	return p
}

// add has the poller look at one more root. What is there now counts as seen.
func (p *poller) add(root string) {
	root = filepath.Clean(root)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.roots {
		if _, ok := relative(r.path, root); ok {
			return
		}
	}
	p.roots = slices.DeleteFunc(p.roots, func(r *polled) bool {
		_, ok := relative(root, r.path)
		return ok
	})
	p.roots = append(p.roots, &polled{root, p.look(root)})
}

// Changes implements Watcher.
func (p *poller) Changes() <-chan Changed { return p.out }

// Close implements Watcher.
func (p *poller) Close() error {
	close(p.quit)
	p.wg.Wait()
	return nil
}

func (p *poller) run() {
	defer close(p.out)
	timer := time.NewTimer(p.every)
	defer timer.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-timer.C:
		}
		began := time.Now()
		c := Changed{Paths: p.changed(began)}
		took := time.Since(began)
		if len(c.Paths) > tooMany {
			c = Changed{Rescan: true}
		}
		if len(c.Paths) > 0 || c.Rescan {
			select {
			case <-p.quit:
				return
			case p.out <- c:
			}
		}
		timer.Reset(max(p.every, pollShare*took))
	}
}

// changed are the paths that differ from the last look. A file written a moment
// ago is among them too, since it may be written again in the same instant of
// the file system's clock.
func (p *poller) changed(now time.Time) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	young := now.Add(-recent).UnixNano()
	for _, r := range p.roots {
		next := p.look(r.path)
		for path, s := range next {
			if old, ok := r.last[path]; !ok || old != s || !s.mode.IsDir() && s.time > young {
				out = append(out, path)
			}
		}
		for path := range r.last {
			if _, ok := next[path]; !ok {
				out = append(out, path)
			}
		}
		r.last = next
	}
	return out
}

// look lists a root. A folder's time is that of what came and went in it: it tells
// of what was away for a while between two looks, when another program may have looked.
func (p *poller) look(root string) map[string]stamp {
	found := map[string]stamp{}
	p.walk(root, found)
	return found
}

func (p *poller) walk(path string, found map[string]stamp) {
	info, err := os.Lstat(path)
	if err != nil {
		return
	}
	s := stamp{mode: info.Mode(), time: info.ModTime().UnixNano()}
	if !info.IsDir() {
		s.size = info.Size()
		found[path] = s
		return
	}
	found[path] = s
	children, err := os.ReadDir(path)
	if err != nil {
		return
	}
	for _, c := range children {
		if below := filepath.Join(path, c.Name()); !p.ignore(below, c.IsDir()) {
			p.walk(below, found)
		}
	}
}
