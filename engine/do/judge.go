package do

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// verdict is what a container's state means for a wait.
type verdict struct {
	settled bool // no need to wait any longer
	result  plan.Result
	failed  *failure // with settled: what is waited for will not come
	// steadyIn is after how long the result is settled if nothing happens; 0:
	// not by itself.
	steadyIn time.Duration
}

// failure is why a wait fails.
type failure struct {
	state string // what the container is: "exited (1)"
	does  string // the same behind its name: "is unhealthy"; "": state
	cause string // why; "": that is not known
	brief string // the same for a row, or what the container said itself
	help  string
	logs  []string // its last lines
}

const (
	// steady is how long a container without a health check must be seen to run to be
	// taken for one that came up, where it started less than fresh ago: most that
	// cannot do their work end sooner. Docker Compose looks for the first time after
	// as long.
	steady = 500 * time.Millisecond
	fresh  = 4 * steady
	// steadyRestarted is steady, and fresh, for one that its restart policy starts again:
	// otherwise a program that ends after a second would be seen to run each time.
	steadyRestarted = 3 * time.Second
)

// unsteady is for how long a run still may turn out to be a short one. A clock
// other than the engine's does not make that longer.
func unsteady(c container.InspectResponse, now time.Time) time.Duration {
	wait, fresh := steady, fresh
	if c.HostConfig != nil && !c.HostConfig.RestartPolicy.IsNone() {
		wait, fresh = steadyRestarted, steadyRestarted
	}
	started, err := time.Parse(time.RFC3339Nano, c.State.StartedAt)
	if err != nil || now.Sub(started) >= fresh {
		return 0
	}
	return wait
}

// After so many restarts in a row a container is not waited for any more. The engine
// waits twice as long before each: the fifth comes 3 seconds after the first end, where the
// program ends at once, the tenth after 100. One with a health check says itself when it
// does its work, and may need something that takes its time to come up.
const (
	restartsUnchecked = 5
	restartsChecked   = 10
)

// judge compares a container with what is waited for. One that the engine restarts
// may yet become healthy, unless it has too often; one that ended will not. One that is to
// run, ended well and is not restarted for that has done its work.
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
			failed:  &failure{state: fmt.Sprintf("exited (%d)", s.ExitCode)},
		}
	case a.Condition == planner.ConditionHealthy || a.Condition == planner.ConditionRunningOrHealthy:
		return judgeHealth(a, c)
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
func judgeHealth(a planner.WaitContainer, c container.InspectResponse) verdict {
	s := c.State
	status, most := container.NoHealthcheck, restartsUnchecked
	if s.Health != nil && s.Health.Status != "" && s.Health.Status != container.NoHealthcheck {
		status, most = s.Health.Status, restartsChecked
	}
	if s.Restarting && c.RestartCount >= most {
		state := planner.RestartingText(s.ExitCode, c.RestartCount)
		return verdict{settled: true, failed: &failure{state: state, does: "is " + state}}
	}
	if !s.Running || s.Restarting {
		return verdict{}
	}
	switch status {
	case container.Healthy:
		return verdict{settled: true, result: plan.Result{Text: "Healthy"}}
	case container.Unhealthy:
		return verdict{settled: true, failed: &failure{state: "unhealthy", does: "is unhealthy"}}
	case container.NoHealthcheck:
		if a.Condition == planner.ConditionRunningOrHealthy {
			wait := unsteady(c, time.Now())
			return verdict{settled: wait <= 0, steadyIn: wait}
		}
		return verdict{settled: true, failed: &failure{
			state: "without a health check", does: "has no healthcheck configured",
			help: "give service " + a.Ref.Service + " a healthcheck, or depend on it with service_started",
		}}
	}
	return verdict{}
}

// logTail is how many of its last lines the error about a container quotes.
const logTail = 5

// explainFailure adds why the container is what it is, and its last lines. What the engine
// does not say is left out.
func (d *Doer) explainFailure(ctx context.Context, a planner.WaitContainer, c container.InspectResponse, f failure) failure {
	if f.help != "" || f.cause != "" {
		return f
	}
	facts := observe.Facts(c)
	facts.Logs, _ = api.LastLines(ctx, d.c, c, api.Lines{Tail: logTail, LastRun: true})
	code := c.State.ExitCode
	switch {
	case facts.Error != "":
		f.cause, f.help = facts.Error, facts.Hint
	case c.State.Running && !c.State.Restarting:
		f.cause, f.brief, f.help = checkFailure(facts.Probe)
	default:
		f.cause, f.help = facts.EndedBy(code), facts.ExitHint(code, a.Ref.Service)
	}
	f.brief = cmp.Or(f.brief, f.cause)
	if n := len(facts.Logs); n > 0 {
		f.brief = cmp.Or(f.brief, facts.Logs[n-1])
		f.logs = facts.Logs
	}
	return f
}

// checkFailure says why a container is unhealthy, what its check said, and what helps: nil
// is one whose check has no result.
func checkFailure(p *planner.Probe) (cause, said, help string) {
	if p == nil {
		return "", "", ""
	}
	cause = p.Text()
	if said, _, _ = strings.Cut(p.Output, "\n"); said != "" {
		cause += ": " + said
	}
	return cause, said, p.Hint()
}

// waitFailure words what people and scripts look for.
func waitFailure(a planner.WaitContainer, f failure) error {
	text := "container " + a.Ref.Name + " " + cmp.Or(f.does, f.state)
	if len(a.For) > 0 {
		text = "dependency failed to start: " + text
	}
	if f.cause != "" {
		text += ": " + f.cause
	}
	return &hint.Error{Text: text, Help: f.help, Logs: f.logs, Brief: hint.Brief{State: f.state, Cause: f.brief}}
}
