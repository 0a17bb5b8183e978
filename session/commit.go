package session

import (
	"context"
	"fmt"

	"github.com/compose-orchestrator/compose/engine/files"
)

// CommitOptions say of which container which image is made.
type CommitOptions struct {
	FindOptions
	files.CommitOptions
}

// Commit makes an image of a running container. The error says that it does not run, or
// is the engine's.
func (s *Session) Commit(ctx context.Context, o CommitOptions) error {
	c, err := s.find(ctx, o.FindOptions)
	if err != nil {
		return err
	}
	if s.DryRun {
		s.Would("commit container " + c.Name)
		return nil
	}
	return s.task(c.Ref(), task{title: "Committing", working: "Committing", done: "Committed"}, func() (string, error) {
		image, err := files.Commit(ctx, s.Client, c.ID, o.CommitOptions)
		if err != nil {
			return "", fmt.Errorf("committing container %s: %w", c.Name, err)
		}
		return "as " + image, nil
	})
}
