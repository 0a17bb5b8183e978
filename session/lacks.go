package session

import (
	"fmt"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// checkEngine looks whether the engine has what a plan's new containers and networks
// ask for, before any is created. What they can do without is a warning; refused is all
// else.
func (s *Session) checkEngine(p *plan.Plan) []plan.Finding {
	var found []plan.Finding
	seen := map[string]bool{}
	of := observe.Binding(s.Engine)
	for _, step := range p.Steps {
		switch a := step.Action.(type) {
		case planner.CreateNetwork:
			if _, err := spec.NetworkOptions(s.Project.Networks[a.Key], of); err != nil {
				found = append(found, plan.RefusedBy(fmt.Errorf("network %s: %w", a.Key, err))...)
			}
		case planner.CreateContainer:
			if seen[a.Ref.Service] {
				continue
			}
			seen[a.Ref.Service] = true
			dropped, err := spec.Lacks(s.Project, a.Ref.Service, of)
			for _, f := range plan.RefusedBy(err) {
				found = append(found, ofService(f, a.Ref.Service, ""))
			}
			for _, drop := range dropped {
				text := fmt.Sprintf("service %q: %s is not applied: %s", a.Ref.Service, drop.Attribute, drop.Why)
				found = append(found, ofService(plan.Finding{Level: plan.Warned, Text: text}, a.Ref.Service, drop.Attribute))
			}
		}
	}
	return found
}
