package project

import (
	"context"
	"sync"

	"github.com/compose-orchestrator/compose/event"
)

// abandonable does what cannot be cancelled, and returns when it is done or ctx
// ends. Whoever is abandoned changes nothing but itself, and its sink falls
// silent: the process is about to end.
func abandonable[T any](ctx context.Context, sink event.Sink, do func(event.Sink) (T, error)) (T, error) {
	type outcome struct {
		result   T
		err      error
		panicked any
	}
	muted := &mutable{sink: sink}
	tell := muted.event() // before the sink may fall silent
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			o.panicked = recover()
			done <- o
		}()
		o.result, o.err = do(tell)
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

// mutable is a sink that can be silenced.
type mutable struct {
	mu   sync.Mutex // guards below, and is held while the sink is called
	sink event.Sink // nil: silent
}

// event is the sink, nil where there is none.
func (m *mutable) event() event.Sink {
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

func (m *mutable) mute() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sink = nil
}
