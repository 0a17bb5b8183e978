package planner

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// Recreate says when a container that exists is made anew.
type Recreate string

// The ways to recreate.
const (
	RecreateDiverged Recreate = ""      // where file and container differ
	RecreateForce    Recreate = "force" // always
	RecreateNever    Recreate = "never" // not even then
)

// BuildMode says when images with a build section are built.
type BuildMode string

// The ways to build.
const (
	BuildMissing BuildMode = ""       // where the image is not there
	BuildAlways  BuildMode = "always" // --build
	BuildNever   BuildMode = "never"  // --no-build
)

// UpOptions steer Up. The zero value is a plain `up`. Their JSON is a part of a saved plan.
type UpOptions struct {
	Recreate     Recreate  `json:"recreate,omitempty"`      // for the services named on the command line, or all
	RecreateDeps Recreate  `json:"recreate_deps,omitempty"` // for their dependencies
	Build        BuildMode `json:"build,omitempty"`
	// Pull overrides the services' pull policy: "always", "missing", "never",
	// "build"; "" leaves it to the file.
	Pull string `json:"pull,omitempty"`
	// NoStart creates and starts nothing.
	NoStart bool `json:"no_start,omitempty"`
	// Wait ends the plan with waits until everything runs and is healthy.
	Wait          bool `json:"wait,omitempty"`
	RemoveOrphans bool `json:"remove_orphans,omitempty"`
	IgnoreOrphans bool `json:"ignore_orphans,omitempty"`
	// FreshVolumes: replaced containers do not hand their anonymous volumes on.
	FreshVolumes bool `json:"fresh_volumes,omitempty"`
	// Timeout for stops; nil: each container's own.
	Timeout *time.Duration `json:"timeout,omitempty"`
	// PruneImages removes the images whose names go to others, where nothing else
	// names or uses them. Else they are reported.
	PruneImages bool `json:"prune_images,omitempty"`
	// Restarted are services that are in the project to be restarted alone, with one
	// that they depend on with restart: true. They are not built or pulled, nor
	// brought to their scale, and made anew only where they share a namespace or
	// volumes with what is.
	Restarted []string `json:"restarted,omitempty"`
	// Repair puts right what was changed by hand, with the least that does it.
	Repair bool `json:"repair,omitempty"`
	// Discard holds the volumes (by name at the engine) that the user agreed to
	// lose the data of, because their definition changed.
	Discard []string `json:"discard,omitempty"`
}

// Up plans what makes the engine's state the project's. A *hint.Error is about something
// external that is missing, an image that may be neither pulled nor built, or a service
// whose namespace or volumes another one shares and that has no container. Other errors
// are those of Project.Hash, NetworkHash and VolumeHash.
func Up(p *project.Project, s State, o UpOptions) (*plan.Plan, error) {
	d := newUpDraft(p, s, o)
	if err := d.check(); err != nil {
		return nil, err
	}
	if err := d.decideAll(); err != nil {
		return nil, err
	}
	if err := d.checkImages(); err != nil {
		return nil, err
	}
	d.restarts()
	d.removals()
	d.planNetworks()
	d.planVolumes()
	d.creates()
	d.replacements()
	d.forgetVolumes()
	if o.NoStart {
		d.startAgain()
	} else {
		d.starts()
	}
	d.startOutsiders()
	d.forgetStops()
	d.finalWaits()
	d.pruneUntagged()
	d.noteLostSharing()
	d.keeps()
	d.keepVolumes()
	d.cutPorts()
	return &d.plan, nil
}

// decideAll decides about images, networks, volumes and the containers of all services.
func (d *upDraft) decideAll() error {
	d.planImages()
	if err := d.findReplacedResources(); err != nil {
		return err
	}
	for _, name := range d.order {
		if err := d.decide(name); err != nil {
			return err
		}
	}
	return nil
}

func newUpDraft(p *project.Project, s State, o UpOptions) *upDraft {
	d := &upDraft{
		draft:      draft{p: p, s: s, timeout: o.Timeout, plan: plan.Plan{Title: "Running"}},
		o:          o,
		order:      dependencyOrder(p.Services),
		units:      map[string]*unit{},
		containers: make(map[string]*Container, len(s.Containers)),
		asFile:     map[string]bool{},
		dependents: dependents(p.Services),
	}
	for i := range d.s.Containers {
		d.containers[d.s.Containers[i].ID] = &d.s.Containers[i]
	}
	d.conflicts = newConflicts(d)
	return d
}

// check refuses what cannot be planned: external resources that are not there.
func (d *upDraft) check() error {
	if err := d.checkScale(); err != nil {
		return err
	}
	for _, key := range d.p.NetworkNames() {
		n := d.p.Networks[key]
		if bool(n.External) && d.findNetwork(n.Name) == nil && d.networkUsed(key) {
			return hint.New(fmt.Sprintf("network %s declared as external, but could not be found", n.Name),
				"create it: docker network create "+n.Name)
		}
	}
	for _, key := range d.p.VolumeNames() {
		v := d.p.Volumes[key]
		if bool(v.External) && d.findVolume(v.Name) == nil && d.volumeUsed(key) {
			return hint.New(fmt.Sprintf("external volume %q not found", v.Name),
				"create it: docker volume create "+v.Name)
		}
	}
	return nil
}

// noteLostSharing notes the containers that share a namespace or volumes with a service
// which is made anew, and whose own service is not of this plan.
func (d *upDraft) noteLostSharing() {
	rest := &project.Project{Project: &types.Project{Services: d.p.DisabledServices}}
	for _, name := range slices.Sorted(maps.Keys(rest.Services)) {
		for _, parent := range rest.Parents(name) {
			r := d.units[parent].first()
			if r == nil || r.decision == keep || len(r.when) > 0 {
				continue
			}
			for _, c := range d.s.Containers {
				if c.Service == name && !c.OneOff && c.running() {
					d.note(fmt.Sprintf("%s shares a namespace or volumes with service %s, which gets a new container", c.Name, parent),
						"make it anew too: compose up "+name)
				}
			}
		}
	}
}

// keeps lists the containers that run and stay.
func (d *upDraft) keeps() {
	touched := map[event.Ref]bool{}
	for _, s := range d.plan.Steps {
		if len(s.When) == 0 {
			touched[s.Action.Resource()] = true
		}
	}
	for _, name := range d.order {
		for _, r := range d.units[name].replicas {
			if r.old != nil && r.decision == keep && !touched[r.ref] {
				d.plan.Kept = append(d.plan.Kept, r.ref)
			}
		}
	}
}

// policy is the recreate option that holds for a service.
func (d *upDraft) policy(service string) Recreate {
	if len(d.p.Targets) == 0 || slices.Contains(d.p.Targets, service) {
		return d.o.Recreate
	}
	return d.o.RecreateDeps
}
