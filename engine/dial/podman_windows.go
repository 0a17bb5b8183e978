package dial

import (
	"context"
	"fmt"
	"os"
)

// startPodman has nothing to start here: Podman runs in a machine of its own,
// whose pipe is among the places that were tried.
func (d dialer) startPodman(context.Context) (*Conn, attempt) {
	return nil, attempt{
		Host: "podman machine", From: "podman on PATH",
		Err: fmt.Errorf("a running machine: %w", os.ErrNotExist),
	}
}
