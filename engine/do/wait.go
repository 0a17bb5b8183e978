package do

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/containerd/errdefs"

	"github.com/compose-orchestrator/compose/engine/feed"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// waitContainer waits until a container meets a condition, or cannot meet it any
// more. It subscribes, looks, and looks again when something happened to the
// container or events may have been lost.
func (d *Doer) waitContainer(ctx context.Context, a planner.WaitContainer, id string) (plan.Result, error) {
	if id == "" {
		return plan.Result{}, errors.New("there is no container to wait for")
	}
	events := d.o.Events
	if events == nil {
		events = feed.New(d.c, d.o.Project)
		defer events.Close()
	}
	sub, err := events.Subscribe(ctx)
	if err != nil {
		return plan.Result{}, err
	}
	defer sub.Close()
	restarts := 0
	for {
		sub.Skip() // what waits there is older than what is seen now
		c, err := d.c.ContainerInspect(ctx, id)
		if errdefs.IsNotFound(err) {
			return plan.Result{}, waitFailure(a, failure{state: "removed", does: "was removed"})
		}
		if err != nil {
			return plan.Result{}, fmt.Errorf("inspecting the container: %w", err)
		}
		v := judge(a, c)
		switch {
		case v.failed != nil:
			return v.result, waitFailure(a, d.explainFailure(ctx, a, c, *v.failed))
		case v.settled:
			return v.result, nil
		case c.State.Restarting && c.RestartCount > restarts:
			restarts = c.RestartCount
			d.o.Sink(event.Status{
				Time: time.Now(), Ref: a.Ref, State: event.Working, Text: "Restarting",
				Detail: strings.TrimPrefix(planner.RestartingText(c.State.ExitCode, restarts), "restarting "),
			})
		}
		if err := untilOr(ctx, sub, id, v.steadyIn); errors.Is(err, errSteady) {
			return v.result, nil
		} else if err != nil {
			return plan.Result{}, err
		}
	}
}

// errSteady says that nothing happened for as long as was waited for.
var errSteady = errors.New("nothing happened")

// untilOr is until that returns errSteady when it took longer than limit; 0:
// however long it takes.
func untilOr(ctx context.Context, sub *feed.Subscription, id string, limit time.Duration) error {
	if limit <= 0 {
		return until(ctx, sub, id)
	}
	brief, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := until(brief, sub, id)
	if err != nil && ctx.Err() == nil && brief.Err() != nil {
		return errSteady
	}
	return err
}

// until returns when the state of a container may have changed.
func until(ctx context.Context, sub *feed.Subscription, id string) error {
	for {
		e, err := sub.Next(ctx)
		if err != nil || e.Resync || e.ID == id && e.Kind != feed.ExecEnded {
			return err
		}
	}
}
