package progress

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/compose-orchestrator/compose/event"
)

// late is a list that was resumed from the JSON of l's snapshot.
func late(t *testing.T, l *List) *List {
	t.Helper()
	text, err := json.Marshal(l.Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	var s Snapshot
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return Resume(s, Options{})
}

// checkLate lets somebody begin to listen before each of the events: in the end
// all know the same.
func checkLate(t *testing.T, events []timed) {
	t.Helper()
	for joins := range len(events) + 1 {
		first := New(Options{})
		var later *List
		for i, e := range events {
			if i == joins {
				later = late(t, first)
			}
			first.Add(e.event, second(e.at))
			if later != nil {
				later.Add(e.event, second(e.at))
			}
		}
		if later == nil {
			later = late(t, first)
		}
		if got, want := later.Snapshot(), first.Snapshot(); !reflect.DeepEqual(got, want) {
			t.Fatalf("who joins before event %d of %d has\n%+v\nwant\n%+v", joins, len(events), got, want)
		}
		at := Moment{Now: second(100)}
		if got, want := seen(later, at), seen(first, at); got != want {
			t.Fatalf("who joins before event %d sees\n%s\nwant\n%s", joins, got, want)
		}
		for _, ref := range []event.Ref{image("web"), image("demo-web")} {
			if got, want := later.FailedStep(ref), first.FailedStep(ref); !reflect.DeepEqual(got, want) {
				t.Fatalf("who joins before event %d has the output %q, want %q", joins, got, want)
			}
		}
		for _, e := range []event.Event{event.Finished{}, event.Message{}} {
			if got, want := later.Ends(e), first.Ends(e); got != want {
				t.Fatalf("who joins before event %d: Ends(%T) is %v, want %v", joins, e, got, want)
			}
		}
	}
}

// TestLate: a snapshot and the events after it are as good as all events.
func TestLate(t *testing.T) {
	checkLate(t, story())
}

// TestLateRandom is TestLate with events in no order that makes sense.
func TestLateRandom(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 0))
		var events []timed
		for at := range 25 {
			events = append(events, timed{at, randomEvent(r)})
		}
		checkLate(t, events)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func randomEvent(r *rand.Rand) event.Event {
	refs := []event.Ref{image("web"), image("redis"), container("web", 1), container("db", 2),
		{Kind: event.Network, Name: "demo_default"}, {Kind: event.Container, Name: "demo-web-1", Service: "web", Number: 1, Old: "demo-db-2"}}
	ref := refs[r.IntN(len(refs))]
	states := []event.State{event.Working, event.Done, event.Warning, event.Failed, event.Skipped}
	lines := []string{"#5 [2/3] RUN make", "#5 0.1 cc", "#5 ERROR: no", "#6 [3/3] COPY", "#6 1.0 x", "other", "Step 1/2 : RUN make"}
	switch r.IntN(7) {
	case 0:
		return event.Planned{Title: fmt.Sprint("Plan ", r.IntN(3)), Refs: refs[:r.IntN(len(refs))]}
	case 1:
		return event.Held{Ref: ref, For: []event.Need{need(refs[r.IntN(len(refs))], "to start")}, More: r.IntN(2)}
	case 2:
		return event.Part{Ref: ref, ID: fmt.Sprint(r.IntN(3)), Text: "Extracting", Current: r.Int64N(9), Total: r.Int64N(9), Done: r.IntN(4) == 0}
	case 3, 4:
		return event.Output{Ref: ref, Text: lines[r.IntN(len(lines))]}
	case 5:
		return event.Finished{}
	}
	return event.Status{Ref: ref, State: states[r.IntN(len(states))], Text: "Text", Detail: "detail"}
}

// TestSnapshotIsACopy: a list, its snapshots, and lists that were resumed from
// them do not change each other.
func TestSnapshotIsACopy(t *testing.T) {
	marshal := func(s Snapshot) string {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	r := rand.New(rand.NewPCG(1, 0))
	l, alone := New(Options{}), New(Options{})
	for at := range 300 {
		s := l.Snapshot()
		before := marshal(s)
		one, other := Resume(s, Options{}), Resume(s, Options{})
		for range 5 {
			one.Add(randomEvent(r), second(at))
		}
		if got := marshal(other.Snapshot()); got != before {
			t.Fatalf("event %d: one list changed the other from\n%s\nto\n%s", at, before, got)
		}
		ones := marshal(one.Snapshot())
		e := randomEvent(r)
		l.Add(e, second(at))
		alone.Add(e, second(at))
		for range 5 {
			other.Add(randomEvent(r), second(at))
		}
		if got := marshal(s); got != before {
			t.Fatalf("event %d changed a snapshot from\n%s\nto\n%s", at, before, got)
		}
		if got := marshal(one.Snapshot()); got != ones {
			t.Fatalf("event %d: one list changed the other from\n%s\nto\n%s", at, ones, got)
		}
		for _, o := range s.Outputs {
			o.Lines[0] = "overwritten"
		}
		if got, want := marshal(l.Snapshot()), marshal(alone.Snapshot()); got != want {
			t.Fatalf("event %d: resumed lists changed the first from\n%s\nto\n%s", at, want, got)
		}
	}
}
