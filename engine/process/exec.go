package process

import (
	"context"
	"fmt"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/feed"
	"github.com/compose-orchestrator/compose/engine/spec"
)

// ExecOptions say how to run a command in a running container.
type ExecOptions struct {
	Command    []string
	Env        []string // KEY=value; KEY alone takes it out
	User       string   // "": the container's
	WorkingDir string   // "": the container's
	Privileged bool
	TTY        bool
	Stdin      bool
	Size       Size // of the new terminal
	DetachKeys string
}

// Exec is a command in a container.
type Exec struct {
	c      api.Client
	id     string
	o      ExecOptions
	events *feed.Feed
}

// NewExec prepares a command; it does not run yet. events is the process's stream. Its
// error is the engine's: the container is gone, or does not run.
func NewExec(ctx context.Context, c api.Client, events *feed.Feed, containerID string, o ExecOptions) (*Exec, error) {
	made, err := c.ContainerExecCreate(ctx, containerID, container.ExecOptions{
		User: o.User, Privileged: o.Privileged, Tty: o.TTY, ConsoleSize: consoleSize(c, o),
		AttachStdin: o.Stdin, AttachStdout: true, AttachStderr: true,
		DetachKeys: o.DetachKeys, Env: o.Env, WorkingDir: o.WorkingDir, Cmd: o.Command,
	})
	if err != nil {
		return nil, err
	}
	return &Exec{c: c, id: made.ID, o: o, events: events}, nil
}

// consoleSize is the size as far as the engine takes one.
func consoleSize(c api.Reader, o ExecOptions) *[2]uint {
	if !o.TTY || !spec.APISince(c.ClientVersion(), "1.42") {
		return nil
	}
	return o.Size.box()
}

// Start runs the command with nobody attached. Its error is the engine's.
func (x *Exec) Start(ctx context.Context) error {
	return x.c.ContainerExecStart(ctx, x.id, container.ExecStartOptions{Detach: true, Tty: x.o.TTY})
}

// Attach runs the command and connects with it. One that cannot be started says so in
// the conversation, and has an exit code. Its error is the engine's.
func (x *Exec) Attach(ctx context.Context) (*Conversation, error) {
	conn, err := x.c.ContainerExecAttach(ctx, x.id, container.ExecAttachOptions{
		Tty: x.o.TTY, ConsoleSize: consoleSize(x.c, x.o),
	})
	if err != nil {
		return nil, err
	}
	return &Conversation{conn: conn, tty: x.o.TTY, once: true}, nil
}

// Resize gives the command's terminal another size. Its error is the engine's.
func (x *Exec) Resize(ctx context.Context, s Size) error {
	return x.c.ContainerExecResize(ctx, x.id, container.ResizeOptions{Height: s.Rows, Width: s.Cols})
}

// ExitCode returns the command's once it ended. The engine may end the conversation a
// moment before it knows of that. Its error is ctx's, the engine's or that of its
// events.
func (x *Exec) ExitCode(ctx context.Context) (int, error) {
	code, running, err := x.inspect(ctx)
	if err != nil || !running {
		return code, err
	}
	sub, err := x.events.Subscribe(ctx)
	if err != nil {
		return 0, err
	}
	defer sub.Close()
	for {
		code, running, err := x.inspect(ctx)
		if err != nil || !running {
			return code, err
		}
		if _, err := sub.Next(ctx); err != nil {
			return 0, err
		}
	}
}

func (x *Exec) inspect(ctx context.Context) (code int, running bool, err error) {
	got, err := x.c.ContainerExecInspect(ctx, x.id)
	if err != nil {
		return 0, false, fmt.Errorf("asking for the command's exit code: %w", err)
	}
	return got.ExitCode, got.Running, nil
}
