package session

import (
	"context"
	"io"
	"sync"

	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/hint"
)

// Console is the user's side of a command that talks with a process in a
// container.
type Console struct {
	// In is what the process reads; Close ends a Read under way. nil: nothing.
	In       io.ReadCloser
	Out, Err io.Writer
	// InTerminal and OutTerminal tell that In and Out are the user's terminal.
	InTerminal, OutTerminal bool
	// DetachKeys are those to leave the process with; "": docker's default.
	DetachKeys string
	// Raw hands the terminal over to the process until restore is called.
	Raw func() (restore func(), err error)
	// Size is the terminal's at the beginning, and Sizes brings that and each new
	// one until ctx ends.
	Size  process.Size
	Sizes func(ctx context.Context) <-chan process.Size
	// TakeSignals brings what this process gets in the place of the container's,
	// by name: "SIGINT". Until giveBack is called they mean nothing else here.
	TakeSignals func() (signals <-chan string, giveBack func())
}

// check refuses a terminal in the container for what is typed elsewhere, in
// docker's words.
func (c Console) check(t talk, help string) error {
	if t.tty && t.stdin && !c.InTerminal {
		return hint.New("cannot attach stdin to a TTY-enabled container because stdin is not a terminal", help)
	}
	return nil
}

// talk says what a conversation is with.
type talk struct {
	tty, stdin bool
	once       bool // the process's input ends with the user's
	// resize passes the terminal's size on. It is not called before started is
	// closed; nil: the process runs.
	resize  func(ctx context.Context, s process.Size) error
	started <-chan struct{}
}

// converse lets the user and a process talk until the process's output ends, the
// user detaches, or ctx ends. Whatever it is, the terminal is as it was before.
func (c Console) converse(ctx context.Context, with *process.Conversation, t talk) error {
	streams := process.Streams{Out: c.Out, Err: c.Err, DetachKeys: c.DetachKeys}
	if t.stdin {
		streams.In = c.In
	}
	if !t.tty {
		return with.Interact(ctx, streams)
	}
	restore, err := c.Raw()
	if err != nil {
		with.Close()
		return err
	}
	defer restore()
	defer c.followSize(ctx, t)()
	return with.Interact(ctx, streams)
}

// followSize gives the process's terminal the size of the user's, and each new
// one, until stop is called.
func (c Console) followSize(ctx context.Context, t talk) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var follow sync.WaitGroup
	follow.Go(func() {
		if t.started != nil {
			select {
			case <-t.started:
			case <-ctx.Done():
				return
			}
		}
		for size := range c.Sizes(ctx) {
			_ = t.resize(ctx, size) // a process that has ended has no size
		}
	})
	return func() {
		cancel()
		follow.Wait()
	}
}
