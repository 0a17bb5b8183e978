package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/events"

	"github.com/compose-orchestrator/compose/engine/api"
)

// engine is an api.Reader whose Events are written by a test: one stream after another.
// It has none of the other methods.
type engine struct {
	api.Reader
	streams chan engineStream // one for each call of Events
	calls   int
	since   []string
	pings   int
	away    bool // Ping fails
}

func (f *engine) Ping(context.Context) (types.Ping, error) {
	f.pings++
	if f.away {
		return types.Ping{}, io.ErrUnexpectedEOF
	}
	return types.Ping{}, nil
}

type engineStream struct {
	messages chan events.Message
	failed   chan error
}

func newEngineStream() engineStream {
	return engineStream{make(chan events.Message), make(chan error, 1)}
}

func (f *engine) Events(ctx context.Context, o events.ListOptions) (<-chan events.Message, <-chan error) {
	f.calls++
	f.since = append(f.since, o.Since)
	select {
	case s := <-f.streams:
		context.AfterFunc(ctx, func() {
			select {
			case s.failed <- ctx.Err():
			default:
			}
		})
		return s.messages, s.failed
	default:
		failed := make(chan error, 1)
		failed <- io.ErrUnexpectedEOF
		return nil, failed
	}
}

func newEngine(streams ...engineStream) *engine {
	f := &engine{streams: make(chan engineStream, len(streams))}
	for _, s := range streams {
		f.streams <- s
	}
	return f
}

func subscribe(t *testing.T, w *Feed) *Subscription {
	t.Helper()
	s, err := w.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func next(t *testing.T, s *Subscription) Event {
	t.Helper()
	c, err := s.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func message(id string, at int64) events.Message {
	return events.Message{Action: events.ActionDie, Actor: events.Actor{ID: id}, TimeNano: at}
}

func TestFeedSharesOneStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream := newEngineStream()
		f := newEngine(stream)
		w := New(f, "demo")
		defer w.Close()
		a, b := subscribe(t, w), subscribe(t, w)
		stream.messages <- message("one", 1)
		stream.messages <- message("two", 2)
		for _, s := range []*Subscription{a, b} {
			for _, want := range []string{"one", "two"} {
				if got := next(t, s).ID; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		}
		b.Close()
		stream.messages <- message("three", 3)
		if got := next(t, a).ID; got != "three" {
			t.Errorf("got %s, want three", got)
		}
		if f.calls != 1 {
			t.Errorf("%d streams, want 1", f.calls)
		}
	})
}

// TestFeedReconnects: a lost stream goes on where it ended, and subscribers are
// told to look at everything again.
func TestFeedReconnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newEngineStream(), newEngineStream()
		f := newEngine(first, second)
		w := New(f, "demo")
		defer w.Close()
		s := subscribe(t, w)
		at := time.Now().Add(time.Minute)
		first.messages <- message("one", at.UnixNano())
		if got := next(t, s).ID; got != "one" {
			t.Errorf("got %s, want one", got)
		}
		first.failed <- io.ErrUnexpectedEOF
		if c := next(t, s); !c.Resync {
			t.Errorf("got %+v, want a resync", c)
		}
		second.messages <- message("two", at.UnixNano()+1)
		if got := next(t, s).ID; got != "two" {
			t.Errorf("got %s, want two", got)
		}
		if want := fmt.Sprintf("%d.%09d", at.Unix(), at.Nanosecond()); f.since[1] != want {
			t.Errorf("since: got %s, want %s", f.since[1], want)
		}
	})
}

// TestFeedGivesUp: an engine that stays away is an error for all.
func TestFeedGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream := newEngineStream()
		f := newEngine(stream)
		f.away = true
		w := New(f, "demo")
		defer w.Close()
		s := subscribe(t, w)
		stream.failed <- io.ErrUnexpectedEOF
		var err error
		for err == nil {
			_, err = s.Next(t.Context())
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %v, want %v", err, io.ErrUnexpectedEOF)
		}
		late := subscribe(t, w)
		if _, err := late.Next(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("a late subscriber got %v", err)
		}
		if f.calls != 1 || f.pings != reconnects {
			t.Errorf("%d streams and %d pings, want 1 and %d", f.calls, f.pings, reconnects)
		}
	})
}

// TestFeedRefused: so is one that answers, but not with events.
func TestFeedRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newEngine()
		w := New(f, "demo")
		defer w.Close()
		s := subscribe(t, w)
		var err error
		for err == nil {
			_, err = s.Next(t.Context())
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) || f.calls != reconnects+1 {
			t.Errorf("got %v after %d streams, want %v after %d", err, f.calls, io.ErrUnexpectedEOF, reconnects+1)
		}
	})
}

// TestFeedBounds: one who does not read keeps no more than a bounded number of
// changes, and learns that some are lost.
func TestFeedBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream := newEngineStream()
		w := New(newEngine(stream), "demo")
		defer w.Close()
		s := subscribe(t, w)
		for i := range 3 * queueLimit {
			stream.messages <- message(fmt.Sprint(i), int64(i))
		}
		synctest.Wait()
		if got := len(s.queue); got > queueLimit {
			t.Errorf("%d changes are kept, want at most %d", got, queueLimit)
		}
		if c := next(t, s); !c.Resync {
			t.Errorf("got %+v, want a resync", c)
		}
		last := ""
		for len(s.queue) > 0 {
			last = next(t, s).ID
		}
		if want := fmt.Sprint(3*queueLimit - 1); last != want {
			t.Errorf("last: got %s, want %s", last, want)
		}
	})
}

func TestFeedClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(newEngine(newEngineStream()), "demo")
		s := subscribe(t, w)
		w.Close()
		if _, err := s.Next(t.Context()); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
		w.Close()
		unused := New(newEngine(), "demo")
		unused.Close()
		if _, err := subscribe(t, unused).Next(t.Context()); !errors.Is(err, context.Canceled) {
			t.Errorf("after Close: got %v, want %v", err, context.Canceled)
		}
	})
}
