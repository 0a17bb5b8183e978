package session

import (
	"context"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Rm removes stopped containers. agree is asked first, with their names in the
// plan's order; where its answer is no, nothing happens. The error is an operation's, or
// agree's.
func (s *Session) Rm(ctx context.Context, o planner.RmOptions, agree func(names []string) (bool, error)) error {
	ctx, done, err := s.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	p, err := s.plan(ctx, onlyRunning, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		return planner.Rm(p, state, o)
	})
	if err != nil {
		return err
	}
	var names []string
	for _, step := range p.Steps {
		if a, ok := step.Action.(planner.RemoveContainer); ok {
			names = append(names, a.Ref.Name)
		}
	}
	switch {
	case s.DryRun:
	case len(names) == 0:
		s.Sink(event.Message{Level: event.Info, Text: "No stopped containers"})
	default:
		if yes, err := agree(names); err != nil || !yes {
			return err
		}
	}
	return p.Apply(ctx, nil)
}
