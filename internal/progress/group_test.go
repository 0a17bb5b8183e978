package progress

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// Many replicas are one row that says how far they are; one in trouble has its own.
func TestGrouped(t *testing.T) {
	now := time.Unix(1000, 0)
	l := New(Options{})
	status := func(service string, number int, state event.State, text string) {
		now = now.Add(time.Second)
		l.Add(event.Status{Ref: event.Ref{
			Kind: event.Container, Name: fmt.Sprintf("demo-%s-%d", service, number), Service: service, Number: number,
		}, State: state, Text: text}, now)
	}
	expect := func(want ...string) {
		t.Helper()
		var got []string
		for _, r := range l.Grouped(Moment{Now: now}) {
			got = append(got, fmt.Sprintf("%s %s %d/%d", r.Ref.Name, r.Text, r.Finished, r.Replicas))
		}
		if text := strings.Join(got, "\n"); text != strings.Join(want, "\n") {
			t.Errorf("got:\n%s\nwant:\n%s", text, strings.Join(want, "\n"))
		}
	}
	for n := range 5 {
		status("web", n+1, event.Working, "Creating")
	}
	status("db", 1, event.Done, "Created")
	expect("demo-web Creating 0/5", "demo-db-1 Created 0/0")
	for n := range 5 {
		status("web", n+1, event.Done, "Created")
	}
	expect("demo-web Created 5/5", "demo-db-1 Created 0/0")
	status("web", 2, event.Working, "Starting")
	expect("demo-web Starting 0/5", "demo-db-1 Created 0/0")
	status("web", 2, event.Done, "Started")
	status("web", 3, event.Working, "Starting")
	expect("demo-web Starting 1/5", "demo-db-1 Created 0/0")
	status("web", 3, event.Failed, "Error")
	for _, n := range []int{1, 4, 5} {
		status("web", n, event.Done, "Started")
	}
	expect("demo-web Started 4/4", "demo-web-3 Error 0/0", "demo-db-1 Created 0/0")
	status("web", 4, event.Failed, "Error")
	expect("demo-web-1 Started 0/0", "demo-web-2 Started 0/0", "demo-web-3 Error 0/0", "demo-web-4 Error 0/0", "demo-web-5 Started 0/0", "demo-db-1 Created 0/0")
}

// What a container was made anew for stands in its row when it has started.
func TestReplaced(t *testing.T) {
	l := New(Options{})
	ref := event.Ref{Kind: event.Container, Name: "demo-web-1", Service: "web", Number: 1}
	for _, s := range []event.Status{
		{State: event.Done, Text: "Recreated", Why: "image: a → b"},
		{State: event.Working, Text: "Starting"},
		{State: event.Done, Text: "Started"},
	} {
		s.Ref = ref
		l.Add(s, time.Unix(1, 0))
	}
	if r := l.Shown(Moment{})[0]; r.Text != "Recreated" || r.Why != "image: a → b" {
		t.Errorf("got %q, %q", r.Text, r.Why)
	}
	l.Add(event.Status{Ref: ref, State: event.Done, Text: "Healthy"}, time.Unix(2, 0))
	if r := l.Shown(Moment{})[0]; r.Text != "Healthy" || r.Why == "" {
		t.Errorf("got %q, %q", r.Text, r.Why)
	}
}

// The images of one build are one row.
func TestGroupedAlike(t *testing.T) {
	image := func(name string) event.Ref { return event.Ref{Kind: event.Image, Name: "demo-" + name, Service: name} }
	refs := []event.Ref{image("cron"), image("web"), image("db")}
	l := New(Options{})
	l.Add(event.Planned{Refs: refs, Alike: [][]event.Ref{refs[:2]}}, time.Unix(1, 0))
	for _, ref := range refs {
		l.Add(event.Status{Ref: ref, State: event.Working, Text: "Building"}, time.Unix(2, 0))
	}
	l.Add(event.Status{Ref: refs[0], State: event.Done, Text: "Built"}, time.Unix(3, 0))
	l = Resume(l.Snapshot(), Options{})
	rows := l.Grouped(Moment{Now: time.Unix(4, 0)})
	if len(rows) != 2 || rows[0].Ref.Name != "demo-cron +1" || rows[0].Text != "Building" || rows[0].Finished != 1 || rows[1].Ref != refs[2] {
		t.Errorf("got %+v", rows)
	}
}
