package planner_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// TestDoing: an error says what was being done to which resource.
func TestDoing(t *testing.T) {
	ref := event.Ref{Kind: event.Container, Name: "demo-web-1"}
	for want, a := range map[string]plan.Action{
		"creating container demo-web-1":          planner.CreateContainer{Ref: ref},
		"waiting for container demo-web-1":       planner.WaitContainer{Ref: ref},
		"running a hook of container demo-web-1": planner.RunHook{Ref: ref},
		"removing network n":                     planner.RemoveNetwork{Ref: event.Ref{Kind: event.Network, Name: "n"}},
		"record volume v":                        planner.RecordStops{Ref: event.Ref{Kind: event.Volume, Name: "v"}}, // the verb
	} {
		if got := plan.Doing(a); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestActions: the table has every action once, and each comes back from JSON.
func TestActions(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range planner.Actions() {
		if seen[a.Verb()] {
			t.Errorf("two actions have the verb %s", a.Verb())
		}
		seen[a.Verb()] = true
		p := plan.Plan{Steps: []plan.Step{{ID: 1, Action: a}}}
		data, err := json.Marshal(&p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := plan.Decode(data, planner.Actions())
		if err != nil {
			t.Fatal(err)
		}
		if got := back.Steps[0].Action; !reflect.DeepEqual(got, a) {
			t.Errorf("%s: got %#v, want %#v", a.Verb(), got, a)
		}
	}
}

// rollOut is an action of this file alone.
type rollOut struct{ Ref event.Ref }

func (rollOut) Verb() string          { return "roll-out" }
func (a rollOut) Resource() event.Ref { return a.Ref }
func (rollOut) Words() plan.Words     { return plan.Words{Becomes: "update"} }

// TestExplainAction: explain says of an action what the action says of itself.
func TestExplainAction(t *testing.T) {
	web := event.Ref{Kind: event.Container, Name: "demo-web-1", Service: "web", Number: 1}
	e, err := planner.Explain(planner.Question{
		Name: "demo", Service: "web",
		State: planner.State{Containers: []planner.Container{{ID: "1", Name: web.Name, Service: "web", Number: 1, Status: planner.Running}}},
		Plan: &plan.Plan{Steps: []plan.Step{
			{ID: 1, Action: rollOut{web}}, {ID: 2, Action: planner.RenameContainer{Ref: web}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []planner.Change{{Verb: "update", Name: web.Name}}; !reflect.DeepEqual(e.Next, want) {
		t.Errorf("got %+v, want %+v", e.Next, want)
	}
}

// TestInterruption: what writes at the engine ends by itself; what waits or moves
// an image does not, and neither does a provider that is asked for variables.
func TestInterruption(t *testing.T) {
	want := map[string]plan.Interruption{
		"pull": plan.Breaks, "build": plan.Breaks, "model": plan.Breaks, "push": plan.Stops, "wait": plan.Stops,
	}
	for _, a := range planner.Actions() {
		if got := plan.InterruptionOf(a); got != want[a.Verb()] {
			t.Errorf("%s: got %v, want %v", a.Verb(), got, want[a.Verb()])
		}
	}
	up, down := planner.RunProvider{Do: planner.ProviderUp, Have: "h"}, planner.RunProvider{Do: planner.ProviderDown}
	if have, brings := up.Produces(); have != "h" || !brings || up.Interruption() != plan.Breaks {
		t.Errorf("up brings %q, %v, and is interrupted as %v", have, brings, up.Interruption())
	}
	if _, brings := down.Produces(); brings || down.Interruption() != plan.Finishes {
		t.Errorf("down brings: %v, and is interrupted as %v", brings, down.Interruption())
	}
}
