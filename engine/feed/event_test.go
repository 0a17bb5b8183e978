package feed

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types/events"

	"github.com/compose-orchestrator/compose/project"
)

// TestEventOf: an event of the engine is read with its labels.
func TestEventOf(t *testing.T) {
	got := eventOf(events.Message{
		Action: events.ActionDie, TimeNano: 5,
		Actor: events.Actor{ID: "x", Attributes: map[string]string{
			"name": "demo-web-2", "exitCode": "137", project.LabelService: "web", project.LabelNumber: "2", project.LabelReplace: "y",
		}},
	})
	want := Event{Kind: Died, ID: "x", Name: "demo-web-2", Service: "web", Number: 2, Replaces: true, ExitCode: 137, Time: time.Unix(0, 5)}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestKindOf: what has more behind a colon has its kind, and what only looks is told
// from what may have changed something.
func TestKindOf(t *testing.T) {
	for action, want := range map[events.Action]Kind{
		"create": Created, "start": Started, "die": Died, "kill": Signalled, "pause": Paused, "unpause": Unpaused,
		"rename": Renamed, "destroy": Removed, "health_status: healthy": HealthChecked, "exec_die": ExecEnded,
		"exec_create: sh -c true": looked, "exec_start: sh -c true": looked, "top": looked, "resize": looked,
		"oom": Other, "stop": Other, "restart": Other, "update": Other, "what comes later": Other,
	} {
		if got := kindOf(action); got != want {
			t.Errorf("%s: got %d, want %d", action, got, want)
		}
	}
}
