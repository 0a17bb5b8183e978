package watching

import (
	"context"
	"slices"

	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/watch"
)

// look looks at the folders for the first time: what changes from now on is
// synced, however long it takes until the containers are there.
func (w *watching) look(ctx context.Context) error {
	if w.s.DryRun {
		return nil
	}
	_, rules := w.project()
	return watch.InitialSync(ctx, rules, withoutContainers{w}, w.options())
}

// withoutContainers are services that have none yet.
type withoutContainers struct{ watch.Services }

// Containers are none.
func (withoutContainers) Containers(context.Context, string) ([]watch.Container, error) {
	return nil, nil
}

// up makes the project run.
func (w *watching) up(ctx context.Context, o session.UpOptions) error {
	ctx, done, err := w.s.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	w.s.WarnUnapplied()
	if o, err = w.prepare(ctx, o); err != nil {
		return err
	}
	return w.s.Replan(ctx, func() error {
		p, err := w.s.PlanUp(ctx, o)
		if err != nil {
			return err
		}
		return p.Apply(ctx, nil)
	})
}

// prepare creates the containers and gives them what is synced initially, where
// there is such a rule, and returns the options for the up that starts them. The caller
// has the turn.
func (w *watching) prepare(ctx context.Context, o session.UpOptions) (session.UpOptions, error) {
	if w.s.DryRun || !w.initial() {
		return o, nil
	}
	create := o
	create.NoStart, create.Wait = true, false
	plan, err := w.s.PlanUp(ctx, create)
	if err != nil {
		return o, err
	}
	plan.Kept, plan.Skipped = nil, nil // the up that follows says it
	if err := plan.Apply(ctx, nil); err != nil {
		return o, err
	}
	_, rules := w.project()
	if err := watch.InitialSync(ctx, rules, w, w.options()); err != nil {
		return o, err
	}
	o.Build, o.Recreate, o.RecreateDeps = planner.BuildMissing, planner.RecreateDiverged, planner.RecreateDiverged
	return o, nil
}

func (w *watching) initial() bool {
	_, rules := w.project()
	return slices.ContainsFunc(rules, func(r watch.Rule) bool { return r.InitialSync })
}
