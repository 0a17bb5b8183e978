package planner

import (
	"maps"
	"slices"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// PushOptions steer Push.
type PushOptions struct {
	// IgnoreFailures makes a failed push a warning.
	IgnoreFailures bool
}

// Push plans the pushes of the images that the services build, under all their
// names, each once. What others built, and what has no name of the user's, is
// skipped.
func Push(p *project.Project, o PushOptions) *plan.Plan {
	d := &upDraft{draft: draft{p: p, plan: plan.Plan{Title: "Pushing"}}}
	for _, name := range slices.Sorted(maps.Keys(d.p.Services)) {
		if svc := d.p.Services[name]; svc.Build == nil && svc.Provider == nil {
			d.skip(svc.Image, name, "The service has no build section")
		}
	}
	d.pushes(o)
	return &d.plan
}

// pushes adds the pushes of what the services build, each after the build where
// the plan has it.
func (d *upDraft) pushes(o PushOptions) {
	pushed := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(d.p.Services)) {
		svc := d.p.Services[name]
		switch {
		case svc.Build == nil:
			continue
		case svc.Image == "":
			d.skip(d.p.ImageName(name), name, "The service names no image to push to")
			continue
		}
		for _, reference := range append([]string{svc.Image}, svc.Build.Tags...) {
			if pushed[reference] {
				continue
			}
			pushed[reference] = true
			d.add(plan.Step{
				Action:   PushImage{Ref: event.Ref{Kind: event.Image, Name: reference, Service: name}},
				Reason:   plan.Reason{Code: BecauseRequested},
				Optional: o.IgnoreFailures,
			}, d.stepOf(svc.Image))
		}
	}
}
