package session

import (
	"context"

	"github.com/compose-orchestrator/compose/engine/feed"
	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/logs"
)

// read shows what a container prints that runs.
func (f *follower) read(ctx context.Context, c logs.Change) {
	if f.logged(c.Service) {
		f.change(ctx, c)
	} else {
		f.unlogged.listen(ctx, c.Target)
	}
}

func (f *follower) change(ctx context.Context, c logs.Change) {
	select {
	case f.changes <- c:
	case <-ctx.Done():
	}
}

// created takes note of a container that may start. One that takes another's place
// will, once that has stopped: between the two nothing is over.
func (f *follower) created(ctx context.Context, e feed.Event) {
	t := f.target(e)
	if t.Number == 0 || !f.follows(t.Service) {
		return
	}
	if e.Replaces {
		f.news(func() { f.coming[e.ID] = true })
	}
	if !f.logged(t.Service) {
		f.unlogged.listen(ctx, t)
	}
}

// started passes a start on.
func (f *follower) started(ctx context.Context, e feed.Event) {
	t := f.target(e)
	if t.Number == 0 || !f.follows(t.Service) {
		return
	}
	f.read(ctx, logs.Change{Target: t, At: f.since})
	f.news(func() {
		f.alive[e.ID] = t.Service
		delete(f.expected, t.Name)
		delete(f.coming, e.ID)
		delete(f.stopping, e.ID)
	})
}

// unpaused reads on: a paused container lets nobody attach to it.
func (f *follower) unpaused(ctx context.Context, e feed.Event) {
	if t := f.target(e); t.Number != 0 && f.follows(t.Service) {
		f.read(ctx, logs.Change{Target: t, At: f.since})
	}
}

// exited passes an end on, with what the engine does next.
func (f *follower) exited(ctx context.Context, e feed.Event) {
	t := f.target(e)
	if t.Number == 0 || !f.follows(t.Service) {
		return
	}
	logged := f.logged(t.Service)
	var heard *hearing
	if !logged {
		heard = f.unlogged.next(ctx, t) // before it starts again
	}
	exit := event.Exit{Source: t.Source, Code: e.ExitCode, Restarting: f.s.restarting(ctx, e.ID)}
	f.news(func() { f.untold++ })
	if logged {
		f.change(ctx, logs.Change{Target: t, At: e.Time, Exit: &exit})
	} else {
		f.unlogged.exited(heard, exit)
	}
	f.news(func() {
		f.ended = append(f.ended, ending{id: e.ID, service: t.Service, code: e.ExitCode, restarting: exit.Restarting, planned: f.stopping[e.ID], at: e.Time})
		delete(f.alive, e.ID)
	})
}

// restarting tells whether the engine starts a container again that ended.
func (s *Session) restarting(ctx context.Context, id string) bool {
	restarting, err := process.Restarting(ctx, s.Reader, id)
	return err == nil && restarting
}

// target is the container of an event; its Number is 0 for a one-off.
func (f *follower) target(e feed.Event) logs.Target { return f.withTTY(targetOf(e)) }

func (f *follower) withTTY(t logs.Target) logs.Target {
	t.TTY = f.project().Services[t.Service].Tty
	return t
}

// news changes the account and wakes the one who waits for it.
func (f *follower) news(change func()) {
	f.mu.Lock()
	change()
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}
