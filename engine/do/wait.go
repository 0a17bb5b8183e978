package do

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
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
	w := &healthWait{a: a, id: id, d: d, prober: d.proberOf(a.Ref, id), sub: sub}
	for {
		if settled, result, err := w.step(ctx); settled || err != nil {
			return result, err
		}
	}
}

// healthWait is a wait for one container.
type healthWait struct {
	a      planner.WaitContainer
	id     string
	d      *Doer
	prober *prober
	sub    *feed.Subscription

	restarts int // those that were told
}

func (w *healthWait) look(ctx context.Context) (container.InspectResponse, error) {
	c, err := w.d.c.ContainerInspect(ctx, w.id)
	if errdefs.IsNotFound(err) {
		return c, waitFailure(w.a, failure{state: "removed", does: "was removed"})
	}
	if err != nil {
		return c, fmt.Errorf("inspecting the container: %w", err)
	}
	return c, nil
}

// step looks, and waits for something to happen, or for the next health check if that is
// to be run here. settled: the wait is over.
func (w *healthWait) step(ctx context.Context) (settled bool, result plan.Result, err error) {
	w.sub.Skip() // what waits there is older than what is seen now
	c, err := w.look(ctx)
	if err != nil {
		return false, plan.Result{}, err
	}
	var due time.Duration
	if w.a.Condition == planner.ConditionHealthy || w.a.Condition == planner.ConditionRunningOrHealthy {
		due = w.prober.dueIn(c, time.Now())
	}
	// A health that nobody looked after for an interval is none to judge by.
	if due != checkNow {
		v := w.prober.given(c, judge(w.a, c))
		switch {
		case v.failed != nil:
			return true, v.result, waitFailure(w.a, w.d.explainFailure(ctx, w.a, c, *v.failed))
		case v.settled:
			return true, v.result, nil
		}
		w.tellRestarts(c)
		err := untilOr(ctx, w.sub, w.id, cmp.Or(v.steadyIn, due))
		if !errors.Is(err, errSteady) {
			return false, plan.Result{}, err
		}
		if v.steadyIn > 0 {
			return true, v.result, nil
		}
	}
	return false, plan.Result{}, w.prober.run(ctx, c, func() (container.InspectResponse, error) { return w.look(ctx) })
}

// tellRestarts shows each time that the engine restarts the container.
func (w *healthWait) tellRestarts(c container.InspectResponse) {
	s := api.State(c)
	if s == nil || !s.Restarting || c.RestartCount <= w.restarts {
		return
	}
	w.restarts = c.RestartCount
	w.d.o.Sink(event.Status{
		Time: time.Now(), Ref: w.a.Ref, State: event.Working, Text: "Restarting",
		Detail: strings.TrimPrefix(planner.RestartingText(s.ExitCode, w.restarts), "restarting "),
	})
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
