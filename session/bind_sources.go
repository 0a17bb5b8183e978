package session

import (
	"fmt"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// checkSources looks for the sources of the bind mounts that a plan's new containers
// have, where the engine runs on this machine. One that the engine makes as an empty
// folder is a warning; the errors are about those that must be there.
func (s *Session) checkSources(p *plan.Plan) []error {
	if s.Engine.Remote {
		return nil
	}
	var found []error
	seen := map[string]bool{}
	for _, step := range p.Steps {
		c, creates := step.Action.(planner.CreateContainer)
		if !creates || seen[c.Ref.Service] {
			continue
		}
		seen[c.Ref.Service] = true
		made, refused := s.Project.MissingSources(c.Ref.Service)
		found = append(found, refused)
		for _, source := range made {
			s.Sink(event.Message{Level: event.Warn, Text: fmt.Sprintf(
				"service %q: the source of its bind mount, %s, does not exist: the engine makes it an empty folder", c.Ref.Service, source)})
		}
	}
	return found
}
