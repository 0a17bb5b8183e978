package session

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// warnRemoteMounts tells that what a plan's new containers mount of the project's
// folder is looked up on the engine's machine, where that is another one: a
// missing source is silently created there, as an empty folder. Mounts of other
// folders, the engine's socket say, are taken to mean that machine's.
func (s *Session) warnRemoteMounts(p *plan.Plan) {
	if !s.Engine.Remote {
		return
	}
	found := map[string]bool{}
	for _, step := range p.Steps {
		if c, ok := step.Action.(planner.CreateContainer); ok && s.Project.MountsFolder(c.Ref.Service) {
			found[c.Ref.Service] = true
		}
	}
	if len(found) == 0 {
		return
	}
	s.Sink(event.Message{
		Level: event.Warn,
		Text: fmt.Sprintf("bind mounts of %s are looked up where the engine runs (%s), not on this machine",
			strings.Join(slices.Sorted(maps.Keys(found)), ", "), s.Engine.Host),
		Hint: "have them there under the same path, or use named volumes, configs, or develop.watch, which copies",
	})
}
