package list

import (
	"context"
	"strings"

	"github.com/docker/docker/api/types/events"

	"github.com/compose-orchestrator/compose/engine/api"
)

// healthChecks tells the commands that health checks run from those of users. The engine
// says of both what they run, and of neither who wanted it.
type healthChecks struct {
	c     api.Reader
	tests map[string][]string // by container
	execs map[string]bool     // ids of commands that were begun and not ended
}

func newHealthChecks(c api.Reader) *healthChecks {
	return &healthChecks{c: c, tests: map[string][]string{}, execs: map[string]bool{}}
}

// ran tells whether an event is about a command that a health check ran. A user's command
// that is the same as the check's is taken for it. It costs a call for each container
// that runs commands.
func (h *healthChecks) ran(ctx context.Context, m events.Message) bool {
	action, command, _ := strings.Cut(string(m.Action), ": ")
	exec := m.Actor.Attributes["execID"]
	switch {
	case !strings.HasPrefix(action, "exec_"):
		return false
	case action == string(events.ActionExecCreate):
		if runs(h.test(ctx, m.Actor.ID), command) {
			h.execs[exec] = true
		}
	case action == string(events.ActionExecDie) && h.execs[exec]:
		delete(h.execs, exec)
		return true
	}
	return h.execs[exec]
}

// test is the health check of a container; nil: it has none, or is gone.
func (h *healthChecks) test(ctx context.Context, id string) []string {
	test, known := h.tests[id]
	if !known {
		if i, err := h.c.ContainerInspect(ctx, id); err == nil && i.Config != nil && i.Config.Healthcheck != nil {
			test = i.Config.Healthcheck.Test
		}
		h.tests[id] = test
	}
	return test
}

// runs tells whether a command, as events have it, is that of a health check: the words
// of CMD, or the text of CMD-SHELL behind some shell.
func runs(test []string, command string) bool {
	if len(test) < 2 {
		return false
	}
	command, text := strings.TrimSpace(command), strings.TrimSpace(strings.Join(test[1:], " "))
	if test[0] == "CMD-SHELL" {
		return strings.HasSuffix(command, " "+text)
	}
	return command == text
}
