package observe

import (
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/planner"
)

// ParseStatus reads what the list says of a container: its state, and the text
// beside it, in which health and exit code hide ("Up 3 minutes (healthy)",
// "Exited (137) 2 hours ago"). So no container has to be inspected.
func ParseStatus(state container.ContainerState, text string) (planner.Status, planner.Health, int) {
	status := statusOf(state)
	switch status {
	case planner.Running:
		return status, healthOf(text), 0
	case planner.Exited, planner.Dead, planner.Restarting:
		return status, planner.NoHealth, exitCodeOf(text)
	}
	return status, planner.NoHealth, 0
}

// statusOf translates the words that Podman has beyond Docker's.
func statusOf(state container.ContainerState) planner.Status {
	switch state {
	case "initialized", "configured":
		return planner.Created
	case "stopping":
		return planner.Running
	case "stopped":
		return planner.Exited
	}
	return planner.Status(state)
}

// healthOf finds the health in parentheses at the end; Podman leaves "health: "
// away from "starting".
func healthOf(text string) planner.Health {
	open := strings.LastIndexByte(text, '(')
	if open < 0 || !strings.HasSuffix(text, ")") {
		return planner.NoHealth
	}
	switch inner := strings.TrimPrefix(text[open+1:len(text)-1], "health: "); inner {
	case "starting", "healthy", "unhealthy":
		return planner.Health(inner)
	}
	return planner.NoHealth // "(Paused)", "(none)"
}

// exitCodeOf finds the number in the first parentheses.
func exitCodeOf(text string) int {
	_, rest, _ := strings.Cut(text, "(")
	digits, _, _ := strings.Cut(rest, ")")
	code, _ := strconv.Atoi(digits)
	return code
}
