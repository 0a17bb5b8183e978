package session

import (
	"context"
	"strconv"

	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/logs"
	"github.com/compose-orchestrator/compose/project"
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
func (f *follower) created(ctx context.Context, c engine.Change) {
	t := f.target(c)
	if t.Number == 0 || !f.follows(t.Service) {
		return
	}
	if c.Attributes[project.LabelReplace] != "" {
		f.news(func() { f.coming[c.ID] = true })
	}
	if !f.logged(t.Service) {
		f.unlogged.listen(ctx, t)
	}
}

// started passes a start on.
func (f *follower) started(ctx context.Context, c engine.Change) {
	t := f.target(c)
	if t.Number == 0 || !f.follows(t.Service) {
		return
	}
	f.read(ctx, logs.Change{Target: t, At: f.since})
	f.news(func() {
		f.alive[c.ID] = t.Service
		delete(f.expected, t.Name)
		delete(f.coming, c.ID)
		delete(f.stopping, c.ID)
	})
}

// unpaused reads on: a paused container lets nobody attach to it.
func (f *follower) unpaused(ctx context.Context, c engine.Change) {
	if t := f.target(c); t.Number != 0 && f.follows(t.Service) {
		f.read(ctx, logs.Change{Target: t, At: f.since})
	}
}

// exited passes an end on, with what the engine does next.
func (f *follower) exited(ctx context.Context, c engine.Change) {
	t := f.target(c)
	if t.Number == 0 || !f.follows(t.Service) {
		return
	}
	code, _ := strconv.Atoi(c.Attributes["exitCode"])
	logged := f.logged(t.Service)
	var heard *hearing
	if !logged {
		heard = f.unlogged.next(ctx, t) // before it starts again
	}
	exit := event.Exit{Source: t.Source, Code: code, Restarting: f.s.restarting(ctx, c.ID)}
	f.news(func() { f.untold++ })
	if logged {
		f.change(ctx, logs.Change{Target: t, At: c.Time, Exit: &exit})
	} else {
		f.unlogged.exited(heard, exit)
	}
	f.news(func() {
		f.ended = append(f.ended, ending{id: c.ID, service: t.Service, code: code, restarting: exit.Restarting, planned: f.stopping[c.ID], at: c.Time})
		delete(f.alive, c.ID)
	})
}

// restarting tells whether the engine starts a container again that ended.
func (s *Session) restarting(ctx context.Context, id string) bool {
	restarting, err := engine.Restarting(ctx, s.Reader, id)
	return err == nil && restarting
}

// target is the container of an event; its Number is 0 for a one-off.
func (f *follower) target(c engine.Change) logs.Target { return f.withTTY(targetOf(c)) }

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
