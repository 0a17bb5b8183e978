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

// Up makes the engine's state the project's, and leaves the containers running. The error
// is an operation's, or that of asking the user.
func (s *Session) Up(ctx context.Context, o UpOptions) error {
	ctx, done, err := s.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	s.WarnUnapplied()
	return s.bringUp(ctx, o)
}

// bringUp is Up for who has the turn.
func (s *Session) bringUp(ctx context.Context, o UpOptions) error {
	return s.Replan(ctx, func() error {
		p, err := s.PlanUp(ctx, o)
		if err != nil {
			return err
		}
		return p.Apply(ctx, nil)
	})
}

// PlanUp observes and plans an up, and plans again with what the user agreed to. The
// caller has the turn. The error is that of the observation, of what the file asks for,
// or of asking the user.
func (s *Session) PlanUp(ctx context.Context, o UpOptions) (*Planned, error) {
	state, err := s.observeUp(ctx, o.UpOptions)
	if err != nil {
		return nil, err
	}
	p, err := s.planBuilds(state, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		return planner.Up(p, state, o.UpOptions)
	})
	if err != nil {
		return nil, err
	}
	if p.Options = o.UpOptions; len(p.Asks) == 0 {
		return p, nil
	}
	for _, ask := range p.Asks {
		yes, err := s.Answer(ctx, ask, o.Answers)
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
	return &Planned{Plan: again, State: state, Options: o.UpOptions, s: p.s}, err
}

// observeUp observes what an up with these options is planned of.
func (s *Session) observeUp(ctx context.Context, o planner.UpOptions) (planner.State, error) {
	state, err := s.observe(ctx, everything)
	if err == nil && o.Repair {
		err = s.examine(ctx, state)
	}
	return state, err
}

// Answer tells whether what is asked is to be done. The error is that of asking the user.
func (s *Session) Answer(ctx context.Context, ask plan.Ask, by Answers) (bool, error) {
	switch {
	case by == AnswerYes:
		return true, nil
	case by == AnswerNo || s.DryRun || s.Confirm == nil:
		return false, nil
	}
	return s.Confirm(ctx, ask)
}
