package render

import (
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// BenchmarkFrame is a frame of the live region with two hundred services, a tenth
// of them at work and a third waiting.
func BenchmarkFrame(b *testing.B) {
	now := time.Unix(0, 0)
	var mu sync.Mutex
	t := newTTY(Options{Out: io.Discard, Err: io.Discard, ANSI: ANSIAlways, Now: func() time.Time { return now }}, &mu)
	defer t.stopTimer()
	mu.Lock() // no frame but those of the loop
	defer mu.Unlock()
	for i := range 200 {
		ref := event.Ref{Kind: event.Container, Name: fmt.Sprintf("demo-web%d-1", i), Service: fmt.Sprint("web", i), Number: 1}
		t.event(event.Status{Ref: ref, State: event.Working, Text: "Creating"})
		switch {
		case i%10 == 0:
		case i%3 == 0:
			t.event(event.Status{Ref: ref, State: event.Done, Text: "Created"})
			t.event(event.Held{Ref: ref, For: []event.Need{{Ref: event.Ref{Kind: event.Container, Name: "demo-web0-1", Service: "web0", Number: 1}, Text: "to be healthy"}}})
		default:
			t.event(event.Status{Ref: ref, State: event.Done, Text: "Started"})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(spinGap)
		t.draw()
	}
}
