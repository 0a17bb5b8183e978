package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/planner"
)

// Restarting tells whether a container that just ended is started again by the
// engine, or runs already. Its error wraps the engine's: errdefs.IsNotFound knows one
// that is gone.
func Restarting(ctx context.Context, c api.Reader, id string) (bool, error) {
	inspected, err := c.ContainerInspect(ctx, id)
	if err != nil {
		return false, fmt.Errorf("inspecting container %s: %w", id, err)
	}
	if inspected.State == nil {
		return false, errors.New("the engine tells no state")
	}
	return inspected.State.Restarting || inspected.State.Running, nil
}

// Printing says how a container prints.
type Printing struct {
	TTY bool // on a terminal
	// Since is when a user or a tool last started the container, by the engine's
	// clock, or its creation where the engine has restarted it since: then the
	// time of the start is not known any more. Zero: it never ran.
	Since time.Time
	// Ended: it does not run, and is not to be restarted. An engine's list may not have
	// that yet.
	Ended bool
}

// InspectPrinting asks the engine how a container prints. Its error wraps the
// engine's.
func InspectPrinting(ctx context.Context, c api.Reader, id string) (Printing, error) {
	inspected, err := c.ContainerInspect(ctx, id)
	if err != nil {
		return Printing{}, fmt.Errorf("inspecting container %s: %w", id, err)
	}
	p := Printing{TTY: inspected.Config != nil && inspected.Config.Tty}
	if s := api.State(inspected); s != nil {
		p.Ended = s.Status == container.StateExited || s.Status == container.StateDead
	}
	since := inspected.Created
	if inspected.RestartCount == 0 && inspected.State != nil {
		since = inspected.State.StartedAt
	}
	// A time that cannot be read is like none: all is shown then.
	p.Since, _ = time.Parse(time.RFC3339Nano, since)
	return p, nil
}

// KeepsLog tells whether an engine can be asked for the log of a container with
// this logging configuration; nil is the engine's default, which it is said of
// that it can. Docker keeps a copy of what goes to a driver that cannot be read,
// unless it is told not to.
func KeepsLog(e planner.Engine, l *types.LoggingConfig) bool {
	switch {
	case l == nil || l.Driver == "":
		return true
	case e.Name == "podman":
		return slices.Contains([]string{"k8s-file", "json-file", "journald"}, l.Driver)
	case l.Driver == "none":
		return false
	case slices.Contains([]string{"json-file", "local", "journald"}, l.Driver):
		return true
	}
	off, _ := strconv.ParseBool(l.Options["cache-disabled"])
	return !off
}
