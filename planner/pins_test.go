package planner_test

import (
	"slices"
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// TestPin: pulls get their digests, builds only where they pull first, and the plan that
// was given stays as it is.
func TestPin(t *testing.T) {
	image := func(name string) event.Ref { return event.Ref{Kind: event.Image, Name: name} }
	p := &plan.Plan{Steps: []plan.Step{
		{ID: 1, Action: planner.PullImage{Ref: image("a")}},
		{ID: 2, Action: planner.BuildImage{Ref: image("b"), PullFirst: true}},
		{ID: 3, Action: planner.BuildImage{Ref: image("c")}},
		{ID: 4, Action: planner.PullImage{Ref: image("d")}},
	}}
	if got := planner.Pulled(p); !slices.Equal(got, []string{"a", "b", "d"}) {
		t.Errorf("pulled are %q", got)
	}
	pinned := planner.Pin(p, map[string]string{"a": "sha256:1", "b": "sha256:2", "c": "sha256:3"})
	want := []plan.Action{
		planner.PullImage{Ref: image("a"), Digest: "sha256:1"},
		planner.BuildImage{Ref: image("b"), PullFirst: true, Digest: "sha256:2"},
		planner.BuildImage{Ref: image("c")},
		planner.PullImage{Ref: image("d")},
	}
	for i, s := range pinned.Steps {
		if s.Action != want[i] {
			t.Errorf("step %d: got %+v, want %+v", s.ID, s.Action, want[i])
		}
	}
	if p.Steps[0].Action != (planner.PullImage{Ref: image("a")}) {
		t.Errorf("the plan itself was changed: %+v", p.Steps[0].Action)
	}
}
