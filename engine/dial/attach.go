package dial

import (
	"context"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
)

// cancellable is a client whose attaching ends with its context. Docker's client looks
// at that while it connects, and then waits for the engine's answer for ever.
type cancellable struct{ api.Client }

// ContainerAttach connects with a container's first process.
func (c cancellable) ContainerAttach(ctx context.Context, id string, o container.AttachOptions) (types.HijackedResponse, error) {
	return cut(ctx, func() (types.HijackedResponse, error) { return c.Client.ContainerAttach(ctx, id, o) })
}

// ContainerExecAttach starts a command and connects with it.
func (c cancellable) ContainerExecAttach(ctx context.Context, execID string, o container.ExecAttachOptions) (types.HijackedResponse, error) {
	return cut(ctx, func() (types.HijackedResponse, error) { return c.Client.ContainerExecAttach(ctx, execID, o) })
}

// cut calls attach and leaves it alone where ctx ends first: what comes of it then
// is closed, if it comes.
func cut(ctx context.Context, attach func() (types.HijackedResponse, error)) (types.HijackedResponse, error) {
	type answer struct {
		conn types.HijackedResponse
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		conn, err := attach()
		answered <- answer{conn, err}
	}()
	select {
	case a := <-answered:
		return a.conn, a.err
	case <-ctx.Done():
		go func() {
			if a := <-answered; a.err == nil {
				a.conn.Close()
			}
		}()
		return types.HijackedResponse{}, ctx.Err()
	}
}
