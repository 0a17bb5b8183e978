package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/compose-orchestrator/compose/internal/procgroup"
)

// What is kept of what a program says.
const (
	maxLine      = 1 << 20  // bytes of a line
	maxAnswer    = 16 << 20 // bytes of an answer that is read as a whole
	maxFailure   = 64 << 10 // bytes of what it says on stderr
	maxVariables = 10_000
	maxValues    = 16 << 20 // bytes of all variables
)

// called is a program that runs. It ends with its process group: asked to, when
// ctx ends; killed, when the Runner's Force ends or it takes too long.
type called struct {
	*exec.Cmd
	ctx    context.Context
	cancel context.CancelFunc
	force  context.Context
	unbind func() bool
}

// command prepares a call.
func (r *Runner) command(ctx context.Context, path string, args ...string) *called {
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.Env = r.o.Dir, r.o.Environ
	cmd.WaitDelay = stopTime
	cmd.Cancel = func() error {
		// What it started may not hear of it, and holds its output open.
		go func() {
			if procgroup.AwaitEnd(cmd) {
				_ = procgroup.Kill(cmd) // mostly nothing is left
			}
		}()
		return procgroup.Interrupt(cmd)
	}
	procgroup.Tie(cmd)
	return &called{Cmd: cmd, ctx: ctx, cancel: cancel, force: r.o.Force}
}

// Start starts the program.
func (c *called) Start() error {
	err := c.Cmd.Start()
	if err == nil && c.force != nil {
		c.unbind = context.AfterFunc(c.force, func() { _ = procgroup.Kill(c.Cmd) }) // it may be gone
	}
	return err
}

// Wait waits for the program's end. Where that was asked for, what it started
// ends as well.
func (c *called) Wait() error {
	err := c.Cmd.Wait()
	if c.unbind != nil {
		c.unbind()
	}
	if c.ctx.Err() != nil {
		_ = procgroup.Kill(c.Cmd) // mostly nothing is left
	}
	c.cancel()
	return err
}

// output runs the program to its end: its answer, and what it said on stderr.
func (c *called) output() (answer, failure []byte, err error) {
	out, errs := &kept{most: maxAnswer}, &kept{most: maxFailure, silent: true}
	c.Stdout, c.Stderr = out, errs
	if err := c.Start(); err != nil {
		c.cancel()
		return nil, nil, err
	}
	err = c.Wait()
	if out.over {
		err = fmt.Errorf("its answer has more than %d MiB", maxAnswer>>20)
	}
	return out.Bytes(), errs.Bytes(), err
}

// kept keeps the beginning of what is written. Where more comes, the program
// cannot write on, unless silent.
type kept struct {
	bytes.Buffer
	most   int
	silent bool
	over   bool
}

var errTooMuch = errors.New("more than is kept")

func (k *kept) Write(b []byte) (int, error) {
	room := k.most - k.Len()
	if len(b) <= room {
		return k.Buffer.Write(b)
	}
	k.over = true
	k.Buffer.Write(b[:max(0, room)])
	if k.silent {
		return len(b), nil
	}
	return max(0, room), errTooMuch
}

// ReadFrom would take everything.
func (k *kept) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{k}, r) }
