package session

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/projectlock"
	"github.com/compose-orchestrator/compose/plan"
)

// turn lets one plan at a time be made and carried out for a project in this process,
// whoever asks: a command, the menu, watching. It is for plans of the project as a
// whole; what only restarts, runs a command in or writes to containers that run shares
// running, and waits for no build.
type turn struct {
	// running is held for writing while a plan changes containers, for reading by
	// those who work with the containers there are.
	running sync.RWMutex

	mu     sync.Mutex // guards below
	holder *holder    // nil: nobody has the turn
}

// holder is one who has the turn.
type holder struct {
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when the turn is given back
}

// errStopping is why a plan was cancelled whose containers are to stop.
var errStopping = fmt.Errorf("the project is being stopped: %w", context.Canceled)

// TakeTurn waits until nobody else plans for the project, whatever part of it: one plan
// at a time, in this process and, by Config.Lock, among the commands of this machine's
// user. The caller works with the context that it returns, which ends when the project is
// to be stopped, and calls done in the end. The error is ctx's cause.
func (s *Session) TakeTurn(ctx context.Context) (_ context.Context, done func(), err error) {
	mine, done, err := s.shared.turn.take(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s.locked(mine, done, func() (context.Context, func(), error) {
		return s.Lock.Take(mine, s.tellWaiting)
	})
}

// InterruptTurn is TakeTurn for what stops containers: it cancels the plan that is made
// or carried out just now, and waits for its end.
func (s *Session) InterruptTurn(ctx context.Context) (_ context.Context, done func(), err error) {
	mine, done, err := s.shared.turn.interrupt(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s.locked(mine, done, func() (context.Context, func(), error) {
		return s.Lock.Interrupt(mine, func(h projectlock.Holder) {
			s.Sink(event.Message{Level: event.Info, Text: "interrupting " + h.String()})
		})
	})
}

// locked gets the lock for who has the turn. Where it cannot be had for want of a folder,
// say, the command goes on without: then two commands may meet, see Replan.
func (s *Session) locked(ctx context.Context, done func(), get func() (context.Context, func(), error)) (context.Context, func(), error) {
	if s.Lock == nil || s.DryRun {
		return ctx, done, nil
	}
	working, release, err := get()
	switch {
	case err == nil:
		return working, func() { release(); done() }, nil
	case ctx.Err() != nil:
		done()
		return nil, nil, err
	}
	s.Sink(event.Message{Level: event.Debug, Text: "other commands are not kept from changing the project: " + err.Error()})
	return ctx, done, nil
}

func (s *Session) tellWaiting(h projectlock.Holder) {
	text := "waiting for " + h.String() + ", which changes this project"
	if !h.Since.IsZero() {
		text += " since " + h.Since.Local().Format(time.TimeOnly)
	}
	s.Sink(event.Message{Level: event.Info, Text: text})
}

const (
	// replans is how often a command plans again after another one changed the project.
	replans = 3
	// settling is how long the other command gets at least before the first time, to end
	// what it has begun; twice that before the second, and so on. Up to twice as long is
	// added by chance: the other one may be about to plan again, too.
	settling = 200 * time.Millisecond
)

// Replan calls attempt, which observes, plans and applies, and calls it again where
// another command changed the project meanwhile: one of another user or machine, with
// which there is no common lock. The error is attempt's, or says which command
// interrupted this one.
func (s *Session) Replan(ctx context.Context, attempt func() error) error {
	for n := 1; ; n++ {
		err := attempt()
		if by, ok := errors.AsType[*projectlock.Interrupted](context.Cause(ctx)); ok && err != nil {
			return errors.New(by.Error()) // the caller's own context was not cancelled
		}
		if n > replans || ctx.Err() != nil || !plan.AllOvertaken(err) {
			return err
		}
		s.Sink(event.Message{Level: event.Warn, Text: "another command changed this project meanwhile: planning again"})
		select {
		case <-ctx.Done():
		case <-time.After(settling<<(n-1) + rand.N(settling<<n)):
		}
	}
}

// ContainersLock is held for writing while a plan changes containers, for reading by
// those who work with the containers there are. Who needs the turn too takes that first.
func (s *Session) ContainersLock() *sync.RWMutex { return &s.shared.turn.running }

// take waits for the turn. The caller works with the context that it returns, and calls
// done in the end. The error is ctx's cause.
func (t *turn) take(ctx context.Context) (_ context.Context, done func(), err error) {
	return t.next(ctx, func(*holder) {})
}

// interrupt is take for what stops containers: it cancels the plan that runs, with
// errStopping as the cause, and waits for its end.
func (t *turn) interrupt(ctx context.Context) (_ context.Context, done func(), err error) {
	return t.next(ctx, func(h *holder) { h.cancel(errStopping) })
}

// next waits until nobody has the turn. meet is called with each who has it.
func (t *turn) next(ctx context.Context, meet func(*holder)) (context.Context, func(), error) {
	for ctx.Err() == nil {
		before, mine, working := t.free(ctx)
		if before == nil {
			return working, func() { t.giveBack(mine) }, nil
		}
		meet(before)
		select {
		case <-before.done:
		case <-ctx.Done():
		}
	}
	return nil, nil, context.Cause(ctx)
}

// free takes the turn where nobody has it; else it returns who has.
func (t *turn) free(ctx context.Context) (before, mine *holder, working context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.holder != nil {
		return t.holder, nil, nil
	}
	working, cancel := context.WithCancelCause(ctx)
	t.holder = &holder{cancel: cancel, done: make(chan struct{})}
	return nil, t.holder, working
}

func (t *turn) giveBack(h *holder) {
	h.cancel(nil)
	t.mu.Lock()
	t.holder = nil
	t.mu.Unlock()
	close(h.done)
}
