package planner

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// imageStep is a pull or build of the plan.
type imageStep struct {
	ref  event.Ref
	step int
}

// planImages adds the pulls and builds that the services' images need: each
// reference once, builds of images that other builds use first.
func (d *upDraft) planImages() {
	d.images = map[string]imageStep{}
	for _, name := range slices.Sorted(maps.Keys(d.p.Services)) {
		svc := d.p.Services[name]
		if svc.Provider != nil || d.isOnlyRestarted(name) {
			continue
		}
		d.planImage(svc)
		for _, source := range d.otherImages(svc) {
			if d.builder(source) == "" && d.mustPull(svc, source) {
				d.pull(pulling{reference: source, platform: svc.Platform})
			}
		}
	}
}

// checkImages refuses to create containers of images that are not there and
// that may be neither pulled nor built, before anything is changed.
func (d *upDraft) checkImages() error {
	for _, name := range d.order {
		svc, image := d.p.Services[name], d.p.ImageName(name)
		_, have := d.s.Images[image]
		_, comes := d.imageStep(image)
		if have || comes || !slices.ContainsFunc(d.units[name].replicas, func(r *replica) bool { return r.decision != keep }) {
			continue
		}
		if svc.Build != nil {
			return hint.New(fmt.Sprintf("service %q: image %s is not there, and --no-build forbids to build it", name, image),
				"build it: compose build "+name)
		}
		return hint.New(fmt.Sprintf("service %q: image %s is not there, and its pull policy forbids to pull it", name, image),
			"pull it: docker pull "+image)
	}
	return nil
}

// imageStep is the pull or build that brings an image, whatever its spelling.
func (d *upDraft) imageStep(image string) (step imageStep, ok bool) {
	if len(d.images) == 0 {
		return imageStep{}, false
	}
	step, ok = d.images[project.CanonicalImage(image)]
	return step, ok
}

// stepOf is its number; 0: there is none.
func (d *upDraft) stepOf(image string) int {
	step, _ := d.imageStep(image)
	return step.step
}

// planImage adds what the service's own image needs, if anything.
func (d *upDraft) planImage(svc types.ServiceConfig) {
	name := d.p.ImageName(svc.Name)
	if builder := d.builder(name); builder != "" && builder != svc.Name {
		return // planned with that service
	}
	if svc.Build == nil {
		if d.mustPull(svc, name) {
			d.pull(pulling{reference: name, platform: svc.Platform})
		}
		return
	}
	_, have := d.s.Images[name]
	policy := d.pullPolicy(svc)
	switch {
	case d.o.Build == BuildAlways, policy == types.PullPolicyBuild && d.o.Build != BuildNever:
		d.build(building{service: svc.Name, why: BecauseBuildRequested})
	case have && svc.Image != "" && d.mustPull(svc, name):
		d.pull(pulling{reference: name, platform: svc.Platform, optional: true})
	case have:
	case d.o.Build == BuildNever && svc.Image != "" && d.mustPull(svc, name):
		d.pull(pulling{reference: name, platform: svc.Platform})
	case d.o.Build == BuildNever: // see checkImages
	default:
		d.build(building{
			service: svc.Name, why: BecauseMissing, pullFirst: svc.Image != "" && policy != types.PullPolicyNever,
		})
	}
}

// builder names the service whose build section makes the image, "" where none
// does. Of several the first by name.
func (d *upDraft) builder(image string) string {
	if d.builders == nil {
		d.builders = map[string]string{}
		for _, name := range slices.Backward(slices.Sorted(maps.Keys(d.p.Services))) {
			if d.p.Services[name].Build != nil {
				d.builders[project.CanonicalImage(d.p.ImageName(name))] = name
			}
		}
	}
	if len(d.builders) == 0 {
		return ""
	}
	return d.builders[project.CanonicalImage(image)]
}

// pullPolicy is the command's policy, or the service's.
func (d *upDraft) pullPolicy(svc types.ServiceConfig) string {
	if d.o.Pull != "" {
		return d.o.Pull
	}
	return svc.PullPolicy
}

