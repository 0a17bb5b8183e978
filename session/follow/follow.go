// Package follow shows what a project's containers print: the attached up, which ends
// with them or stops them, and the logs.
//
//	engine's events ─▶ feeder ─▶ account (who runs, how it ended)
//	                     └▶ logs.Follow, listener ─▶ sink
//	account, menu's commands ─▶ attached, the loop ─▶ what session does
package follow

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/follow/account"
)

// attached is an up that shows what its containers print. Its fields are of the
// goroutine that waits, or do not change.
type attached struct {
	s       *session.Session // with the project that was brought up first
	o       Options
	account *shared
	feeder  *feeder

	menu     Menu
	commands <-chan Command
	leaving  bool  // the user asked to leave
	watch    Watch // what follows the files just now; nil: nothing does
}

// Up is Session.Up that shows the containers' output until all of them ended,
// one ended that others depend on by the options, or the user interrupts: then
// it stops them. The code is what the process should exit with.
func Up(ctx context.Context, s *session.Session, up session.UpOptions, o Options) (code int, err error) {
	if err := o.check(s.Project); err != nil {
		return 0, err
	}
	s.WarnUnapplied()
	o.warnNotAttached(s)
	if o.Watch != nil {
		if err := o.Watch.Open(ctx, s); err != nil {
			return 0, err
		}
		defer o.Watch.Close()
	}
	f, err := attach(ctx, s, o)
	if err != nil {
		return 0, err
	}
	defer f.feeder.close()
	f.commands = f.menu.Open(ctx)
	defer f.menu.Close()
	err = f.bringUp(ctx, up)
	_, aborted := f.account.abort()
	switch {
	case ctx.Err() != nil:
		f.menu.Close()
		return 0, f.interrupt(ctx, cmp.Or(err, context.Cause(ctx)))
	case aborted: // wait tells it
	case err != nil:
		f.catchUp(ctx)
		return 0, err
	case f.leaving:
		f.detached()
		return 0, nil
	case o.Watch != nil:
		f.beginWatch(ctx, o.Watch)
	}
	defer func() { f.endWatch() }()
	return f.wait(ctx)
}

// attach begins to follow: before anything is created, so that nothing is missed.
func attach(ctx context.Context, s *session.Session, o Options) (*attached, error) {
	shared := share(account.New(s.Project, o.Options))
	feeder, err := feedLogs(ctx, s, shared, o.Timestamps)
	if err != nil {
		return nil, err
	}
	f := &attached{s: s, o: o, account: shared, feeder: feeder, menu: o.Menu}
	if f.menu == nil {
		f.menu = noMenu{}
	}
	return f, nil
}

// bringUp plans and applies, while the menu is answered. An end that stops the others
// ends it.
func (f *attached) bringUp(ctx context.Context, o session.UpOptions) error {
	return f.answering(ctx, "the project still comes up", func(ctx context.Context) error {
		ctx, done, err := f.s.TakeTurn(ctx)
		if err != nil {
			return err
		}
		defer done()
		if f.o.Watch != nil {
			if o, err = f.o.Watch.Prepare(ctx, o); err != nil {
				return err
			}
		}
		return f.s.Replan(ctx, func() error {
			made, err := f.s.PlanUp(ctx, o)
			if err != nil {
				return err
			}
			return made.Apply(ctx, func(d plan.Doer) plan.Doer {
				f.announce(made.Plan)
				return stepwise{d, f.feeder, &sync.Map{}}
			})
		})
	})
}

// announce tells which containers are followed, and takes note of those that the plan
// starts.
func (f *attached) announce(p *plan.Plan) {
	var sources []event.Source
	seen := map[string]bool{}
	add := func(ref event.Ref) {
		if ref.Kind == event.Container && f.account.shows(ref.Service) && !seen[ref.Name] {
			seen[ref.Name] = true
			sources = append(sources, event.Source{Name: ref.Name, Service: ref.Service, Number: ref.Number})
		}
	}
	for _, ref := range p.Kept {
		add(ref)
	}
	for _, step := range p.Steps {
		switch a := step.Action.(type) {
		case planner.UnpauseContainer:
			add(a.Ref)
		case planner.StartContainer:
			add(a.Ref)
			if len(step.When) == 0 && f.account.follows(a.Ref.Service) {
				f.account.read(func(acc *account.Account) { acc.Expect(a.Ref.Name) })
			}
		}
	}
	slices.SortFunc(sources, func(a, b event.Source) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number))
	})
	f.s.Sink(event.Attached{Sources: sources})
}

// wait returns when all followed containers ended, when one ended that stops the
// others by the options, or when the user interrupts or leaves.
func (f *attached) wait(ctx context.Context) (int, error) {
	f.menu.Ready(f.account.project())
	for {
		if end, ok := f.account.abort(); ok {
			return f.abort(ctx, end)
		}
		over, err := f.over(ctx, (*account.Account).Follows)
		switch {
		case ctx.Err() != nil:
			f.menu.Close()
			return 0, f.interrupt(ctx, context.Cause(ctx))
		case err != nil:
			return 0, err
		case f.leaving:
			f.detached()
			return 0, nil
		case over && f.watch == nil: // what is watched may be between two containers
			return 0, f.feeder.drain(ctx.Done())
		}
		select {
		case <-f.account.wake:
		case c := <-f.commands:
			f.handle(ctx, c)
		case <-ctx.Done():
		}
	}
}

// over tells whether no container runs or is about to that counts. What the
// engine lists decides; the account tells whether we have heard of every end.
func (f *attached) over(ctx context.Context, counts account.Which) (over bool, err error) {
	waits := false
	f.account.read(func(a *account.Account) { waits, err = a.Waits(counts) })
	if err != nil || waits {
		return false, err
	}
	containers, err := f.s.Containers(ctx)
	if err != nil {
		return false, err
	}
	f.account.read(func(a *account.Account) { over = !a.Listed(containers, counts) })
	return over, nil
}
