package engine

import (
	"slices"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/planner"
)

// KeepsLog tells whether an engine can be asked for the log of a container with
// this logging configuration; nil is the engine's default, which it is said of
// that it can. Docker keeps a copy of what goes to a driver that cannot be read,
// unless it is told not to.
func KeepsLog(e planner.Engine, l *types.LoggingConfig) bool {
	switch {
	case l == nil || l.Driver == "":
		return true
	case e.Name == "podman":
		return slices.Contains([]string{"k8s-file", "json-file", "journald"}, l.Driver)
	case l.Driver == "none":
		return false
	case slices.Contains([]string{"json-file", "local", "journald"}, l.Driver):
		return true
	}
	off, _ := strconv.ParseBool(l.Options["cache-disabled"])
	return !off
}
