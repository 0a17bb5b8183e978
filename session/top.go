package session

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Running is what runs in one container.
type Running struct {
	Container list.Container
	list.Processes
}

// Top returns the processes of the running containers, by service and number. The error
// is the engine's.
func (s *Session) Top(ctx context.Context, services []string) ([]Running, error) {
	listed, _, err := s.running(ctx, services)
	if err != nil {
		return nil, err
	}
	out := make([]Running, len(listed))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.limit())
	for i, c := range listed {
		g.Go(func() error {
			top, err := list.Top(ctx, s.Reader, c.ID)
			out[i] = Running{Container: c, Processes: top}
			return err
		})
	}
	return out, g.Wait()
}

// running are the containers of the services that run, or of all where none is
// named, by service and number. missing are services that have none, running or not.
func (s *Session) running(ctx context.Context, services []string) (listed []list.Container, missing []string, err error) {
	listed, err = s.List(ctx)
	if err != nil {
		return nil, nil, err
	}
	missing = s.tellMissing(listed, services)
	listed = slices.DeleteFunc(listed, func(c list.Container) bool {
		return !planner.Status(c.State).Active() || len(services) > 0 && !slices.Contains(services, c.Service)
	})
	slices.SortStableFunc(listed, func(a, b list.Container) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), oneOffsLast(a)-oneOffsLast(b), a.Number-b.Number)
	})
	return listed, missing, nil
}

// tellMissing warns of services that have no containers, which it returns, and says which
// there are: they need not be in any file.
func (s *Session) tellMissing(listed []list.Container, services []string) (missing []string) {
	var there []string
	for _, c := range listed {
		if !slices.Contains(there, c.Service) {
			there = append(there, c.Service)
		}
	}
	for _, name := range services {
		if !slices.Contains(there, name) {
			s.Sink(event.Message{Level: event.Warn, Text: "no container of service " + name, Hint: cmp.Or(project.DidYouMean(name, there), thereAre(listed))})
			missing = append(missing, name)
		}
	}
	return missing
}

func oneOffsLast(c list.Container) int {
	if c.OneOff {
		return 1
	}
	return 0
}

// limit is how many calls of the engine go on at once, as errgroup takes it.
func (s *Session) limit() int {
	if s.Parallel <= 0 {
		return -1
	}
	return s.Parallel
}
