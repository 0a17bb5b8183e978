package reconciler_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/reconciler"
)

// cancelled are plans that are cut after a second.
var cancelled = []struct {
	name  string
	plan  *plan.Plan
	takes map[int]time.Duration
	ends  time.Duration // virtual time that Apply takes
	want  string
}{
	{
		name: "a wait is cut, a write ends", ends: 5 * time.Second,
		plan:  planOf(step(healthy("a")), step(create("b")), step(start("b"), 2)),
		takes: map[int]time.Duration{1: 60 * time.Second, 2: 5 * time.Second},
		want: `plan Running [Container a Container b]
working Container a Waiting to be healthy, for web
working Container b Creating
warning Container a Interrupted
done Container b Created
finished context canceled
`,
	},
	{
		name: "a pull is cut", ends: time.Second,
		plan:  planOf(step(pull("x")), step(create("b"), 1)),
		takes: map[int]time.Duration{1: 60 * time.Second},
		want: `plan Running [Image x Container b]
working Image x Pulling
warning Image x Interrupted
finished context canceled
`,
	},
	{
		name: "a slow write is cut when the time to drain is over", ends: 4 * time.Second,
		plan:  planOf(step(create("b")), step(start("b"), 1)),
		takes: map[int]time.Duration{1: 60 * time.Second},
		want: `plan Running [Container b]
working Container b Creating
warning Container b Interrupted
finished context canceled
`,
	},
	{
		name: "a replacement is left half done", ends: 2 * time.Second,
		plan:  planOf(step(recreate("a")), step(planner.StopContainer{Ref: old("a")}, 1), step(planner.RenameContainer{Ref: ctr("a")}, 2)),
		takes: map[int]time.Duration{1: 2 * time.Second},
		want: `plan Running [Container a]
working Container a Recreate
warning Container a Interrupted
finished context canceled
`,
	},
	{
		name: "nothing was left to do", ends: time.Second / 2,
		plan:  planOf(step(create("a"))),
		takes: map[int]time.Duration{1: time.Second / 2},
		want: `plan Running [Container a]
working Container a Creating
done Container a Created
finished <nil>
`,
	},
}

// TestCancel cancels after a second and looks at what is cut, what may end and
// what is not begun.
func TestCancel(t *testing.T) {
	for _, tt := range cancelled {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer time.AfterFunc(time.Second, cancel).Stop()
				var rec recorder
				begun := time.Now()
				doer := &script{takes: tt.takes}
				o := reconciler.Options{DrainTimeout: 3 * time.Second}
				if tt.ends == 5*time.Second {
					o.DrainTimeout = 0 // the default is long enough
				}
				err := reconciler.Apply(ctx, tt.plan, doer, o, rec.sink)
				if got := rec.lines(); got != tt.want {
					t.Errorf("events:\n%s\nwant:\n%s", got, tt.want)
				}
				if got := time.Since(begun); got != tt.ends {
					t.Errorf("took %v, want %v", got, tt.ends)
				}
				if whole := tt.ends < time.Second; errors.Is(err, context.Canceled) == whole {
					t.Errorf("got error %v", err)
				}
			})
		})
	}
}

// TestCancelledBefore: a context that has ended starts nothing.
func TestCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	doer := &script{}
	err := reconciler.Apply(ctx, planOf(step(create("a"))), doer, reconciler.Options{}, nil)
	if !errors.Is(err, context.Canceled) || len(doer.log) > 0 {
		t.Errorf("got %v after %v, want context canceled and nothing done", err, doer.log)
	}
}

// TestForced cancels after a second and is forced a second later: what would
// have an hour to end is cut then, and nobody is left to wonder why it takes.
func TestForced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer time.AfterFunc(time.Second, cancel).Stop()
		force := make(chan struct{})
		defer time.AfterFunc(2*time.Second, func() { close(force) }).Stop()
		var rec recorder
		begun := time.Now()
		doer := &script{takes: map[int]time.Duration{1: time.Hour}}
		o := reconciler.Options{DrainTimeout: time.Hour, Force: force}
		err := reconciler.Apply(ctx, planOf(step(planner.StopContainer{Ref: ctr("a")}), step(planner.RemoveContainer{Ref: ctr("a")}, 1)), doer, o, rec.sink)
		want := `plan Running [Container a]
working Container a Stopping
info Waiting for what is under way... press Ctrl+C again to force
warning Container a Interrupted
finished context canceled
`
		if got := rec.lines(); got != want {
			t.Errorf("events:\n%s\nwant:\n%s", got, want)
		}
		if got := time.Since(begun); got != 2*time.Second || !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v after %v", err, got)
		}
	})
}
