package session

import (
	"fmt"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// checkEngine looks whether the engine has what a plan's new containers and networks
// ask for, before any is created. What they can do without is a warning; the errors
// are about all else.
func (s *Session) checkEngine(p *plan.Plan) []error {
	var found []error
	seen := map[string]bool{}
	of := observe.Binding(s.Engine)
	for _, step := range p.Steps {
		switch a := step.Action.(type) {
		case planner.CreateNetwork:
			if _, err := spec.NetworkOptions(s.Project.Networks[a.Key], of); err != nil {
				found = append(found, fmt.Errorf("network %s: %w", a.Key, err))
			}
		case planner.CreateContainer:
			if seen[a.Ref.Service] {
				continue
			}
			seen[a.Ref.Service] = true
			dropped, err := spec.Lacks(s.Project, a.Ref.Service, of)
			found = append(found, err)
			for _, drop := range dropped {
				s.Sink(event.Message{Level: event.Warn, Text: fmt.Sprintf(
					"service %q: %s is not applied: %s", a.Ref.Service, drop.Attribute, drop.Why)})
			}
		}
	}
	return found
}
