package planner

import (
	"slices"

	"github.com/compose-orchestrator/compose/plan"
)

// Pulled are the references that a plan pulls or, with BuildImage.PullFirst, tries to, in
// its order.
func Pulled(p *plan.Plan) (references []string) {
	for _, s := range p.Steps {
		switch a := s.Action.(type) {
		case PullImage:
			references = append(references, a.Ref.Name)
		case BuildImage:
			if a.PullFirst {
				references = append(references, a.Ref.Name)
			}
		}
	}
	return references
}

// Pin returns a plan whose pulls are fixed: by digest ("sha256:...") of the references
// that Pulled names. Those that digests lacks stay as they are.
func Pin(p *plan.Plan, digests map[string]string) *plan.Plan {
	pinned := *p
	pinned.Steps = slices.Clone(p.Steps)
	for i, s := range pinned.Steps {
		switch a := s.Action.(type) {
		case PullImage:
			a.Digest = digests[a.Ref.Name]
			pinned.Steps[i].Action = a
		case BuildImage:
			if a.PullFirst {
				a.Digest = digests[a.Ref.Name]
				pinned.Steps[i].Action = a
			}
		}
	}
	return &pinned
}