// mustPull tells whether the policy asks for a pull of a reference.
func (d *upDraft) mustPull(svc types.ServiceConfig, reference string) bool {
	svc.PullPolicy = d.pullPolicy(svc)
	if svc.PullPolicy == types.PullPolicyRefresh && svc.PullRefreshAfter != "" {
		svc.PullPolicy = "every_" + svc.PullRefreshAfter
	}
	policy, age, err := svc.GetPullPolicy()
	img, have := d.s.Images[reference]
	switch {
	case err != nil: // the loader has refused it
		return false
	case policy == types.PullPolicyAlways:
		return true
	case policy == types.PullPolicyNever, policy == types.PullPolicyBuild && svc.Build != nil:
		return false
	case policy == types.PullPolicyRefresh:
		return !have || d.s.Now.Sub(img.Pulled) > max(age, time.Second)
	default:
		return !have
	}
}

// pulling is a pull to plan.
type pulling struct {
	reference, platform string
	optional            bool // its failure is a warning
}

// pull adds the pull of a reference, once.
func (d *upDraft) pull(p pulling) {
	if _, done := d.imageStep(p.reference); done {
		return
	}
	reason := plan.Reason{Code: BecausePullPolicy}
	if _, have := d.s.Images[p.reference]; !have {
		reason.Code = BecauseMissing
	}
	ref := event.Ref{Kind: event.Image, Name: p.reference}
	d.images[project.CanonicalImage(p.reference)] = imageStep{ref: ref, step: d.add(plan.Step{
		Action:   PullImage{Ref: ref, Platform: p.platform, Have: d.haveImage(p.reference)},
		Reason:   reason,
		Optional: p.optional,
	})}
}

// building is the build of a service's image to plan.
type building struct {
	service   string
	why       plan.Code
	pullFirst bool // a registry may have it already
}

// build adds the build of a service's image, after those of the images that it
// is built from, and returns its step.
func (d *upDraft) build(b building) int {
	name := d.p.ImageName(b.service)
	if done, ok := d.imageStep(name); ok {
		return done.step
	}
	key := project.CanonicalImage(name)
	d.images[key] = imageStep{} // ends a cycle, which project refuses
	var after []int
	for _, needed := range d.p.BuildNeeds(b.service) {
		after = append(after, d.build(building{service: needed, why: BecauseBuildRequested}))
	}
	for _, u := range d.p.Uses(b.service) {
		if step := d.base(b, u.Service); step != 0 {
			after = append(after, step)
		}
	}
	ref := event.Ref{Kind: event.Image, Name: name, Service: b.service}
	step := d.add(plan.Step{
		Action: BuildImage{Ref: ref, Have: d.haveImage(name), PullFirst: b.pullFirst, Like: d.builtLike(b.service)},
		Reason: plan.Reason{Code: b.why},
	}, after...)
	d.images[key] = imageStep{ref: ref, step: step}
	return step
}

// builtLike is the first of the services with the same build section as this one; "":
// there is no other.
func (d *upDraft) builtLike(service string) string {
	var same []string
	of := d.p.Services[service].Build
	for name, svc := range d.p.Services {
		if of != nil && reflect.DeepEqual(svc.Build, of) {
			same = append(same, name)
		}
	}
	if len(same) < 2 {
		return ""
	}
	return slices.Min(same)
}

// base brings the image that a build's Dockerfile takes from and the build of another
// service makes. Where the build was asked for, so is that; where an image was just
// missing, what the engine has of the other is good enough. Images of services
// that are not selected were not observed. 0: nothing needs to be done.
func (d *upDraft) base(b building, service string) int {
	if svc, ok := d.p.Services[service]; ok && b.why == BecauseMissing {
		d.planImage(svc)
		return d.stepOf(d.p.ImageName(service))
	}
	return d.build(building{service: service, why: BecauseBuildRequested})
}

// haveImage is the digest that a pull or build is compared with: the engine's,
// or where the tag is gone, the one that all containers were made of.
func (d *upDraft) haveImage(reference string) string {
	if img, ok := d.s.Images[reference]; ok {
		return img.Digest
	}
	made := ""
	for _, c := range d.s.Containers {
		if _, ok := d.p.Services[c.Service]; !ok || c.OneOff || c.gone() || d.p.ImageName(c.Service) != reference {
			continue
		}
		if made != "" && made != c.Image {
			return "" // some of them are outdated, whatever comes
		}
		made = c.Image
	}
	return made
}

// imageMounts are the references that a service mounts as volumes.
func imageMounts(svc types.ServiceConfig) []string {
	var sources []string
	for _, v := range svc.Volumes {
		if v.Type == types.VolumeTypeImage {
			sources = append(sources, v.Source)
		}
	}
	return sources
}
