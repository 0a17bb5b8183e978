package observe

import (
	"reflect"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/planner"
)

func TestProbeOf(t *testing.T) {
	ended := time.Unix(1000, 0)
	check := &container.HealthConfig{Test: []string{"CMD", "curl", "-f", "x"}, Timeout: time.Second}
	run := func(code int, output string) *container.Health {
		return &container.Health{FailingStreak: 2, Log: []*container.HealthcheckResult{
			{ExitCode: 0}, {ExitCode: code, Output: output, End: ended},
		}}
	}
	late := probeOf(run(-1, "Health check exceeded timeout (1s): wait\n"), check)
	want := &planner.Probe{
		Test: "curl -f x", Failures: 2, Retries: 3, Timeout: time.Second, ExitCode: -1,
		Output: "Health check exceeded timeout (1s): wait", Ended: ended.UTC(),
	}
	if !reflect.DeepEqual(late, want) {
		t.Errorf("got %+v, want %+v", late, want)
	}
	if p := probeOf(run(-1, "exec failed: no such file"), check); p.Timeout != 0 {
		t.Errorf("what could not be run did not take too long: %+v", p)
	}
	if p := probeOf(&container.Health{}, check); p != nil {
		t.Errorf("none has run: got %+v", p)
	}
}
