package list

import (
	"context"
	"fmt"

	"github.com/containerd/errdefs"

	"github.com/compose-orchestrator/compose/engine/api"
)

// Processes are those of a container, as the engine's ps shows them: a row for
// each, with a cell for each title.
type Processes struct {
	Titles []string
	Rows   [][]string
}

// Top returns a container's processes; none where it has ended meanwhile. Its error
// wraps the engine's.
func Top(ctx context.Context, c api.Reader, id string) (Processes, error) {
	top, err := c.ContainerTop(ctx, id, nil)
	if errdefs.IsNotFound(err) || errdefs.IsConflict(err) {
		return Processes{}, nil
	}
	if err != nil {
		return Processes{}, fmt.Errorf("listing the processes: %w", err)
	}
	return Processes{Titles: top.Titles, Rows: top.Processes}, nil
}
