package session

import (
	"context"

	"github.com/compose-orchestrator/compose/planner"
)

// UpOptions steer Up.
type UpOptions struct {
	planner.UpOptions
	// Yes answers all questions.
	Yes bool
}

// Up makes the engine's state the project's, and leaves the containers running.
func (s *Session) Up(ctx context.Context, o UpOptions) error {
	s.warnUnapplied()
	plan, err := s.planUp(ctx, o)
	if err != nil {
		return err
	}
	return s.apply(ctx, plan)
}

// planUp observes and plans, and plans again with what the user agreed to.
func (s *Session) planUp(ctx context.Context, o UpOptions) (*planner.Plan, error) {
	state, err := s.observe(ctx, everything)
	if err != nil {
		return nil, err
	}
	plan, err := s.planBuilds(func() (*planner.Plan, error) { return planner.Up(s.Project, state, o.UpOptions) })
	if err != nil || len(plan.Asks) == 0 {
		return plan, err
	}
	for _, ask := range plan.Asks {
		yes, err := s.answer(ctx, ask, o)
		if err != nil {
			return nil, err
		}
		if yes {
			o.Discard = append(o.Discard, ask.Ref.Name)
		}
	}
	if len(o.Discard) == 0 {
		return plan, nil
	}
	return planner.Up(s.Project, state, o.UpOptions)
}

// answer is the user's; a dry run asks nothing.
func (s *Session) answer(ctx context.Context, ask planner.Ask, o UpOptions) (bool, error) {
	switch {
	case o.Yes:
		return true, nil
	case s.Client == nil || s.Confirm == nil:
		return false, nil
	}
	return s.Confirm(ctx, ask)
}
