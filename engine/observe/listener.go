package observe

import (
	"github.com/compose-orchestrator/compose/internal/listener"
	"github.com/compose-orchestrator/compose/planner"
)

// Listener says which program has a port of the engine's machine that no container of
// it has: "python3 (pid 4711)" where the engine runs here and this user may see it.
func Listener(e planner.Engine, protocol string, port int) string {
	if !e.Remote {
		if p, ok := listener.Of(protocol, port); ok {
			return p.String()
		}
	}
	return "a program outside the engine"
}
