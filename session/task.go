package session

import (
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// task is one thing done to resources without a plan, in the words of its
// display.
type task struct{ title, working, done string }

// task is a step that stands alone.
func (s *Session) task(ref event.Ref, t task, do func() (string, error)) error {
	s.Sink(event.Planned{Title: t.title, Refs: []event.Ref{ref}})
	err := s.step(ref, t, do)
	s.Sink(event.Finished{Err: err})
	return err
}

// step shows the progress of do, which returns what to say at its end.
func (s *Session) step(ref event.Ref, t task, do func() (string, error)) error {
	s.status(ref, event.Working, t.working, "")
	detail, err := do()
	if err != nil {
		s.Sink(event.Status{Time: time.Now(), Ref: ref, State: event.Failed, Text: "Error", Detail: err.Error(), Err: err})
		return err
	}
	s.status(ref, event.Done, t.done, detail)
	return nil
}
