package event_test

import (
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/compose-orchestrator/compose/event"
)

// TestBusOrder has many emit at once: all subscribers see one order.
func TestBusOrder(t *testing.T) {
	var bus event.Bus
	var a, b []string
	collect := func(into *[]string) event.Sink {
		return func(e event.Event) { *into = append(*into, e.(event.Message).Text) }
	}
	stopA := bus.Subscribe(collect(&a))
	defer stopA()
	stopB := bus.Subscribe(collect(&b))
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				bus.Emit(event.Message{Text: strconv.Itoa(g*50 + i)})
			}
		})
	}
	wg.Wait()
	if len(a) != 400 || !slices.Equal(a, b) {
		t.Fatalf("got %d and %d events, want 400 in one order for both", len(a), len(b))
	}

	stopB()
	stopB()
	bus.Emit(event.Message{Text: "late"})
	if len(a) != 401 || len(b) != 400 {
		t.Errorf("after stop: got %d and %d events, want 401 and 400", len(a), len(b))
	}
}

func TestRefString(t *testing.T) {
	for _, tt := range []struct {
		ref  event.Ref
		want string
	}{
		{event.Ref{Kind: event.Container, Name: "demo-web-1"}, "Container demo-web-1"},
		{event.Ref{Kind: event.Container, Name: "demo-web-1", Old: "demo-web-1"}, "Container demo-web-1"},
		{event.Ref{Kind: event.Container, Name: "demo-web-1", Old: "site"}, "Container site"},
	} {
		if got := tt.ref.String(); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.ref, got, tt.want)
		}
	}
}
