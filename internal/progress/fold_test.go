package progress

import (
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/event"
)

// TestFold hides the rows of each state in the order that Fold says.
func TestFold(t *testing.T) {
	l := New(Options{})
	for i, e := range []event.Event{
		working(container("work", 1), "Creating"),
		event.Status{Ref: container("failed", 1), State: event.Failed},
		event.Held{Ref: container("held", 1), For: []event.Need{need(container("work", 1), "to start")}},
		done(container("done", 1), "Started"),
		done(container("done", 2), "Started"),
		event.Status{Ref: container("skipped", 1), State: event.Skipped},
		event.Status{Ref: container("warned", 1), State: event.Warning},
		working(container("work", 2), "Creating"),
		done(container("done", 2), "Running"), // changed later than done-1
	} {
		l.Add(e, second(i))
	}
	at := Moment{Now: second(20)}
	names := func(rows []*Row) string {
		var all []string
		for _, r := range rows {
			all = append(all, l.ShortName(r.Ref))
		}
		return strings.Join(all, " ")
	}
	all := "work-1 failed-1 held-1 done-1 done-2 skipped-1 warned-1 work-2"
	order := strings.Fields("done-1 done-2 skipped-1 held-1 warned-1 work-2 work-1 failed-1")
	for n := range 10 {
		kept, hidden := Fold(l.Shown(at), n, at)
		wantKept, wantHidden := all, ""
		switch {
		case n == 0:
			wantKept = ""
		case n < 8:
			wantHidden = strings.Join(order[:8-n+1], " ")
			wantKept = strings.Join(slices.DeleteFunc(strings.Fields(all), func(s string) bool {
				return slices.Contains(order[:8-n+1], s)
			}), " ")
		}
		if names(kept) != wantKept || names(hidden) != wantHidden {
			t.Errorf("%d lines: keeps %q and hides %q, want %q and %q", n, names(kept), names(hidden), wantKept, wantHidden)
		}
	}
}

// TestCount counts each row once; a resource that nothing was done to is in no
// count.
func TestCount(t *testing.T) {
	l := New(Options{})
	l.Add(event.Planned{Refs: []event.Ref{container("a", 1), container("b", 1), container("c", 1)}}, second(0))
	l.Add(done(container("a", 1), "Created"), second(1))
	l.Add(event.Held{Ref: container("a", 1), For: []event.Need{need(container("b", 1), "to start")}}, second(1))
	l.Add(working(container("b", 1), "Creating"), second(1))
	for _, tt := range []struct {
		at   Moment
		want string
	}{
		{Moment{Now: second(2)}, "1 waiting, 1 working"},
		{Moment{Now: second(2), Ended: true}, "1 done, 1 working"},
	} {
		if got := Count(l.rows, tt.at).String(); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.at, got, tt.want)
		}
	}
}
