package session

import (
	"maps"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// TestDowntimes: from the stop of a container to the start of the one in its place, of
// several of one service the longest.
func TestDowntimes(t *testing.T) {
	ref := func(service string, number int) event.Ref {
		return event.Ref{Kind: event.Container, Service: service, Number: number}
	}
	var d downtimes
	for _, step := range []struct {
		action       plan.Action
		began, ended int // seconds
	}{
		{planner.StopContainer{Ref: ref("web", 1)}, 1, 2},
		{planner.StopContainer{Ref: ref("web", 2)}, 1, 2},
		{planner.StopContainer{Ref: ref("gone", 1)}, 1, 2},
		{planner.StartContainer{Ref: ref("web", 2)}, 2, 3},
		{planner.StartContainer{Ref: ref("new", 1)}, 2, 9},
		{planner.StartContainer{Ref: ref("web", 1)}, 4, 6},
		{planner.RestartContainer{Ref: ref("db", 1)}, 4, 5},
	} {
		d.saw(step.action, time.Unix(int64(step.began), 0), time.Unix(int64(step.ended), 0))
	}
	if got, want := d.milliseconds(), map[string]int64{"web": 5000, "db": 1000}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
