package planner

import (
	"fmt"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// Scale plans the given numbers of replicas, and leaves the other services'
// numbers as the file has them. It is Up of a project with these numbers, and its errors
// are those of Up and of Project.WithScale.
func Scale(p *project.Project, s State, replicas map[string]int, o UpOptions) (*plan.Plan, error) {
	scaled, err := p.WithScale(replicas)
	if err != nil {
		return nil, fmt.Errorf("scaling: %w", err)
	}
	return Up(scaled, s, o)
}
