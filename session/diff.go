package session

import (
	"context"
	"fmt"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/planner"
)

// Diff compares what runs with the file, and changes nothing. The error is that of the
// observation, or of what the file asks for.
func (s *Session) Diff(ctx context.Context, o planner.UpOptions) (*planner.Compared, error) {
	state, err := s.observe(ctx, everything)
	if err != nil {
		return nil, err
	}
	if err := s.examine(ctx, state); err != nil {
		return nil, err
	}
	return planner.Diff(s.Project, state, o)
}

// examine looks for what was changed by hand, with a call or more for each container.
func (s *Session) examine(ctx context.Context, state planner.State) error {
	if s.Reader == nil {
		return nil
	}
	err := observe.Examine(ctx, s.Reader, observe.Options{Project: s.Project, Engine: s.Engine}, state.Containers)
	if err != nil {
		return fmt.Errorf("looking into the containers of project %q: %w", s.Name, err)
	}
	return nil
}
