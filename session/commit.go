package session

import (
	"context"
	"fmt"

	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/event"
)

// CommitOptions say of which container which image is made.
type CommitOptions struct {
	FindOptions
	engine.CommitOptions
}

// Commit makes an image of a running container.
func (s *Session) Commit(ctx context.Context, o CommitOptions) error {
	o.Stopped = false
	c, err := s.Find(ctx, o.FindOptions)
	if err != nil {
		return err
	}
	if s.Client == nil {
		s.would("commit container " + c.Name)
		return nil
	}
	return s.task(c, task{title: "Committing", working: "Committing", done: "Committed"}, func() (string, error) {
		image, err := engine.Commit(ctx, s.Client, c.ID, o.CommitOptions)
		if err != nil {
			return "", fmt.Errorf("committing container %s: %w", c.Name, err)
		}
		return "as " + image, nil
	})
}

// task is one thing done to a container, in the words of its display.
type task struct{ title, working, done string }

// task shows the progress of do, which returns what to say at its end.
func (s *Session) task(c engine.Listed, t task, do func() (string, error)) error {
	ref := event.Ref{Kind: event.Container, Name: c.Name, Service: c.Service, Number: c.Number}
	s.Sink(event.Planned{Title: t.title, Refs: []event.Ref{ref}})
	s.status(ref, event.Working, t.working, "")
	detail, err := do()
	if err == nil {
		s.status(ref, event.Done, t.done, detail)
	} else {
		s.Sink(failure(ref, err))
	}
	s.Sink(event.Finished{Err: err})
	return err
}
