package do

import (
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/planner"
)

// inState is a container in a state, which no policy restarts.
func inState(s *container.State) container.InspectResponse {
	return container.InspectResponse{ContainerJSONBase: &container.ContainerJSONBase{State: s, HostConfig: &container.HostConfig{}}}
}

func TestJudge(t *testing.T) {
	const (
		started   = planner.ConditionStarted
		healthy   = planner.ConditionHealthy
		running   = planner.ConditionRunningOrHealthy
		completed = planner.ConditionCompleted
	)
	unstarted := stateOf(container.StateCreated, "")
	unstarted.StartedAt = neverStarted
	tests := []struct {
		name      string
		condition planner.Condition
		state     *container.State
		want      string // "": keep waiting; "ok …"; else a part of the error
		restart   container.RestartPolicyMode
	}{
		{"started", started, stateOf(container.StateRunning, ""), "ok ", ""},
		{"started and ended", started, ended(1), "ok ", ""},
		{"not started", started, unstarted, "", ""},
		{"starting", healthy, stateOf(container.StateRunning, container.Starting), "", ""},
		{"healthy", healthy, stateOf(container.StateRunning, container.Healthy), "ok Healthy", ""},
		{"unhealthy", healthy, stateOf(container.StateRunning, container.Unhealthy), "container demo-db-1 is unhealthy", ""},
		{"no check", healthy, stateOf(container.StateRunning, ""), "has no healthcheck configured", ""},
		{"check off", healthy, stateOf(container.StateRunning, container.NoHealthcheck), "has no healthcheck configured", ""},
		{"ended before it was healthy", healthy, ended(3), "container demo-db-1 exited (3)", ""},
		{"ended well before it was healthy", healthy, ended(0), "container demo-db-1 exited (0)", ""},
		{"restarting", healthy, stateOf(container.StateRestarting, container.Unhealthy), "", ""},
		{"created", healthy, unstarted, "", ""},
		{"dead", healthy, stateOf(container.StateDead, ""), "exited (0)", ""},
		{"runs", running, stateOf(container.StateRunning, ""), "ok ", ""},
		{"runs, starting", running, stateOf(container.StateRunning, container.Starting), "", ""},
		{"runs, unhealthy", running, stateOf(container.StateRunning, container.Unhealthy), "is unhealthy", ""},
		{"does not run", running, ended(1), "exited (1)", ""},
		{"has done its work", running, ended(0), "ok Exited", ""},
		{"is restarted for a failure alone", running, ended(0), "ok Exited", container.RestartPolicyOnFailure},
		{"was stopped", running, ended(0), "exited (0)", container.RestartPolicyAlways},
		{"was stopped, unless", running, ended(0), "exited (0)", container.RestartPolicyUnlessStopped},
		{"completed", completed, ended(0), "ok Exited", ""},
		{"not completed", completed, stateOf(container.StateRunning, ""), "", ""},
		{"failed", completed, ended(2), "exited (2)", ""},
		{"fails and restarts", completed, stateOf(container.StateRestarting, ""), "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { judges(t, test.condition, test.state, test.restart, test.want) })
	}
}

// judges compares what a wait for the condition comes to with what is wanted, as in
// TestJudge.
func judges(t *testing.T, condition planner.Condition, state *container.State, restart container.RestartPolicyMode, want string) {
	t.Helper()
	ref := event.Ref{Kind: event.Container, Name: "demo-db-1", Service: "db", Number: 1}
	a := planner.WaitContainer{Ref: ref, Condition: condition}
	c := inState(state)
	c.HostConfig.RestartPolicy.Name = restart
	got := judge(a, c)
	switch {
	case !got.settled:
		if want != "" {
			t.Errorf("keeps waiting, want %q", want)
		}
	case got.failed == nil:
		if text, ok := strings.CutPrefix(want, "ok "); !ok || got.result.Text != text {
			t.Errorf("got %q, want %q", got.result.Text, want)
		}
	case want == "" || !strings.Contains(waitFailure(a, *got.failed).Error(), want):
		t.Errorf("got %v, want %q", waitFailure(a, *got.failed), want)
	}
	a.For = []string{"web"}
	if failed := judge(a, c).failed; failed != nil && !strings.HasPrefix(waitFailure(a, *failed).Error(), "dependency failed to start: container demo-db-1 ") {
		t.Errorf("for a dependent: got %v", waitFailure(a, *failed))
	}
}

// stateOf is the state of a container that was started, with its health, "" for no check.
func stateOf(status container.ContainerState, health container.HealthStatus) *container.State {
	s := &container.State{Status: status, StartedAt: "2026-01-01T00:00:00Z"}
	s.Running = status == container.StateRunning || status == container.StatePaused || status == container.StateRestarting
	s.Restarting = status == container.StateRestarting
	if health != "" {
		s.Health = &container.Health{Status: health}
	}
	return s
}

// ended is the state of a container that ended with the code.
func ended(code int) *container.State {
	s := stateOf(container.StateExited, "")
	s.ExitCode = code
	return s
}

// A container without a health check came up when it has run for a while.
func TestJudgeSteady(t *testing.T) {
	a := planner.WaitContainer{Condition: planner.ConditionRunningOrHealthy}
	for _, c := range []struct {
		age     time.Duration
		settled bool
	}{{0, false}, {time.Hour, true}, {-time.Hour, false}} { // the last: by another clock
		s := &container.State{Status: container.StateRunning, Running: true, StartedAt: time.Now().Add(-c.age).Format(time.RFC3339Nano)}
		got := judge(a, inState(s))
		if got.settled != c.settled || got.steadyIn > steady || !c.settled && got.steadyIn <= 0 {
			t.Errorf("started %v ago: settled %v, or in %v; want %v", c.age, got.settled, got.steadyIn, c.settled)
		}
	}
}

// One with a restart policy came up when it has run for longer than the engine's first
// restarts take.
func TestJudgeSteadyRestarted(t *testing.T) {
	a := planner.WaitContainer{Condition: planner.ConditionRunningOrHealthy}
	for age, want := range map[time.Duration]time.Duration{0: steadyRestarted, steadyRestarted - time.Second/2: steadyRestarted, time.Minute: 0} {
		s := &container.State{Status: container.StateRunning, Running: true, StartedAt: time.Now().Add(-age).Format(time.RFC3339Nano)}
		c := inState(s)
		c.HostConfig.RestartPolicy.Name = container.RestartPolicyOnFailure
		if got := judge(a, c); got.steadyIn != want || got.settled != (want == 0) {
			t.Errorf("started %v ago: settled %v, or in %v; want in %v", age, got.settled, got.steadyIn, want)
		}
	}
}

// One that ends over and over is given up after some restarts, later where it has a
// health check.
func TestJudgeRestarts(t *testing.T) {
	a := planner.WaitContainer{Ref: event.Ref{Kind: event.Container, Name: "demo-db-1"}, Condition: planner.ConditionRunningOrHealthy}
	for _, test := range []struct {
		health   container.HealthStatus
		restarts int
		want     string
	}{
		{"", 4, ""},
		{"", 5, "container demo-db-1 is restarting (exit 3, 5 times)"},
		{container.Starting, 9, ""},
		{container.Starting, 10, "container demo-db-1 is restarting (exit 3, 10 times)"},
	} {
		c := inState(stateOf(container.StateRestarting, test.health))
		c.State.ExitCode, c.RestartCount = 3, test.restarts
		got := ""
		if v := judge(a, c); v.failed != nil {
			got = waitFailure(a, *v.failed).Error()
		}
		if got != test.want {
			t.Errorf("%+v: got %q", test, got)
		}
	}
}
