package session

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/planner"
)

// AttachOptions say which container the attach command connects to, and how.
type AttachOptions struct {
	FindOptions
	NoStdin bool // what is typed stays here
	// KeepSignals: those that this process gets end it alone.
	KeepSignals bool
}

// interruptedCode is the exit code of a command that the user ended.
const interruptedCode = 130

// Attach is the attach command: it connects the user with the first process of a running
// container and returns its exit code. A signal is the container's, unless it has a
// terminal: then what is typed is enough, and a signal ends the command alone. The error
// says that the container does not run or is paused, that there is no terminal where one
// is needed, or that the connection broke.
func (s *Session) Attach(ctx context.Context, o AttachOptions, c Console) (code int, err error) {
	found, err := s.find(ctx, o.FindOptions)
	if err != nil {
		return 0, err
	}
	info, err := process.Inspect(ctx, s.Reader, found.ID)
	if err != nil {
		return 0, err
	}
	if info.State == string(planner.Paused) {
		return 0, hint.New("cannot attach to a paused container, unpause it first", "compose unpause "+o.Service)
	}
	t := talk{
		tty: info.TTY, stdin: info.Stdin && !o.NoStdin, once: info.Once,
		resize: func(ctx context.Context, size process.Size) error {
			return process.Resize(ctx, s.Client, found.ID, size)
		},
	}
	if s.DryRun {
		s.Would("attach to container " + found.Name)
		return 0, nil
	}
	if err := c.check(t, "--no-stdin only shows what it prints"); err != nil {
		return 0, err
	}
	return s.attachTo(ctx, found.ID, o, c, t)
}

// attachTo attaches to a container that runs.
func (s *Session) attachTo(ctx context.Context, id string, o AttachOptions, c Console, t talk) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	signals, giveBack := c.TakeSignals()
	defer giveBack()
	end := process.Ended(ctx, s.Reader, id, process.EndOptions{Running: true})
	with, err := process.Attach(ctx, s.Client, id, process.AttachOptions{
		Stdin: t.stdin, Once: t.once, TTY: t.tty, DetachKeys: c.DetachKeys,
	})
	if err != nil {
		return 0, err
	}
	var left atomic.Bool
	r := relay{after: func(signal string, count int) {
		if o.KeepSignals || t.tty || signal == "SIGHUP" || count >= enough {
			left.Store(true)
			cancel()
		}
	}}
	if !o.KeepSignals && !t.tty {
		r.pass = func(ctx context.Context, signal string) { _ = process.Signal(ctx, s.Client, id, signal) }
	}
	defer r.run(ctx, signals)()
	if t.tty && c.Size.Rows > 0 {
		// A program draws its screen anew only where the size changes.
		_ = t.resize(ctx, process.Size{Rows: c.Size.Rows + 1, Cols: c.Size.Cols + 1})
	}
	err = c.converse(ctx, with, t)
	if left.Load() && errors.Is(err, context.Canceled) {
		return interruptedCode, nil
	}
	if err != nil {
		return 0, err
	}
	return s.ended(ctx, end)
}

// ended returns the exit code of a process whose output has ended.
func (s *Session) ended(ctx context.Context, end <-chan process.End) (int, error) {
	select {
	case e := <-end:
		if e.Err != nil {
			return 0, fmt.Errorf("the container's exit code is not known: %w", e.Err)
		}
		return e.Code, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
