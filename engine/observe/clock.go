package observe

import (
	"context"
	"fmt"
	"time"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/planner"
)

// Now is the engine's clock, which stamps its events and logs: this machine's, or for
// a remote engine what it answers when asked. Its error says that the engine did not
// answer, or gave no time.
func Now(ctx context.Context, c api.Reader, e planner.Engine) (time.Time, error) {
	if !e.Remote {
		return time.Now(), nil
	}
	info, err := c.Info(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("asking the engine for its time: %w", err)
	}
	now, err := time.Parse(time.RFC3339Nano, info.SystemTime)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the engine's time: %w", err)
	}
	return now, nil
}
