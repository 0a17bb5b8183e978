package engine

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/compose-orchestrator/compose/project"
)

const (
	// queueLimit bounds what is kept for a subscriber that does not read.
	queueLimit = 256
	// overlap is how far before its start a stream begins: the engine answers
	// before it listens, and what happened in between must not be lost.
	overlap = 2 * time.Second
	// reconnects bounds the attempts to reach an engine that went away, and
	// patience the pause before the last of them: 5 s altogether.
	reconnects = 7
	patience   = 2500 * time.Millisecond
)

// Change is something that happened to a container of a project. It is a hint to
// look, not the truth: changes may come twice, and from shortly before the
// subscription.
type Change struct {
	ID     string // the container's
	Action events.Action
	// Attributes are the container's labels, its name and, of an end, exitCode.
	Attributes map[string]string
	Time       time.Time // the engine's
	// Resync: changes may have been lost. Nothing else is set; look at
	// everything again.
	Resync bool
}

// Watch is a process's one stream of a project's container events, for any
// number of subscribers. It connects with the first subscription and reconnects
// when the stream is lost. Close it after use.
type Watch struct {
	c       Reader
	project string

	mu     sync.Mutex // guards below
	subs   map[*Subscription]bool
	cancel context.CancelFunc // nil: not started yet
	err    error              // why there will be no more changes

	opened chan struct{} // closed when the engine has answered once
	done   chan struct{} // closed when the stream's goroutine ends
}

// NewWatch returns a Watch over the containers of a project.
func NewWatch(c Reader, project string) *Watch {
	return &Watch{
		c: c, project: project, subs: map[*Subscription]bool{},
		opened: make(chan struct{}), done: make(chan struct{}),
	}
}

// Subscribe returns a subscription to all changes from now on: what is inspected
// after it returns is not older than the changes it brings. Close it after use.
// Its error is ctx's.
func (w *Watch) Subscribe(ctx context.Context) (*Subscription, error) {
	s, opened := w.add()
	select {
	case <-opened:
		return s, nil
	case <-ctx.Done():
		s.Close()
		return nil, ctx.Err()
	}
}

// add registers a subscription, and starts the stream for the first one.
// opened is closed when the engine has answered.
func (w *Watch) add() (s *Subscription, opened <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s = &Subscription{w: w, wake: make(chan struct{}, 1), err: w.err}
	if w.err == nil {
		w.subs[s] = true
	}
	if w.cancel == nil && w.err == nil {
		ctx, cancel := context.WithCancel(context.Background())
		w.cancel = cancel
		go w.run(ctx)
	}
	return s, w.opened
}

// Close ends the stream and all subscriptions, and waits for it.
func (w *Watch) Close() {
	w.mu.Lock()
	cancel := w.cancel
	if cancel == nil && w.err == nil {
		w.err = context.Canceled
		close(w.opened)
	}
	w.mu.Unlock()
	if cancel != nil {
		cancel()
		<-w.done
	}
}

// stream is one connection for events.
type stream struct {
	messages <-chan events.Message
	failed   <-chan error
	cancel   context.CancelFunc
}

// open asks for the events since a moment. It returns when the engine has
// answered.
func (w *Watch) open(ctx context.Context, since time.Time) stream {
	ctx, cancel := context.WithCancel(ctx)
	messages, failed := w.c.Events(ctx, events.ListOptions{
		Since: strconv.FormatInt(since.Unix(), 10) + fmt.Sprintf(".%09d", since.Nanosecond()),
		Filters: filters.NewArgs(
			filters.Arg("type", string(events.ContainerEventType)),
			filters.Arg("label", project.LabelProject+"="+w.project),
		),
	})
	return stream{messages: messages, failed: failed, cancel: cancel}
}

// run hands events on until ctx ends or the engine is lost for good.
func (w *Watch) run(ctx context.Context) {
	defer close(w.done)
	last := time.Now().Add(-overlap)
	s := w.open(ctx, last)
	close(w.opened)
	brief := 0 // streams in a row that ended soon: an engine that refuses them
	for {
		began := time.Now()
		err := w.follow(s, &last)
		s.cancel()
		if brief++; time.Since(began) > patience {
			brief = 0
		}
		if brief <= reconnects {
			err = w.regain(ctx, err)
		}
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		if err != nil {
			w.end(err)
			return
		}
		s = w.open(ctx, last)
		w.publish(Change{Resync: true})
	}
}

// follow reads one stream to its end, and keeps the time of the newest event.
func (w *Watch) follow(s stream, last *time.Time) error {
	for {
		select {
		case m := <-s.messages:
			at := time.Unix(0, m.TimeNano)
			if at.After(*last) {
				*last = at
			}
			w.publish(Change{ID: m.Actor.ID, Action: m.Action, Attributes: m.Actor.Attributes, Time: at})
		case err := <-s.failed:
			return err
		}
	}
}

// regain waits until the engine answers again: it may be restarting. lost is why
// the stream ended.
func (w *Watch) regain(ctx context.Context, lost error) error {
	for attempt := range reconnects {
		pause := time.NewTimer(patience >> (reconnects - 1 - attempt))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
		if _, err := w.c.Ping(ctx); err == nil {
			return nil
		}
	}
	return fmt.Errorf("lost the engine's events: %w", lost)
}

func (w *Watch) publish(c Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for s := range w.subs {
		s.push(c)
	}
}

// end tells all subscribers, present and future, that there is no more.
func (w *Watch) end(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
	for s := range w.subs {
		s.err = err
		s.signal()
	}
	clear(w.subs)
}

// Subscription is one listener's view of a Watch. Next is for one goroutine.
type Subscription struct {
	w    *Watch
	wake chan struct{} // holds one token while there is something to read

	// guarded by w.mu:
	queue []Change
	err   error
}

// push adds a change; one who does not read loses what waits, and is told.
func (s *Subscription) push(c Change) {
	if c.Resync || len(s.queue) >= queueLimit {
		clear(s.queue)
		s.queue = append(s.queue[:0], Change{Resync: true})
	} else {
		s.queue = append(s.queue, c)
	}
	s.signal()
}

func (s *Subscription) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Next returns the next change. Its error is ctx's, or says that the engine is
// gone or the Watch closed.
func (s *Subscription) Next(ctx context.Context) (Change, error) {
	for {
		if c, ok, err := s.pop(); ok || err != nil {
			return c, err
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return Change{}, ctx.Err()
		}
	}
}

func (s *Subscription) pop() (c Change, ok bool, err error) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if len(s.queue) == 0 {
		return Change{}, false, s.err
	}
	c = s.queue[0]
	s.queue = s.queue[1:]
	return c, true, nil
}

// skip drops the changes that wait to be read.
func (s *Subscription) skip() {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.queue = nil
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	delete(s.w.subs, s)
}
