package project

import (
	"context"
	"sync"

	"github.com/compose-orchestrator/compose/event"
)

// cancellable calls do and returns when do is done or ctx ends. do knows no context:
// after ctx has ended it goes on in a goroutine, its result is dropped and its sink
// is muted. It must change nothing but its result.
func cancellable[T any](ctx context.Context, sink event.Sink, do func(event.Sink) (T, error)) (T, error) {
	type outcome struct {
		result   T
		err      error
		panicked any
	}
	muted := &mutableSink{sink: sink}
	emit := muted.event() // before the sink may be muted
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			o.panicked = recover()
			done <- o
		}()
		o.result, o.err = do(emit)
	}()
	select {
	case o := <-done:
		if o.panicked != nil {
			panic(o.panicked)
		}
		return o.result, o.err
	case <-ctx.Done():
		muted.mute()
		var none T
		return none, context.Cause(ctx)
	}
}

// mutableSink is a sink that can be muted.
type mutableSink struct {
	mu   sync.Mutex // guards below, and is held while the sink is called
	sink event.Sink // nil: silent
}

// event passes events to the sink until mute is called; nil where there is no sink.
func (m *mutableSink) event() event.Sink {
	if m.sink == nil {
		return nil
	}
	return func(e event.Event) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.sink != nil {
			m.sink(e)
		}
	}
}

// mute waits for the call of the sink that runs; there is none after it.
func (m *mutableSink) mute() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sink = nil
}
