package planner

import (
	"maps"
	"slices"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// PullOptions steer Pull.
type PullOptions struct {
	// Policy is "always" (also "") or "missing".
	Policy string
	// IgnoreBuildable leaves out services that can be built.
	IgnoreBuildable bool
	// IgnoreFailures makes a failed pull a warning.
	IgnoreFailures bool
	// Prune is UpOptions.PruneImages.
	Prune bool
}

// Pull plans the pulls of the services' images, equal ones once. What is not pulled is
// in the plan's Skipped. The error is always nil.
func Pull(p *project.Project, s State, o PullOptions) (*plan.Plan, error) {
	d := &upDraft{
		draft: draft{p: p, s: s, plan: plan.Plan{Title: "Pulling"}},
		o:     UpOptions{Pull: "always", PruneImages: o.Prune}, images: map[string]imageStep{},
	}
	if o.Policy != "" {
		d.o.Pull = o.Policy
	}
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		svc := p.Services[name]
		image := p.ImageName(name)
		switch {
		case svc.Provider != nil:
		case svc.Image == "":
			d.skip(image, name, "No image to be pulled")
		case svc.Build != nil && o.IgnoreBuildable:
			d.skip(image, name, "Image can be built")
		case svc.PullPolicy == "never" && o.Policy == "":
			d.skip(image, name, "Pull policy is never")
		case !d.mustPull(svc, image):
			d.skip(image, name, "Image is already present locally")
		default:
			d.pull(pulling{reference: image, platform: svc.Platform, optional: o.IgnoreFailures})
		}
		for _, source := range d.otherImages(svc) {
			if d.builder(source) == "" && d.mustPull(svc, source) {
				d.pull(pulling{reference: source, platform: svc.Platform, optional: o.IgnoreFailures})
			}
		}
	}
	d.pruneUntagged()
	return &d.plan, nil
}

// skip tells that an image is left out and why.
func (d *draft) skip(image, service, why string) {
	d.plan.Skipped = append(d.plan.Skipped, plan.Skip{
		Ref: event.Ref{Kind: event.Image, Name: image, Service: service}, Why: why,
	})
}

// BuildOptions steer Build.
type BuildOptions struct {
	Services []string // empty: all with a build section
	Prune    bool     // UpOptions.PruneImages
	Push     bool     // what is built goes to its registry
}

// Build plans the builds of the services, and of the images that these are
// built from. An unknown service is an error that wraps project.ErrNoSuchService.
func Build(p *project.Project, s State, o BuildOptions) (*plan.Plan, error) {
	d := &upDraft{
		draft: draft{p: p, s: s, plan: plan.Plan{Title: "Building"}},
		o:     UpOptions{PruneImages: o.Prune}, images: map[string]imageStep{},
	}
	names := o.Services
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(p.Services))
	}
	for _, name := range names {
		svc, ok := p.Services[name]
		if !ok {
			return nil, project.NoSuchService(name, p.ServiceNames())
		}
		if svc.Build != nil {
			d.build(building{service: name, why: BecauseRequested})
		}
	}
	if o.Push {
		d.pushes(PushOptions{})
	}
	d.pruneUntagged()
	return &d.plan, nil
}
