package reconciler_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/reconciler"
)

var errBroken = errors.New("it is broken")

// TestApply shows what people see of a plan, and which steps are carried out.
func TestApply(t *testing.T) {
	for _, tt := range applyCases {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var rec recorder
				err := reconciler.Apply(t.Context(), tt.plan, tt.doer, reconciler.Options{}, rec.sink)
				if got := rec.lines(); got != tt.want {
					t.Errorf("events:\n%s\nwant:\n%s", got, tt.want)
				}
				if got := tt.doer.began(); !slices.Equal(got, tt.began) {
					t.Errorf("carried out: got %v, want %v", got, tt.began)
				}
				if (err != nil) != (len(tt.doer.fails) > 0 && !tt.fine) {
					t.Errorf("error: got %v", err)
				}
			})
		})
	}
}

var applyCases = []struct {
	name  string
	plan  *plan.Plan
	doer  *script
	began []int
	fine  bool // although a step fails
	want  string
}{
	{
		name: "empty", plan: planOf(), doer: &script{},
		want: "plan Running []\nfinished <nil>\n",
	},
	{
		name:  "a dependency and its health",
		plan:  planOf(step(create("db")), step(create("web")), step(start("db"), 1), step(healthy("db"), 3), step(start("web"), 2, 4)),
		doer:  &script{takes: map[int]time.Duration{1: 1, 2: 2, 3: 3, 4: 4, 5: 5}},
		began: []int{1, 2, 3, 4, 5},
		want: `plan Running [Container db Container web]
working Container db Creating
working Container web Creating
done Container db Created
working Container db Starting
done Container web Created
done Container db Started
working Container db Waiting to be healthy, for web
done Container db Healthy
working Container web Starting
done Container web Started
finished <nil>
`,
	},
	{
		name: "a failure skips what depends on it and nothing else",
		plan: planOf(step(create("a")), step(create("b")), step(start("a"), 1), step(start("b"), 2), step(create("c"), 4)),
		doer: &script{takes: map[int]time.Duration{1: 1, 2: 2, 3: 3}, fails: map[int]error{2: errBroken}}, began: []int{1, 2, 3},
		want: `plan Running [Container a Container b Container c]
working Container a Creating
working Container b Creating
done Container a Created
working Container a Starting
failed Container b Error it is broken
skipped Container c Skipped Container b failed
done Container a Started
finished it is broken
`,
	},
	{
		name: "of two failures, the first in the plan is the cause",
		plan: planOf(step(create("a")), step(create("b")), step(create("c"), 1, 2)),
		doer: &script{takes: map[int]time.Duration{1: 1}, fails: map[int]error{1: errBroken, 2: errors.New("worse")}}, began: []int{1, 2},
		want: `plan Running [Container a Container b Container c]
working Container a Creating
working Container b Creating
failed Container b Error worse
failed Container a Error it is broken
skipped Container c Skipped Container a failed
finished it is broken | worse
`,
	},
	{
		name: "equal errors are one",
		plan: planOf(step(create("a")), step(create("b"))),
		doer: &script{takes: map[int]time.Duration{1: 1}, fails: map[int]error{1: errBroken, 2: errBroken}}, began: []int{1, 2},
		want: `plan Running [Container a Container b]
working Container a Creating
working Container b Creating
failed Container b Error it is broken
failed Container a Error it is broken
finished it is broken
`,
	},
	{
		name: "an optional step fails", fine: true,
		plan: planOf(optional(step(pull("x"))), step(create("a"), 1)),
		doer: &script{fails: map[int]error{1: errBroken}}, began: []int{1, 2},
		want: `plan Running [Image x Container a]
working Image x Pulling
warning Image x Warning it is broken
working Container a Creating
done Container a Created
finished <nil>
`,
	},
	{
		name: "an optional step is skipped",
		plan: planOf(step(create("a")), optional(step(start("a"), 1)), step(create("b"), 2), optional(step(create("c"), 1)), step(start("c"), 4)),
		doer: &script{takes: map[int]time.Duration{5: 1}, fails: map[int]error{1: errBroken}}, began: []int{1, 3, 5},
		want: `plan Running [Container a Container b Container c]
working Container a Creating
failed Container a Error it is broken
working Container b Creating
warning Container c Skipped Container a failed
working Container c Starting
done Container b Created
done Container c Started
finished it is broken
`,
	},
	{
		name: "a replacement is one change",
		plan: planOf(step(recreate("a")), step(planner.StopContainer{Ref: old("a")}, 1), step(planner.RemoveContainer{Ref: old("a")}, 2),
			step(planner.RenameContainer{Ref: ctr("a")}, 3), step(start("a"), 4)),
		doer: &script{}, began: []int{1, 2, 3, 4, 5},
		want: `plan Running [Container a]
working Container a Recreate
done Container a Recreated
working Container a Starting
done Container a Started
finished <nil>
`,
	},
	{
		name: "the old container of a replacement won't stop",
		plan: planOf(step(recreate("a")), step(planner.StopContainer{Ref: old("a")}, 1), step(planner.RemoveContainer{Ref: old("a")}, 2),
			step(planner.RenameContainer{Ref: ctr("a")}, 3), step(start("a"), 4)),
		doer: &script{fails: map[int]error{2: errBroken}}, began: []int{1, 2},
		want: `plan Running [Container a]
working Container a Recreate
failed Container a Error it is broken
finished it is broken
`,
	},
	{
		name: "a superfluous container with another's number is shown",
		plan: planOf(step(planner.StopContainer{Ref: old("a")}), step(planner.RemoveContainer{Ref: old("a")}, 1)),
		doer: &script{}, began: []int{1, 2},
		want: `plan Running [Container a]
working Container a Stopping
done Container a Stopped
working Container a Removing
done Container a Removed
finished <nil>
`,
	},
	{
		name:  "the image changed",
		plan:  planOf(step(pull("x")), when(step(recreate("a"), 1), "x"), when(step(start("a"), 2), "x"), step(create("b"), 3)),
		doer:  &script{gives: map[int]plan.Result{1: {Digest: "v2"}}},
		began: []int{1, 2, 3, 4},
		want: `plan Running [Image x Container b]
working Image x Pulling
done Image x Pulled
working Container a Recreate
done Container a Recreated
working Container a Starting
done Container a Started
working Container b Creating
done Container b Created
finished <nil>
`,
	},
	{
		name: "the image is the same, or nothing is known of it",
		plan: planOf(step(pull("x")), step(pull("y")), when(step(recreate("a")), "x", "y"), step(create("b"), 3)),
		doer: &script{gives: map[int]plan.Result{1: {Digest: "v1", Text: "Skipped", Detail: "Image is already present locally"}}, takes: map[int]time.Duration{2: 1}}, began: []int{1, 2, 4},
		want: `plan Running [Image x Image y Container b]
working Image x Pulling
working Image y Pulling
done Image x Skipped Image is already present locally
done Image y Pulled
working Container b Creating
done Container b Created
finished <nil>
`,
	},
	{
		name: "the pull fails",
		plan: planOf(step(pull("x")), when(step(recreate("a"), 1), "x")),
		doer: &script{fails: map[int]error{1: errBroken}}, began: []int{1},
		want: `plan Running [Image x]
working Image x Pulling
failed Image x Error it is broken
skipped Container a Skipped Image x failed
finished it is broken
`,
	},
	{
		name: "the optional pull fails", fine: true,
		plan: planOf(optional(step(pull("x"))), when(step(recreate("a"), 1), "x"), step(create("b"), 2)),
		doer: &script{fails: map[int]error{1: errBroken}}, began: []int{1, 3},
		want: `plan Running [Image x Container b]
working Image x Pulling
warning Image x Warning it is broken
working Container b Creating
done Container b Created
finished <nil>
`,
	},
}

