// Package reconciler carries a plan out: it walks the steps in dependency order
// with a limit on how many run at once, skips what depends on a failure, and
// emits what happens. It knows actions by the methods of plan.Action alone.
package reconciler

import (
	"cmp"
	"context"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// Options say how to apply a plan. The zero value is "no limit".
type Options struct {
	// Parallel is how many steps run at once; 0 and less: no limit. Waits, pulls
	// and builds don't count: they hold no resource of the engine that a limit
	// would spare, and could keep others from what they wait for.
	Parallel int
	// DrainTimeout is how long a write in flight may go on after ctx ended;
	// 0: 10 s.
	DrainTimeout time.Duration
	// Force cuts the writes in flight once ctx has ended; nil: only DrainTimeout does.
	Force <-chan struct{}
	// Now stamps events; nil: time.Now.
	Now func() time.Time
}

// Apply carries p out and returns when everything that it started has ended.
//
// A step starts when all it comes after ended well. What depends on a failed
// step is skipped: reported, and never given to d; the rest goes on. The errors
// of all failed steps are joined by step id, equal ones once.
//
// When ctx ends no new step starts, pulls, builds and waits are cut at once,
// and writes in flight may end within Options.DrainTimeout, or until Options.Force: a
// stop takes as long as its container does. With Options.Force a message says that a
// second Ctrl-C ends them. ctx.Err is then among the errors; steps not begun are not
// reported. A plan with steps that have no action, the same id, an unknown id in After, or
// that wait for each other is an error, and no step runs. A step whose Doer panicked has a
// *PanicError.
//
// sink gets event.Planned, a status before and after each step that people see,
// and event.Finished with the error that Apply returns. It is never called from
// two goroutines at once. nil: events are dropped.
func Apply(ctx context.Context, p *plan.Plan, d plan.Doer, o Options, sink event.Sink) error {
	if sink == nil {
		sink = event.Discard
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.DrainTimeout = cmp.Or(o.DrainTimeout, 10*time.Second)
	nodes, err := graph(p)
	if err != nil {
		return err
	}
	view := newView(nodes, sink, o.Now)
	sink(event.Planned{Title: p.Title, Refs: view.refs(), Alike: view.alike()})
	err = newWalk(nodes, d, o, view).run(ctx)
	view.close()
	sink(event.Finished{Err: err})
	return err
}
