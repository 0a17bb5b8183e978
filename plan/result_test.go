package plan_test

import (
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// TestResults: what a step brought is there for those after it, and a result
// without an id does not make one forgotten.
func TestResults(t *testing.T) {
	var res plan.Results
	if _, ok := res.Created("web", 1); ok {
		t.Error("an empty set has a container")
	}
	ref := event.Ref{Kind: event.Container, Name: "demo-web-1", Service: "web", Number: 1}
	old := ref
	old.Old = "demo-web-1"
	res.Set(ref, plan.Result{ID: "new"})
	res.Set(old, plan.Result{ID: "old"})
	res.Set(ref, plan.Result{ExitCode: 3})
	if id, ok := res.Created("web", 1); id != "new" || !ok {
		t.Errorf("got %q, %v, want new", id, ok)
	}
	if got, _ := res.Get(ref); got.ID != "new" || got.ExitCode != 3 {
		t.Errorf("got %+v, want the id kept and the exit code added", got)
	}
}
