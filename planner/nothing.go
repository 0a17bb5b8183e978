package planner

import "github.com/compose-orchestrator/compose/project"

// Nothing is the state of a project of which nothing is there, but the networks and
// volumes that its file calls external.
func Nothing(p *project.Project) State {
	var s State
	for _, n := range p.Networks {
		if n.External {
			s.Networks = append(s.Networks, Network{Name: n.Name})
		}
	}
	for _, v := range p.Volumes {
		if v.External {
			s.Volumes = append(s.Volumes, Volume{Name: v.Name})
		}
	}
	return s
}
