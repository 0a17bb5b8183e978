package list

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/go-units"
	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/planner"
)

// lookups bounds the calls of one listing that are under way.
const lookups = 16

// Detail adds to containers what a list does not tell, at the price of one call each:
// how often they were restarted, and how old the last answer of the health check is.
// One that went away meanwhile stays as it is. Its error names a container and wraps
// the engine's.
func Detail(ctx context.Context, c api.Reader, list []Container) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(lookups)
	for i := range list {
		g.Go(func() error {
			inspected, err := c.ContainerInspect(ctx, list[i].ID)
			if errdefs.IsNotFound(err) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("inspecting container %s: %w", list[i].Name, err)
			}
			list[i].detail(inspected)
			return nil
		})
	}
	return g.Wait()
}

func (l *Container) detail(i container.InspectResponse) {
	state := api.State(i)
	if state == nil {
		return
	}
	l.Restarts = &i.RestartCount
	ran := time.Since(observe.Moment(state.StartedAt))
	l.Restarted = i.RestartCount > 0 && state.Restarting || state.Running && planner.KeepsEnding(i.RestartCount, ran)
	if h := state.Health; h != nil && l.Health != "" && len(h.Log) > 0 {
		l.HealthChecked = strings.ToLower(units.HumanDuration(time.Since(h.Log[len(h.Log)-1].End))) + " ago"
		if h.FailingStreak > 1 {
			l.HealthChecked += fmt.Sprintf(", failed %d times", h.FailingStreak)
		}
	}
}

// Young tells whether the container may be one that ends over and over: it is being
// restarted, or has run for seconds. Detail tells.
func (l Container) Young() bool {
	return l.State == string(planner.Restarting) || l.State == string(planner.Running) && strings.Contains(l.Status, "second")
}

// Fares is StatusDetail for people: of a container that ends over and over it says how
// often, where Detail found it: "Restarting (exit 3, 5 times)".
func (l Container) Fares() string {
	switch {
	case !l.Restarted:
		return l.StatusDetail()
	case l.State == string(planner.Restarting):
		return "R" + strings.TrimPrefix(planner.RestartingText(l.ExitCode, *l.Restarts), "r")
	}
	if *l.Restarts == 1 {
		return "Up, restarted once"
	}
	return fmt.Sprintf("Up, restarted %d times", *l.Restarts)
}

// StatusDetail is Status with the age of the health, where Detail found it:
// "Up 2 hours (healthy, 12 seconds ago)".
func (l Container) StatusDetail() string {
	if text, ok := strings.CutSuffix(l.Status, ")"); ok && l.HealthChecked != "" {
		return text + ", " + l.HealthChecked + ")"
	}
	return l.Status
}
