// Package process is what runs in a container: its first process, with who attaches,
// its terminal, signals, its end and how it prints; and commands that are run beside it.
package process

import (
	"context"
	"fmt"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/project"
)

// Info is what a container was made to run, as those see it who attach.
type Info struct {
	State string // "running", "paused", ...
	TTY   bool
	Stdin bool // it reads its standard input,
	Once  bool // which ends with the first who attaches
	// Files is the volume with its secrets and configs; "": none.
	Files string
}

// Inspect returns a container's process. Its error wraps the engine's.
func Inspect(ctx context.Context, c api.Reader, id string) (Info, error) {
	got, err := c.ContainerInspect(ctx, id)
	if err != nil {
		return Info{}, fmt.Errorf("inspecting the container: %w", err)
	}
	p := Info{}
	if got.Config != nil {
		p.TTY, p.Stdin, p.Once = got.Config.Tty, got.Config.OpenStdin, got.Config.StdinOnce
		p.Files = got.Config.Labels[project.LabelFiles]
	}
	if s := api.State(got); s != nil {
		p.State = string(s.Status)
	}
	return p, nil
}

// Resize gives a container's terminal another size. Its error is the engine's.
func Resize(ctx context.Context, c api.Client, id string, s Size) error {
	return c.ContainerResize(ctx, id, container.ResizeOptions{Height: s.Rows, Width: s.Cols})
}

// Signal sends a signal to a container's process, by its name. One that has
// ended needs none; other errors are the engine's.
func Signal(ctx context.Context, c api.Client, id, signal string) error {
	err := c.ContainerKill(ctx, id, signal)
	if errdefs.IsNotFound(err) || errdefs.IsConflict(err) {
		return nil
	}
	return err
}

// End is how a container's process ended.
type End struct {
	Code int
	Err  error
}

// EndOptions say which end Ended waits for. The zero value is the next one.
type EndOptions struct {
	// Removed: the container's, which the engine removes when its process ends.
	Removed bool
	// Running: the process runs already.
	Running bool
}

// Ended waits for the end of a container's process from this moment on, so that
// one which is started afterwards is not missed. The channel brings one End.
func Ended(ctx context.Context, c api.Reader, id string, o EndOptions) <-chan End {
	condition := container.WaitConditionNextExit
	switch {
	case o.Removed:
		condition = container.WaitConditionRemoved
	case o.Running:
		condition = container.WaitConditionNotRunning
	}
	result, failed := c.ContainerWait(ctx, id, condition)
	end := make(chan End, 1)
	go func() {
		select {
		case r := <-result:
			e := End{Code: int(r.StatusCode)}
			if r.Error != nil {
				e.Err = fmt.Errorf("waiting for the container's end: %s", r.Error.Message)
			}
			end <- e
		case err := <-failed:
			end <- End{Err: fmt.Errorf("waiting for the container's end: %w", err)}
		}
	}()
	return end
}
