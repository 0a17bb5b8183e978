package observe

import (
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/planner"
)

// Facts is what an inspect says of how a container fares: all but the signals that it got
// and its log. The container has a state.
func Facts(i container.InspectResponse) planner.Facts {
	f := planner.Facts{
		Created: Moment(i.Created),
		Started: Moment(i.State.StartedAt), Finished: Moment(i.State.FinishedAt),
		OutOfMemory: i.State.OOMKilled, Restarts: i.RestartCount,
	}
	if text := i.State.Error; text != "" {
		f.Error, f.Hint, f.TakenPort = api.Cause(text), api.Advice(text), api.TakenPort(text)
	}
	if h := i.HostConfig; h != nil {
		f.MemoryLimit = h.Memory
		if p := h.RestartPolicy; !p.IsNone() {
			f.Policy = string(p.Name)
			if p.MaximumRetryCount > 0 {
				f.Policy += ":" + strconv.Itoa(p.MaximumRetryCount)
			}
		}
	}
	if i.Config != nil {
		f.Probe = probeOf(i.State.Health, i.Config.Healthcheck)
	}
	return f
}

// Moment reads a time of the engine, for which the year 1 is never.
func Moment(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Year() <= 1 {
		return time.Time{}
	}
	return t.UTC()
}

// probeOf is the health check with its last run; nil where none has run.
func probeOf(h *container.Health, check *container.HealthConfig) *planner.Probe {
	if h == nil || len(h.Log) == 0 || check == nil {
		return nil
	}
	last := h.Log[len(h.Log)-1]
	p := &planner.Probe{
		Failures: h.FailingStreak, Retries: check.Retries, Timeout: check.Timeout,
		ExitCode: last.ExitCode, Output: strings.TrimSpace(last.Output), Ended: last.End.UTC(),
	}
	if p.Retries == 0 {
		p.Retries = 3 // the engine's default
	}
	if len(check.Test) > 1 { // after CMD or CMD-SHELL
		p.Test = strings.Join(check.Test[1:], " ")
	}
	if p.ExitCode == -1 && !strings.Contains(p.Output, "exceeded timeout") {
		p.Timeout = 0 // it failed otherwise
	}
	return p
}