// TestRefusedPlans: a plan that can't be carried out to its end is not begun.
func TestRefusedPlans(t *testing.T) {
	twice := planOf(step(create("a")), step(create("b")))
	twice.Steps[1].ID = 1
	for want, p := range map[string]*plan.Plan{
		"step 1 of the plan (create Container a) waits for itself":  planOf(step(create("a"), 2), step(create("b"), 1)),
		"step 1 of the plan comes after step 7, which is not in it": planOf(step(create("a"), 7)),
		"two steps of the plan have the id 1":                       twice,
		"step 1 of the plan has no action":                          planOf(plan.Step{}),
		"step 2 of the plan (create Container a) waits for itself":  planOf(step(create("b")), when(step(create("a"), 1), "x"), step(pull("x"), 2)),
	} {
		doer := &script{}
		err := reconciler.Apply(t.Context(), p, doer, reconciler.Options{}, nil)
		if err == nil || err.Error() != want || len(doer.log) > 0 {
			t.Errorf("got %v after %v, want %s", err, doer.log, want)
		}
	}
}

// TestPanic: a panic is the error of its step, and the rest goes on.
func TestPanic(t *testing.T) {
	doer := &script{panics: map[int]any{1: "oh no"}}
	err := reconciler.Apply(t.Context(), planOf(step(create("a")), step(start("a"), 1), step(create("b"))), doer, reconciler.Options{}, nil)
	var p *reconciler.PanicError
	if !errors.As(err, &p) || p.Value != "oh no" || len(p.Stack) == 0 {
		t.Errorf("got %v, want the panic with its stack", err)
	}
	if got := doer.began(); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("carried out: got %v, want [1 3]", got)
	}
}

// TestWaitsTakeNoSlot: with one slot, waits and pulls hold nobody up.
func TestWaitsTakeNoSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doer := &script{takes: map[int]time.Duration{1: time.Hour, 2: time.Hour, 3: time.Second, 4: time.Second}}
		begun := time.Now()
		p := planOf(step(healthy("a")), step(pull("x")), step(create("a")), step(create("b")))
		if err := reconciler.Apply(t.Context(), p, doer, reconciler.Options{Parallel: 1}, nil); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(begun); got != time.Hour || doer.most != 1 {
			t.Errorf("took %v with %d at once, want an hour and one at once", got, doer.most)
		}
	})
}
