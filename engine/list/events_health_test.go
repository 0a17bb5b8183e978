package list

import (
	"context"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/compose-orchestrator/compose/engine/api"
)

// checked is an engine that has one container, with a health check.
type checked struct {
	api.Reader
	asked int
}

func (c *checked) ContainerInspect(context.Context, string) (container.InspectResponse, error) {
	c.asked++
	return container.InspectResponse{Config: &container.Config{
		Healthcheck: &container.HealthConfig{Test: []string{"CMD-SHELL", "test -e /ready"}},
	}}, nil
}

// TestHealthChecks: the events of a check are told from those of a user's command by its
// text, then by its id; the container is looked at once.
func TestHealthChecks(t *testing.T) {
	engine := &checked{}
	h := newHealthChecks(engine)
	for _, tt := range []struct {
		action, exec string
		want         bool
	}{
		{"start", "", false},
		{"exec_die", "before", false}, // whose beginning nobody saw
		{"exec_create: /bin/sh -c test -e /ready", "check", true},
		{"exec_start: /bin/sh -c test -e /ready", "check", true},
		{"exec_create: sh", "user", false},
		{"exec_start: sh", "user", false},
		{"exec_die", "check", true},
		{"exec_die", "user", false},
		{"health_status: healthy", "", false},
	} {
		m := events.Message{Action: events.Action(tt.action), Actor: events.Actor{ID: "1", Attributes: map[string]string{"execID": tt.exec}}}
		if got := h.ran(t.Context(), m); got != tt.want {
			t.Errorf("%s of %q: %v", tt.action, tt.exec, got)
		}
	}
	if engine.asked != 1 {
		t.Errorf("the engine was asked %d times", engine.asked)
	}
}

func TestRuns(t *testing.T) {
	for _, tt := range []struct {
		test    []string
		command string
		want    bool
	}{
		{[]string{"CMD-SHELL", "test -e /ready"}, "/bin/sh -c test -e /ready", true},
		{[]string{"CMD-SHELL", "test -e /ready"}, "test -e /ready", false},
		{[]string{"CMD", "pg_isready", "-U", "app"}, "pg_isready -U app", true},
		{[]string{"CMD", "true"}, "true ", true}, // what has no arguments is followed by a space
		{[]string{"CMD", "true"}, "sh -c true", false},
		{[]string{"NONE"}, "", false},
		{nil, "sh", false},
	} {
		if got := runs(tt.test, tt.command); got != tt.want {
			t.Errorf("%q, %q: %v", tt.test, tt.command, got)
		}
	}
}
