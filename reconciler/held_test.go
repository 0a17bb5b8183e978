package reconciler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/reconciler"
)

// waiting are plans, and what their resources are said to wait for.
var waiting = []struct {
	name  string
	plan  *plan.Plan
	doer  *script
	slots int
	want  string
}{
	{
		name: "a dependency and its health",
		plan: planOf(step(create("db")), step(create("web")), step(start("db"), 1), step(healthy("db"), 3), step(start("web"), 2, 4)),
		doer: &script{takes: map[int]time.Duration{1: 2, 2: 1, 3: 3, 4: 4, 5: 5}},
		want: `db Creating
web Creating
web Created
web: db to be healthy
db Created
db Starting
db Started
db Waiting
db Healthy
web Starting
web Started
`,
	},
	{
		name: "an image, and what fails",
		plan: planOf(step(pull("x")), step(create("web"), 1), step(start("web"), 2)),
		doer: &script{fails: map[int]error{1: errBroken}},
		want: `web: x to be pulled
x Pulling
x Error
web Skipped
`,
	},
	{
		name: "hooks are a part of the start and the stop",
		plan: planOf(
			step(hook("a", planner.PreStop, 0)), step(planner.StopContainer{Ref: ctr("a")}, 1),
			step(start("b")), step(hook("b", planner.PostStart, 0), 3), step(hook("b", planner.PostStart, 1), 4), step(start("c"), 5),
		),
		doer: &script{takes: map[int]time.Duration{1: 1, 2: 1, 3: 3, 4: 1, 5: 1}},
		want: `c: b to run its hook
a Stopping
b Starting
a Stopped
b Started
c Starting
c Started
`,
	},
	{
		name: "a hook that fails",
		plan: planOf(step(start("b")), step(hook("b", planner.PostStart, 0), 1)),
		doer: &script{fails: map[int]error{2: errBroken}},
		want: "b Starting\nb Error\n",
	},
	{
		name: "more than are named", slots: 1,
		plan: planOf(
			step(pull("x")), step(create("a"), 1), step(create("b"), 1), step(create("c"), 1), step(create("d"), 1),
			step(planner.RemoveNetwork{Ref: event.Ref{Kind: event.Network, Name: "n"}}, 2, 3, 4, 5),
		),
		doer: &script{takes: map[int]time.Duration{2: 1, 3: 2, 4: 3, 5: 4}},
		want: `a: x to be pulled
b: x to be pulled
c: x to be pulled
d: x to be pulled
n: a to be created, b to be created, c to be created and 1 more
x Pulling
x Pulled
a Creating
b: nothing
c: nothing
d: nothing
a Created
n: b to be created, c to be created, d to be created
b Creating
b Created
n: c to be created, d to be created
c Creating
c Created
n: d to be created
d Creating
d Created
n Removing
n Removed
`,
	},
	{
		name: "a change that may not be needed",
		plan: planOf(step(pull("x")), when(step(recreate("a"), 1), "x"), when(step(start("a"), 2), "x")),
		doer: &script{gives: map[int]plan.Result{1: {Digest: "v1"}}},
		want: "x Pulling\nx Pulled\na Running\n",
	},
}

// TestHeld shows what resources are said to wait for, between their statuses.
func TestHeld(t *testing.T) {
	for _, tt := range waiting {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got strings.Builder
				_ = reconciler.Apply(t.Context(), tt.plan, tt.doer, reconciler.Options{Parallel: tt.slots}, func(e event.Event) {
					switch e := e.(type) {
					case event.Status:
						fmt.Fprintln(&got, e.Ref.Name, e.Text)
					case event.Held:
						fmt.Fprintf(&got, "%s: %s\n", e.Ref.Name, needs(e))
					}
				})
				if got.String() != tt.want {
					t.Errorf("got:\n%s\nwant:\n%s", &got, tt.want)
				}
			})
		})
	}
}

func needs(h event.Held) string {
	var texts []string
	for n := range slices.Values(h.For) {
		texts = append(texts, n.Ref.Name+" "+n.Text)
	}
	text := strings.Join(texts, ", ")
	if h.More > 0 {
		text += fmt.Sprintf(" and %d more", h.More)
	}
	if text == "" {
		return "nothing"
	}
	return text
}
