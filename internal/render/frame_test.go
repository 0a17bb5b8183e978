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
		now = now.Add(spinnerInterval)
		t.draw()
	}
}

// BenchmarkEvents is what the live region costs the events of an up of twenty
// services: a plan, a pull, a build, waiting, and their changes. No frame is drawn.
func BenchmarkEvents(b *testing.B) {
	now := time.Unix(0, 0)
	var mu sync.Mutex
	events := upEvents(20)
	mu.Lock() // no frame
	defer mu.Unlock()
	b.ReportAllocs()
	for b.Loop() {
		t := newTTY(Options{Out: io.Discard, Builds: io.Discard, Err: io.Discard, Now: func() time.Time { return now }}, &mu)
		for _, e := range events {
			t.event(e)
		}
		t.stopTimer()
	}
	b.ReportMetric(float64(len(events)), "events/op")
}

// upEvents are the events of an up of n services.
func upEvents(n int) []event.Event {
	var plan event.Planned
	for i := range n {
		plan.Refs = append(plan.Refs,
			event.Ref{Kind: event.Image, Name: fmt.Sprintf("demo-web%d", i), Service: fmt.Sprint("web", i)},
			event.Ref{Kind: event.Container, Name: fmt.Sprintf("demo-web%d-1", i), Service: fmt.Sprint("web", i), Number: 1})
	}
	all := []event.Event{plan}
	for i := range n {
		image, container := plan.Refs[2*i], plan.Refs[2*i+1]
		all = append(all, event.Status{Ref: image, State: event.Working, Text: "Pulling"})
		for part := range 20 {
			all = append(all,
				event.Part{Ref: image, ID: fmt.Sprint("layer", part%4), Text: "Downloading", Current: int64(part), Total: 20},
				event.Output{Ref: image, Text: fmt.Sprintf("#%d 0.%d go build ./...", 5+part%3, part)})
		}
		all = append(all,
			event.Status{Ref: image, State: event.Done, Text: "Pulled"},
			event.Status{Ref: container, State: event.Working, Text: "Creating"},
			event.Status{Ref: container, State: event.Done, Text: "Created"},
			event.Held{Ref: container, For: []event.Need{{Ref: plan.Refs[1], Text: "to be healthy"}}},
			event.Status{Ref: container, State: event.Done, Text: "Started"})
	}
	return all
}
