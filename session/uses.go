package session

import (
	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/planner"
)

// planBuilds plans, and once more where something is built: only then the Dockerfiles
// are read, which say what is built before what.
func (s *Session) planBuilds(state planner.State, plan planOf) (*Planned, error) {
	first, err := plan(s.Project, state)
	if err != nil || s.Project == nil {
		return &Planned{Plan: first, State: state, s: s}, err
	}
	services := planner.Builds(first)
	if len(services) == 0 {
		return &Planned{Plan: first, State: state, s: s}, nil
	}
	o := s.buildOptions()
	o.Arch = s.Engine.Arch
	p, err := s.Project.WithUses(build.Uses(s.Project, services, o))
	if err != nil {
		return nil, err
	}
	second, err := plan(p, state)
	return &Planned{Plan: second, State: state, s: s.For(p)}, err
}
