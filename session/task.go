package session

import (
	"time"

	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/event"
)

// task is one thing done to containers, in the words of its display.
type task struct{ title, working, done string }

// task is a step that stands alone.
func (s *Session) task(c engine.Listed, t task, do func() (string, error)) error {
	s.Sink(event.Planned{Title: t.title, Refs: []event.Ref{c.Ref()}})
	err := s.step(c, t, do)
	s.Sink(event.Finished{Err: err})
	return err
}

// step shows the progress of do, which returns what to say at its end.
func (s *Session) step(c engine.Listed, t task, do func() (string, error)) error {
	s.status(c.Ref(), event.Working, t.working, "")
	detail, err := do()
	if err != nil {
		s.Sink(event.Status{Time: time.Now(), Ref: c.Ref(), State: event.Failed, Text: "Error", Detail: err.Error(), Err: err})
		return err
	}
	s.status(c.Ref(), event.Done, t.done, detail)
	return nil
}
