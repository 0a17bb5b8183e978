package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/docker/docker/api/types/container"
)

// WaitEnd waits until a container does not run any more and returns its exit
// code.
func WaitEnd(ctx context.Context, c Reader, id string) (code int, err error) {
	ended, failed := c.ContainerWait(ctx, id, container.WaitConditionNotRunning)
	select {
	case end := <-ended:
		if end.Error != nil {
			return 0, fmt.Errorf("waiting for the container's end: %w", errors.New(end.Error.Message))
		}
		return int(end.StatusCode), nil
	case err := <-failed:
		return 0, fmt.Errorf("waiting for the container's end: %w", err)
	}
}
