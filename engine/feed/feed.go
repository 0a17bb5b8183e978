// Package feed is the one reading of the engine's container events: a stream for any
// number of subscribers, of events with a kind, the container's labels read.
package feed

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/compose-orchestrator/compose/engine/api"
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

// Feed is a process's one stream of a project's container events, for any
// number of subscribers. It connects with the first subscription and reconnects
// when the stream is lost. Close it after use.
type Feed struct {
	c       api.Reader
	project string

	mu     sync.Mutex // guards below
	subs   map[*Subscription]bool
	cancel context.CancelFunc // nil: not started yet
	err    error              // why there will be no more events

	opened chan struct{} // closed when the engine has answered once
	done   chan struct{} // closed when the stream's goroutine ends
}

// New returns a feed of the events of the containers of a project.
func New(c api.Reader, project string) *Feed {
	return &Feed{
		c: c, project: project, subs: map[*Subscription]bool{},
		opened: make(chan struct{}), done: make(chan struct{}),
	}
}

// Subscribe returns a subscription to all events from now on: what is inspected
// after it returns is not older than the events it brings. Close it after use.
// Its error is ctx's.
func (f *Feed) Subscribe(ctx context.Context) (*Subscription, error) {
	s, opened := f.add()
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
func (f *Feed) add() (s *Subscription, opened <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s = &Subscription{feed: f, wake: make(chan struct{}, 1), err: f.err}
	if f.err == nil {
		f.subs[s] = true
	}
	if f.cancel == nil && f.err == nil {
		ctx, cancel := context.WithCancel(context.Background())
		f.cancel = cancel
		go f.run(ctx)
	}
	return s, f.opened
}

// Close ends the stream and all subscriptions, and waits for it.
func (f *Feed) Close() {
	f.mu.Lock()
	cancel := f.cancel
	if cancel == nil && f.err == nil {
		f.err = context.Canceled
		close(f.opened)
	}
	f.mu.Unlock()
	if cancel != nil {
		cancel()
		<-f.done
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
func (f *Feed) open(ctx context.Context, since time.Time) stream {
	ctx, cancel := context.WithCancel(ctx)
	messages, failed := f.c.Events(ctx, events.ListOptions{
		Since: strconv.FormatInt(since.Unix(), 10) + fmt.Sprintf(".%09d", since.Nanosecond()),
		Filters: filters.NewArgs(
			filters.Arg("type", string(events.ContainerEventType)),
			filters.Arg("label", project.LabelProject+"="+f.project),
		),
	})
	return stream{messages: messages, failed: failed, cancel: cancel}
}

// run hands events on until ctx ends or the engine is lost for good.
func (f *Feed) run(ctx context.Context) {
	defer close(f.done)
	last := time.Now().Add(-overlap)
	s := f.open(ctx, last)
	close(f.opened)
	brief := 0 // streams in a row that ended soon: an engine that refuses them
	for {
		began := time.Now()
		err := f.follow(s, &last)
		s.cancel()
		if brief++; time.Since(began) > patience {
			brief = 0
		}
		if brief <= reconnects {
			err = f.regain(ctx, err)
		}
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		if err != nil {
			f.end(err)
			return
		}
		s = f.open(ctx, last)
		f.publish(Event{Resync: true})
	}
}

// follow reads one stream to its end, and keeps the time of the newest event.
func (f *Feed) follow(s stream, last *time.Time) error {
	for {
		select {
		case m := <-s.messages:
			e := eventOf(m)
			if e.Time.After(*last) {
				*last = e.Time
			}
			if e.Kind != looked {
				f.publish(e)
			}
		case err := <-s.failed:
			return err
		}
	}
}

// regain waits until the engine answers again: it may be restarting. lost is why
// the stream ended.
func (f *Feed) regain(ctx context.Context, lost error) error {
	for attempt := range reconnects {
		pause := time.NewTimer(patience >> (reconnects - 1 - attempt))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
		if _, err := f.c.Ping(ctx); err == nil {
			return nil
		}
	}
	return fmt.Errorf("lost the engine's events: %w", lost)
}

func (f *Feed) publish(c Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.subs {
		s.push(c)
	}
}

// end tells all subscribers, present and future, that there is no more.
func (f *Feed) end(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
	for s := range f.subs {
		s.err = err
		s.signal()
	}
	clear(f.subs)
}

// Subscription is one listener's view of a feed. Next is for one goroutine.
type Subscription struct {
	feed *Feed
	wake chan struct{} // holds one token while there is something to read

	// guarded by feed.mu:
	queue []Event
	err   error
}

// push adds an event; one who does not read loses what waits, and is told.
func (s *Subscription) push(c Event) {
	if c.Resync || len(s.queue) >= queueLimit {
		clear(s.queue)
		s.queue = append(s.queue[:0], Event{Resync: true})
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

// Next returns the next event. Its error is ctx's, or says that the engine is
// gone or the feed closed.
func (s *Subscription) Next(ctx context.Context) (Event, error) {
	for {
		if c, ok, err := s.pop(); ok || err != nil {
			return c, err
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return Event{}, ctx.Err()
		}
	}
}

func (s *Subscription) pop() (c Event, ok bool, err error) {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	if len(s.queue) == 0 {
		return Event{}, false, s.err
	}
	c = s.queue[0]
	s.queue = s.queue[1:]
	return c, true, nil
}

// Skip drops the events that wait to be read.
func (s *Subscription) Skip() {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	s.queue = nil
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	delete(s.feed.subs, s)
}
