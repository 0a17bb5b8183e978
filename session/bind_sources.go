package session

import (
	"fmt"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// checkSources looks for the sources of the bind mounts that a plan's new containers
// have, where the engine runs on this machine. One that the engine makes as an empty
// folder is a warning; refused are those that must be there.
func (s *Session) checkSources(p *plan.Plan) []plan.Finding {
	if s.Engine.Remote {
		return nil
	}
	var found []plan.Finding
	seen := map[string]bool{}
	for _, step := range p.Steps {
		c, creates := step.Action.(planner.CreateContainer)
		if !creates || seen[c.Ref.Service] {
			continue
		}
		seen[c.Ref.Service] = true
		made, refused := s.Project.MissingSources(c.Ref.Service)
		for _, f := range plan.RefusedBy(refused) {
			found = append(found, ofService(f, c.Ref.Service, "volumes"))
		}
		for _, source := range made {
			text := fmt.Sprintf("service %q: the source of its bind mount, %s, does not exist: the engine makes it an empty folder", c.Ref.Service, source)
			found = append(found, ofService(plan.Finding{Level: plan.Warned, Text: text}, c.Ref.Service, "volumes"))
		}
	}
	return found
}
