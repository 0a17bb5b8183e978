package session

import (
	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/planner"
)

// planBuilds plans, and once more where something is built: only then the Dockerfiles
// are read, which say what is built before what.
func (s *Session) planBuilds(plan func() (*planner.Plan, error)) (*planner.Plan, error) {
	first, err := plan()
	if err != nil || s.Project == nil {
		return first, err
	}
	services := first.Builds()
	if len(services) == 0 {
		return first, nil
	}
	o := s.buildOptions()
	o.Arch = s.Engine.Arch
	p, err := s.Project.WithUses(build.Uses(s.Project, services, o))
	if err != nil {
		return nil, err
	}
	s.Project = p
	return plan()
}
