package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Pause freezes the running containers. That one is paused already is an error,
// which keeps no other from being paused.
func (s *Session) Pause(ctx context.Context, services []string) error {
	return s.pauses(ctx, planner.Pause, services)
}

// Unpause lets the paused containers go on. That one is not paused is an error,
// which keeps no other from going on.
func (s *Session) Unpause(ctx context.Context, services []string) error {
	return s.pauses(ctx, planner.Unpause, services)
}

type pausePlan func(p *project.Project, s planner.State, services []string) (*plan.Plan, error)

func (s *Session) pauses(ctx context.Context, of pausePlan, services []string) error {
	var skipped []plan.Skip
	err := s.run(ctx, onlyRunning, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		made, err := of(p, state, services)
		if err == nil {
			skipped = made.Skipped
		}
		return made, err
	})
	if s.DryRun {
		return err
	}
	for _, skip := range skipped {
		err = errors.Join(err, fmt.Errorf("container %s is %s", skip.Ref.Name, skip.Why))
	}
	return err
}
