package watch

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"sync"
	"time"
)

// How long a service whose patch failed waits for the next attempt, where no
// change comes before.
const (
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
)

// loop is one Run. Its fields belong to the goroutine of run; jobs and builds
// are goroutines that report on its channels.
type loop struct {
	*runner
	all     []*tree // of Known when Run began
	locks   []string
	batch   batch
	states  map[*service]*state
	served  chan served
	builds  []*build
	rebuilt chan *build
	wg      sync.WaitGroup
}

// state is how far the loop is with a service.
type state struct {
	next   *job // what is to be done after the running job; nil: nothing
	runs   bool
	retry  time.Time // zero: it is in order
	delay  time.Duration
	failed string // the error that the user knows
}

type served struct {
	service *service
	left    bool // as in job
	err     error
}

func newLoop(r *runner) *loop {
	l := &loop{runner: r, states: map[*service]*state{}, served: make(chan served), rebuilt: make(chan *build)}
	l.all = slices.Collect(maps.Values(r.trees))
	l.locks = locks(l.folders())
	return l
}

func (l *loop) folders() []string {
	seen := map[string]bool{}
	var all []string
	for _, t := range l.all {
		if !seen[t.root] {
			seen[t.root] = true
			all = append(all, t.root)
		}
	}
	slices.Sort(all)
	return all
}

// roots are what the watcher is to watch.
func (l *loop) roots() []string { return append(l.folders(), l.locks...) }

// ignored tells the watcher what no rule is about. A folder is only ignored if
// nothing in it could be wanted.
func (l *loop) ignored(p string, dir bool) bool {
	if slices.Contains(l.locks, p) {
		return false
	}
	for _, t := range l.all {
		rel, ok := relative(t.root, p)
		if ok && (dir && !t.pruned(rel) || !dir && t.wanted(rel, 0)) {
			return false
		}
	}
	return true
}

func (l *loop) run(ctx context.Context, w Watcher, services []*service) error {
	l.mu.Lock()
	rebuild := l.takeRebuilds(l.rescan()) // the watcher watches already: nothing is lost between
	l.running = true
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.running = false
		l.mu.Unlock()
	}()
	for _, s := range services {
		l.ask(ctx, job{service: s, detected: time.Now(), refresh: true})
	}
	l.rebuild(ctx, rebuild, time.Now())
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		l.arm(timer)
		select {
		case <-ctx.Done():
			return nil
		case c, ok := <-w.Changes():
			if !ok {
				return errors.New("watching ended")
			}
			l.changed(c)
		case name, ok := <-l.Renewed:
			if !ok {
				l.Renewed = nil
			}
			l.renewed(ctx, name)
		case <-timer.C:
			l.flush(ctx)
			l.retry(ctx)
		case s := <-l.served:
			l.finished(ctx, s)
		case b := <-l.rebuilt:
			l.built(ctx, b)
		}
	}
}

// wait waits for all that the loop started; their context has ended.
func (l *loop) wait() {
	done := make(chan struct{})
	go func() {
		l.wg.Wait()
		close(done)
	}()
	for {
		select {
		case <-l.served:
		case <-l.rebuilt:
		case <-done:
			return
		}
	}
}

// arm sets the timer to the earliest moment at which something is due.
func (l *loop) arm(timer *time.Timer) {
	due := l.batch.due()
	for _, s := range l.states {
		if !s.retry.IsZero() && (due.IsZero() || s.retry.Before(due)) {
			due = s.retry
		}
	}
	if due.IsZero() {
		timer.Stop()
		return
	}
	timer.Reset(time.Until(due))
}

// changed takes in what a watcher reported. That git's lock came or went is not a
// change, it moves the end of the batch.
func (l *loop) changed(c Changed) {
	if c.Message != nil {
		l.Sink(*c.Message)
	}
	all := len(c.Paths)
	c.Paths = slices.DeleteFunc(slices.Clone(c.Paths), func(p string) bool { return slices.Contains(l.locks, p) })
	if len(c.Paths) != all {
		l.batch.locked = false
	}
	l.batch.add(c, time.Now())
}

// flush ends the batch if it is due: what really changed goes to the services.
func (l *loop) flush(ctx context.Context) {
	due := l.batch.due()
	if due.IsZero() || time.Now().Before(due) {
		return
	}
	if !l.batch.locked && slices.ContainsFunc(l.locks, exists) {
		l.batch.locked = true
		return
	}
	b := l.batch
	l.batch = batch{}
	l.mu.Lock()
	var touched []*service
	for _, t := range l.all {
		if paths := b.below(t.root); len(paths) > 0 {
			touched = append(touched, l.look(t, paths)...)
		}
	}
	rebuild := l.takeRebuilds(touched)
	l.mu.Unlock()
	for _, s := range unique(touched) {
		_, superseded := rebuild[s]
		l.ask(ctx, job{service: s, detected: b.first, refresh: l.Renewed == nil, patchOnly: superseded})
	}
	l.rebuild(ctx, rebuild, b.first)
}

func exists(p string) bool {
	_, err := os.Lstat(p)
	return err == nil
}

// ask has a service served, now or after the job that runs.
func (l *loop) ask(ctx context.Context, j job) {
	s := l.states[j.service]
	if s == nil {
		s = &state{delay: firstRetry}
		l.states[j.service] = s
	}
	if s.next != nil {
		j.detected = s.next.detected
		j.refresh = j.refresh || s.next.refresh
		j.patchOnly = j.patchOnly && s.next.patchOnly
	}
	s.next = &j
	if !s.runs {
		l.start(ctx, s)
	}
}

func (l *loop) start(ctx context.Context, s *state) {
	j := s.next
	j.reported = s.failed
	s.next, s.runs, s.retry = nil, true, time.Time{}
	l.wg.Go(func() {
		err := l.serve(ctx, j)
		l.served <- served{j.service, j.left, err}
	})
}

func (l *loop) finished(ctx context.Context, done served) {
	s := l.states[done.service]
	s.runs = false
	s.failed = ""
	if done.err != nil {
		s.failed = done.err.Error()
		s.retry = time.Now().Add(s.delay)
		s.delay = min(2*s.delay, lastRetry)
	} else {
		s.delay = firstRetry
		if done.left {
			s.retry = time.Now().Add(firstRetry)
		}
	}
	if s.next != nil {
		s.next.refresh = s.next.refresh || done.err != nil
		l.start(ctx, s)
	}
}

// retry serves again whom it failed for.
func (l *loop) retry(ctx context.Context) {
	now := time.Now()
	for svc, s := range l.states {
		if !s.retry.IsZero() && !now.Before(s.retry) && !s.runs {
			l.ask(ctx, job{service: svc, detected: now, refresh: true})
		}
	}
}

// renewed looks after a service whose containers are others than they were.
func (l *loop) renewed(ctx context.Context, name string) {
	l.mu.Lock()
	s := l.services[name]
	l.mu.Unlock()
	if s != nil {
		l.ask(ctx, job{service: s, detected: time.Now(), refresh: true})
	}
}
