package session

import (
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// TestRecordOfSeveralPlans: where a command plans again, the steps of both plans are
// counted through, and what came of it are those that were carried out.
func TestRecordOfSeveralPlans(t *testing.T) {
	ref := func(name string) event.Ref {
		return event.Ref{Kind: event.Container, Name: name + "-1", Service: name, Number: 1}
	}
	p := &plan.Plan{Steps: []plan.Step{
		{ID: 1, Action: planner.CreateContainer{Ref: ref("db")}},
		{ID: 2, Action: planner.StartContainer{Ref: ref("db")}, After: []int{1}},
		{ID: 3, Action: planner.CreateContainer{Ref: ref("web")}, After: []int{2}},
	}}
	to := NewRecorder(RecorderOptions{}).whole
	if first, second := to.add(p), to.add(p); first != 0 || second != 3 {
		t.Fatalf("offsets %d, %d", first, second)
	}
	last := to.steps[5]
	if last.ID != 6 || last.After[0] != 5 || p.Steps[2].After[0] != 2 {
		t.Errorf("the last step is %+v", last)
	}
	got := to.changes(map[int]bool{2: true, 6: true})
	if len(got) != 2 || got[0].Becomes != "start" || got[1].Becomes != "create" || got[1].Of[0].Name != "web" {
		t.Errorf("got %+v", got)
	}
}
