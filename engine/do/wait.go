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
	"github.com/compose-orchestrator/compose/hint"
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
}

func (w *healthWait) look(ctx context.Context) (container.InspectResponse, error) {
	c, err := w.d.c.ContainerInspect(ctx, w.id)
	if errdefs.IsNotFound(err) {
		return c, waitFailure(w.a, "was removed", "")
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
		v := w.prober.given(w.a, c, judge(w.a, c))
		// One that the engine restarts over and over would be waited for for ever.
		if v.settled || v.steadyIn > 0 && c.RestartCount > 0 {
			return true, v.result, v.err
		}
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

// verdict is what a container's state means for a wait.
type verdict struct {
	settled bool // no need to wait any longer
	result  plan.Result
	err     error // with settled: it will not come
	// steadyIn is after how long the result is settled if nothing happens; 0:
	// not by itself.
	steadyIn time.Duration
}

// steady is how long a container without a health check must be seen to run to be
// taken for one that came up, where it started less than fresh ago: most that
// cannot do their work end sooner. Docker Compose looks for the first time after
// as long.
const (
	steady = 500 * time.Millisecond
	fresh  = 4 * steady
)

// unsteady is for how long a run still may turn out to be a short one. A clock
// other than the engine's does not make that longer.
func unsteady(s *container.State, now time.Time) time.Duration {
	started, err := time.Parse(time.RFC3339Nano, s.StartedAt)
	if err != nil || now.Sub(started) >= fresh {
		return 0
	}
	return steady
}

// judge compares a container with what is waited for. One that the engine restarts
// may yet become healthy; one that ended will not. One that is to run, ended well
// and is not restarted for that has done its work.
func judge(a planner.WaitContainer, c container.InspectResponse) verdict {
	s := api.State(c)
	if s == nil {
		return verdict{}
	}
	ended := s.Status == container.StateExited || s.Status == container.StateDead || s.Status == container.StateRemoving
	done := a.Condition == planner.ConditionCompleted || a.Condition == planner.ConditionRunningOrHealthy && !goesOn(c)
	switch {
	case done && s.Status == container.StateExited && s.ExitCode == 0:
		return verdict{settled: true, result: plan.Result{Text: "Exited"}}
	case a.Condition == planner.ConditionStarted && (s.Running || ended && s.StartedAt != neverStarted):
		return verdict{settled: true}
	case ended:
		return verdict{
			settled: true,
			result:  plan.Result{ExitCode: s.ExitCode},
			err:     waitFailure(a, fmt.Sprintf("exited (%d)", s.ExitCode), endAdvice(a, s)),
		}
	case a.Condition == planner.ConditionHealthy || a.Condition == planner.ConditionRunningOrHealthy:
		return judgeHealth(a, s)
	}
	return verdict{}
}

// goesOn tells whether a container's restart policy has it started again though it
// ended well.
func goesOn(c container.InspectResponse) bool {
	if c.ContainerJSONBase == nil || c.HostConfig == nil {
		return false
	}
	return c.HostConfig.RestartPolicy.IsAlways() || c.HostConfig.RestartPolicy.IsUnlessStopped()
}

// neverStarted is the start time of a container that was never started.
const neverStarted = "0001-01-01T00:00:00Z"

// judgeHealth is judge for one that has not ended.
func judgeHealth(a planner.WaitContainer, s *container.State) verdict {
	if !s.Running || s.Restarting {
		return verdict{}
	}
	status := container.NoHealthcheck
	if s.Health != nil && s.Health.Status != "" {
		status = s.Health.Status
	}
	switch status {
	case container.Healthy:
		return verdict{settled: true, result: plan.Result{Text: "Healthy"}}
	case container.Unhealthy:
		return verdict{settled: true, err: waitFailure(a, "is unhealthy", healthAdvice(a, s.Health))}
	case container.NoHealthcheck:
		if a.Condition == planner.ConditionRunningOrHealthy {
			wait := unsteady(s, time.Now())
			return verdict{settled: wait <= 0, steadyIn: wait, result: plan.Result{Text: "Healthy"}}
		}
		return verdict{settled: true, err: waitFailure(a, "has no healthcheck configured",
			"give service "+a.Ref.Service+" a healthcheck, or depend on it with service_started")}
	}
	return verdict{}
}

// waitFailure words what people and scripts look for.
func waitFailure(a planner.WaitContainer, what, help string) error {
	text := "container " + a.Ref.Name + " " + what
	if len(a.For) > 0 {
		text = "dependency failed to start: " + text
	}
	return hint.New(text, help)
}

func endAdvice(a planner.WaitContainer, s *container.State) string {
	switch {
	case s.Error != "":
		return s.Error
	case s.OOMKilled:
		return "it ran out of memory: raise mem_limit or deploy.resources.limits.memory"
	}
	return "see what it said: compose logs " + a.Ref.Service
}

// healthAdvice quotes the first line of the last check that failed.
func healthAdvice(a planner.WaitContainer, h *container.Health) string {
	for i := len(h.Log) - 1; i >= 0; i-- {
		r := h.Log[i]
		if r == nil || r.ExitCode == 0 {
			continue
		}
		line, _, _ := strings.Cut(strings.TrimSpace(r.Output), "\n")
		if line == "" {
			return fmt.Sprintf("its check ended with status %d; see compose logs %s", r.ExitCode, a.Ref.Service)
		}
		return fmt.Sprintf("its check said (status %d): %s", r.ExitCode, line)
	}
	return "see what it said: compose logs " + a.Ref.Service
}
