package planner

import (
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// Pause plans the freezing of the running containers. Those that are paused
// already are in the plan's Skipped. The project may be nil. The errors are those of
// Down.
func Pause(p *project.Project, s State, services []string) (*plan.Plan, error) {
	if err := checkInFile(p, s, services); err != nil {
		return nil, err
	}
	f := newExisting(p, s, "Pausing", LifecycleOptions{Services: services}, regular(p, services))
	for _, name := range f.names {
		for _, c := range f.by[name] {
			switch c.Status {
			case Running, Restarting:
				f.add(plan.Step{Action: PauseContainer{Ref: c.ref(), ID: c.ID}, Reason: requested})
			case Paused:
				f.plan.Skipped = append(f.plan.Skipped, plan.Skip{Ref: c.ref(), Why: "already paused"})
			}
		}
	}
	f.noteUnknown(services)
	return &f.plan, nil
}

// Unpause plans the going on of the paused containers. Those that run are in
// the plan's Skipped. The project may be nil. The errors are those of Down.
func Unpause(p *project.Project, s State, services []string) (*plan.Plan, error) {
	if err := checkInFile(p, s, services); err != nil {
		return nil, err
	}
	f := newExisting(p, s, "Unpausing", LifecycleOptions{Services: services}, regular(p, services))
	for _, name := range f.names {
		for _, c := range f.by[name] {
			switch c.Status {
			case Paused:
				f.add(plan.Step{Action: UnpauseContainer{Ref: c.ref(), ID: c.ID}, Reason: requested})
			case Running, Restarting:
				f.plan.Skipped = append(f.plan.Skipped, plan.Skip{Ref: c.ref(), Why: "not paused"})
			}
		}
	}
	f.noteUnknown(services)
	return &f.plan, nil
}
