package event

import (
	"slices"
	"sync"
)

// Bus hands each event to all who subscribed, in one order that is the same for
// all of them. The zero value is ready.
type Bus struct {
	mu   sync.Mutex // guards below, and is held while an event is delivered
	subs []*Sink
}

// Emit delivers an event to every subscriber before it returns; a method value
// of it is a Sink. A subscriber must not call the bus from inside its sink.
func (b *Bus) Emit(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.subs {
		(*s)(e)
	}
}

// Subscribe lets s have every event from now on. After the returned stop has
// returned, s is not called any more; further calls of stop do nothing.
func (b *Bus) Subscribe(s Sink) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subs = append(b.subs, &s)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.subs = slices.DeleteFunc(b.subs, func(x *Sink) bool { return x == &s })
	}
}

// Discard is the sink of those who don't listen.
func Discard(Event) {}
