package plan_test

import (
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// greet is an action of this file alone.
type greet struct{ Name string }

func (greet) Verb() string          { return "greet" }
func (a greet) Resource() event.Ref { return event.Ref{Kind: event.Service, Name: a.Name} }
func (greet) Words() plan.Words     { return plan.Words{} }

// TestDecodeErrors: what cannot be read is said with its step.
func TestDecodeErrors(t *testing.T) {
	table := []plan.Action{greet{}}
	for _, tt := range []struct {
		data, want string
		table      []plan.Action
	}{
		{`{"steps": [{"id": 1, "verb": "greet"}, {"id": 2, "verb": "wave"}]}`, `decoding step 2 of a plan: unknown action "wave"`, table},
		{`{"steps": [{"id": 1, "verb": "greet"}]}`, `decoding step 1 of a plan: unknown action "greet"`, nil},
		{`{"steps": [{"id": 1, "action": {"Name": "a"}}]}`, `decoding step 1 of a plan: unknown action ""`, table},
		{`{"steps": [{"id": 1, "verb": "greet", "action": {"Name": 3}}]}`, `decoding step 1 of a plan: action "greet": json: cannot unmarshal number`, table},
		{`{"steps": [{"id": "x", "verb": "greet"}]}`, `decoding step 1 of a plan: json: cannot unmarshal string`, table},
		{`{`, `decoding a plan: unexpected end of JSON input`, table},
		{`{}`, `two actions of the table are called "greet"`, []plan.Action{greet{}, greet{}}},
	} {
		p, err := plan.Decode([]byte(tt.data), tt.table)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: got %v, %v, want error %s", tt.data, p, err, tt.want)
		}
	}
}

// TestZeroWords: an action without words is worded by its verb.
func TestZeroWords(t *testing.T) {
	a := greet{Name: "web"}
	if got, want := plan.Doing(a), "greet service web"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := plan.InterruptionOf(a); got != plan.Finishes {
		t.Errorf("got %v, want Finishes", got)
	}
	var b strings.Builder
	p := &plan.Plan{Steps: []plan.Step{{ID: 1, Action: a}}}
	if err := p.WriteText(&b); err != nil || b.String() != "1 greet Service web\n" {
		t.Errorf("got %v, %s", err, &b)
	}
}
