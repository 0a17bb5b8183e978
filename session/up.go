package session

import (
	"context"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// UpOptions steer Up.
type UpOptions struct {
	planner.UpOptions
	Answers Answers
}

// Answers say who answers what a plan asks.
type Answers uint8

// Who answers.
const (
	// AnswerAsked is Config.Confirm's answer; no where that is nil, and in a dry run.
	AnswerAsked Answers = iota
	AnswerYes
	AnswerNo // while nobody can be asked
)

// Up makes the engine's state the project's, and leaves the containers running.
func (s *Session) Up(ctx context.Context, o UpOptions) error {
	ctx, done, err := s.shared.turn.take(ctx)
	if err != nil {
		return err
	}
	defer done()
	s.warnUnapplied()
	return s.bringUp(ctx, o)
}

// bringUp is Up for who has the turn.
func (s *Session) bringUp(ctx context.Context, o UpOptions) error {
	p, err := s.planUp(ctx, o)
	if err != nil {
		return err
	}
	return p.apply(ctx)
}

// planUp observes and plans, and plans again with what the user agreed to. The caller
// has the turn.
func (s *Session) planUp(ctx context.Context, o UpOptions) (*planned, error) {
	state, err := s.observe(ctx, everything)
	if err != nil {
		return nil, err
	}
	p, err := s.planBuilds(state, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		return planner.Up(p, state, o.UpOptions)
	})
	if err != nil || len(p.Asks) == 0 {
		return p, err
	}
	for _, ask := range p.Asks {
		yes, err := s.answer(ctx, ask, o.Answers)
		if err != nil {
			return nil, err
		}
		if yes {
			o.Discard = append(o.Discard, ask.Ref.Name)
		}
	}
	if len(o.Discard) == 0 {
		return p, nil
	}
	again, err := planner.Up(p.s.Project, state, o.UpOptions)
	return &planned{again, p.s}, err
}

// answer tells whether what is asked is to be done.
func (s *Session) answer(ctx context.Context, ask plan.Ask, by Answers) (bool, error) {
	switch {
	case by == AnswerYes:
		return true, nil
	case by == AnswerNo || s.DryRun || s.Confirm == nil:
		return false, nil
	}
	return s.Confirm(ctx, ask)
}
