package list

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/planner"
)

// ExamineOptions steer Examine.
type ExamineOptions struct {
	// Tail is how many of the last lines are read of a container that is not up
	// and well; 0: none.
	Tail int
}

// Examine collects what explains a container's state: an inspect and, where it is not
// up and well, its last lines and the signals that ended it. Gone: the container was
// removed meanwhile. Its error says what was read and wraps the engine's; what was
// found until then comes with it.
func Examine(ctx context.Context, c api.Reader, id string, o ExamineOptions) (f planner.Facts, gone bool, err error) {
	inspected, err := c.ContainerInspect(ctx, id)
	switch {
	case errdefs.IsNotFound(err):
		return planner.Facts{}, true, nil
	case err != nil:
		return planner.Facts{}, false, fmt.Errorf("inspecting container %s: %w", spec.ShortID(id), err)
	case inspected.ContainerJSONBase == nil || inspected.State == nil:
		return planner.Facts{}, false, errors.New("the engine tells no state")
	}
	f = observe.Facts(inspected)
	well := inspected.State.Running && f.Restarts == 0 &&
		(inspected.State.Health == nil || inspected.State.Health.Status == container.Healthy || inspected.State.Health.Status == container.NoHealthcheck)
	if well || f.Started.IsZero() {
		return f, false, nil
	}
	if !inspected.State.Running && !f.Finished.IsZero() {
		if err := findSignals(ctx, c, id, &f); err != nil {
			return f, false, fmt.Errorf("reading the engine's events: %w", err)
		}
	}
	if o.Tail > 0 {
		if f.Logs, err = lastRun(ctx, c, inspected, o.Tail); err != nil {
			return f, false, fmt.Errorf("reading the log of container %s: %w", spec.ShortID(id), err)
		}
	}
	return f, false, nil
}

// lastRun reads the last lines that a container printed since its last start; of one that
// has printed nothing since, those before.
func lastRun(ctx context.Context, c api.Reader, of container.InspectResponse, n int) ([]string, error) {
	lines, err := api.LastLines(ctx, c, of, api.Lines{Tail: n, LastRun: true})
	if err != nil || len(lines) > 0 || of.RestartCount == 0 {
		return lines, err
	}
	return api.LastLines(ctx, c, of, api.Lines{Tail: n})
}

const (
	// lookBack is how long before a container's end what ended it may have been
	// asked for, where its grace period is long.
	lookBack = 2 * time.Minute
	// lookAhead is how long after the end a busy engine may say that it was a stop.
	lookAhead = 10 * time.Second
	// lookQuiet is how long that is waited for.
	lookQuiet = time.Second
)

// findSignals looks among the engine's events, of which it keeps the last few
// hundred, for what brought the container's end about.
func findSignals(ctx context.Context, c api.Reader, id string, f *planner.Facts) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	since := f.Finished.Add(-lookBack)
	if f.Started.After(since) {
		since = f.Started
	}
	messages, failed := c.Events(ctx, events.ListOptions{
		Since: stamp(since), Until: stamp(f.Finished.Add(lookAhead)),
		Filters: filters.NewArgs(
			filters.Arg("container", id), filters.Arg("event", "kill"), filters.Arg("event", "stop"), filters.Arg("event", "die"),
		),
	})
	quiet := time.NewTimer(lookQuiet)
	defer quiet.Stop()
	for !f.Stopped { // which is the last of them
		select {
		case <-quiet.C:
			return nil
		case m := <-messages:
			quiet.Reset(lookQuiet)
			switch m.Action {
			case events.ActionKill:
				if n, err := strconv.Atoi(m.Actor.Attributes["signal"]); err == nil {
					f.Signals = append(f.Signals, n)
				}
			case events.ActionStop:
				f.Stopped = true
			}
		case err := <-failed:
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
	return nil
}

// stamp is a time as the events' filters take it.
func stamp(t time.Time) string {
	return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond())
}
