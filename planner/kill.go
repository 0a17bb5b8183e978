package planner

import (
	"slices"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// KillOptions steer Kill.
type KillOptions struct {
	Services []string // empty: all
	Signal   string   // "": SIGKILL
	// KeepOneOffs leaves the containers of run alone.
	KeepOneOffs bool
	// RemoveOrphans kills and removes the containers of services that the file
	// does not know.
	RemoveOrphans bool
}

// Kill plans a signal to the running containers, those of run among them, all
// at once. The project may be nil. The errors are those of Down.
func Kill(p *project.Project, s State, o KillOptions) (*plan.Plan, error) {
	if err := checkInFile(p, s, o.Services); err != nil {
		return nil, err
	}
	orphan := func(c *Container) bool { return o.RemoveOrphans && p != nil && !p.Known(c.Service) }
	mine, on := regular(p, o.Services), enabled(p)
	f := newExisting(p, s, "Killing", LifecycleOptions{}, func(c *Container) bool {
		wanted := len(o.Services) == 0 || slices.Contains(o.Services, c.Service)
		return wanted && (mine(c) || c.OneOff && !o.KeepOneOffs && on(c.Service)) || orphan(c)
	})
	for _, name := range f.names {
		for _, c := range f.by[name] {
			var killed int
			if c.running() {
				killed = f.add(plan.Step{Action: KillContainer{Ref: c.ref(), ID: c.ID, Signal: o.Signal}, Reason: requested})
			}
			if orphan(c) {
				f.add(plan.Step{
					Action: RemoveContainer{Ref: c.ref(), ID: c.ID, Force: true, Files: c.files()}, Reason: plan.Reason{Code: BecauseOrphan},
				}, killed)
			}
		}
	}
	f.noteUnknown(o.Services)
	return &f.plan, nil
}
