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
