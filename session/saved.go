package session

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// ContextHashes are build.ContextHash of services, by service; the file except does not
// count. The error is that of the first that cannot be read.
func (s *Session) ContextHashes(ctx context.Context, services []string, except string) (map[string]string, error) {
	hashes := map[string]string{}
	for _, service := range services {
		hash, err := build.ContextHash(ctx, s.Project, service, except, s.buildOptions())
		if err != nil {
			return nil, err
		}
		hashes[service] = hash
	}
	return hashes, nil
}

// pullsAsked is for how many images registries are asked at once.
const pullsAsked = 8

// PinPulls fixes what the plan pulls to what ask, which asks registries, says of it now,
// and returns that by reference. What a registry does not have is left out where the plan
// can do without: where it builds the image then, or where the pull may fail. Else the
// error is ask's.
func (p *Planned) PinPulls(ctx context.Context, ask project.DigestFunc) (map[string]string, error) {
	var mu sync.Mutex // guards digests
	digests := map[string]string{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(pullsAsked)
	for _, s := range p.Steps {
		ref := s.Action.Resource().Name
		built := false
		switch a := s.Action.(type) {
		case planner.PullImage:
		case planner.BuildImage:
			if built = true; !a.PullFirst {
				continue
			}
		default:
			continue
		}
		g.Go(func() error {
			digest, err := ask(ctx, ref)
			if err != nil && !built && !s.Optional {
				return err
			}
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				digests[ref] = digest
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	p.Plan = planner.Pin(p.Plan, digests)
	return digests, nil
}

// Standing is whether a saved plan still holds.
type Standing int

// The standings.
const (
	// Holds: nothing differs, and it is carried out as it is.
	Holds Standing = iota
	// Remains: what is left of it is planned with its options.
	Remains
	// Stale: it does not, and another one is made, shown and asked about.
	Stale
)

// SavedPlan is a plan that was made earlier.
type SavedPlan struct {
	Plan *plan.Plan
	// Options made it; without Answers, for it has them.
	Options UpOptions
	// Digests are what it pulls, by reference.
	Digests map[string]string
	// Judge compares what was observed with what the plan was made with. Its error ends
	// CarryOut.
	Judge func(ctx context.Context, now planner.State) (Standing, error)
	// Rest is told what is left of it, where it Remains. Its error ends CarryOut.
	Rest func(*plan.Plan) error
	// Show shows the plan that takes its place.
	Show func(*plan.Plan) error
}

// CarryOut carries a saved plan out, or what is left of it. The error is an operation's, or
// of Judge, Show, or of asking the user.
func (s *Session) CarryOut(ctx context.Context, saved SavedPlan) error {
	ctx, done, err := s.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	s.WarnUnapplied()
	return s.Replan(ctx, func() error {
		state, err := s.observeUp(ctx, saved.Options.UpOptions)
		if err != nil {
			return err
		}
		standing, err := saved.Judge(ctx, state)
		if err != nil {
			return err
		}
		if standing == Stale {
			return s.inItsPlace(ctx, saved)
		}
		p, err := s.planBuilds(state, func(p *project.Project, state planner.State) (*plan.Plan, error) {
			if standing == Holds {
				return saved.Plan, nil
			}
			rest, err := planner.Up(p, state, saved.Options.UpOptions)
			if err != nil {
				return nil, err
			}
			return planner.Pin(rest, saved.Digests), nil
		})
		if err == nil && standing == Remains {
			err = saved.Rest(p.Plan)
		}
		if err != nil {
			return err
		}
		return p.Apply(ctx, nil)
	})
}

// inItsPlace makes another plan, and carries it out where the user agrees.
func (s *Session) inItsPlace(ctx context.Context, saved SavedPlan) error {
	p, err := s.PlanUp(ctx, saved.Options)
	if err != nil {
		return err
	}
	if s.DryRun {
		return p.Apply(ctx, nil)
	}
	if err := saved.Show(p.Plan); err != nil || !p.Needs() {
		return err
	}
	yes, err := s.Answer(ctx, plan.Ask{Text: fmt.Sprintf("Apply this plan to %s?", s.Name)}, saved.Options.Answers)
	if err != nil {
		return err
	}
	if !yes {
		return hint.New("operation cancelled by user", "--yes agrees")
	}
	return p.Apply(ctx, nil)
}
