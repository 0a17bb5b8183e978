package planner

import (
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// RmOptions steer Rm.
type RmOptions struct {
	Services []string // empty: all
	// Stop stops those that run, and removes them too.
	Stop bool
	// Force lets the engine remove what it would refuse to.
	Force   bool
	Volumes bool // anonymous ones go too
}

// Rm plans the removal of stopped containers. The project may be nil. The errors are
// those of Down.
func Rm(p *project.Project, s State, o RmOptions) (*plan.Plan, error) {
	if err := checkInFile(p, s, o.Services); err != nil {
		return nil, err
	}
	f := newExisting(p, s, "Removing", LifecycleOptions{Services: o.Services}, regular(p, o.Services))
	stops := map[string]int{}
	if o.Stop {
		stops = f.stopAll(func(c *Container) bool { return c.running() })
	}
	for _, name := range f.names {
		for _, c := range f.by[name] {
			if c.running() && !o.Stop {
				continue
			}
			f.add(plan.Step{
				Action: RemoveContainer{Ref: c.ref(), ID: c.ID, Force: o.Force, Volumes: o.Volumes, Files: c.files()}, Reason: requested,
			}, stops[c.ID])
		}
	}
	f.noteUnknown(o.Services)
	return &f.plan, nil
}
