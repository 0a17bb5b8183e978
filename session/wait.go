package session

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/hint"
)

// Wait waits until the services' containers that run now have ended, those of
// run among them. It calls ended with each id and exit code, one at a time, and
// returns the code of the one that ended last, as Docker Compose does. The error says that
// none runs, or that the engine does not tell of an end.
func (s *Session) Wait(ctx context.Context, services []string, ended func(id string, code int)) (code int, err error) {
	listed, missing, err := s.running(ctx, services)
	if err != nil {
		return 0, err
	}
	if len(listed) == 0 {
		err := hint.New(fmt.Sprintf("no containers for project %q", s.Name),
			"none of these services runs: compose ps -a shows what became of them")
		if len(missing) > 0 {
			return 0, &NoContainerError{missing[0], err}
		}
		return 0, err
	}
	type end struct {
		id   string
		code int
	}
	ends := make(chan end)
	g, waiting := errgroup.WithContext(ctx)
	for _, c := range listed {
		g.Go(func() error {
			e := <-process.Ended(waiting, s.Reader, c.ID, process.EndOptions{Running: true})
			if e.Err != nil {
				return fmt.Errorf("%s: %w", c.Name, e.Err)
			}
			ends <- end{c.ID, e.Code}
			return nil
		})
	}
	failed := make(chan error, 1)
	go func() {
		failed <- g.Wait()
		close(ends)
	}()
	for e := range ends {
		ended(e.id, e.code)
		code = e.code
	}
	if err := <-failed; err != nil {
		return 0, errors.Join(context.Cause(ctx), err)
	}
	return code, nil
}
