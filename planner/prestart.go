package planner

import (
	"slices"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-spec/compose-go/v2/types"
)

// preStart adds a service's pre_start hooks: those for the service once, before
// the first of its containers starts and only where none runs; those for each
// replica before each start.
type preStart struct {
	add    func(s plan.Step, after ...int) int
	hooks  []types.PreStartHook
	images []int // the steps that bring the hooks' images
	once   bool  // the hooks for the whole service are still to come
	done   int   // the last of these; 0: none
}

// before adds the hooks that come before a start, after the steps that it
// comes after, and returns what it comes after then.
func (p *preStart) before(start plan.Step, after []int) []int {
	a, ok := start.Action.(StartContainer)
	if !ok || len(p.hooks) == 0 {
		return after
	}
	after = append(slices.Clone(after), p.done)
	last := 0
	for i, hook := range p.hooks {
		if !hook.PerReplica && !p.once {
			continue
		}
		step := plan.Step{Action: RunHook{Ref: a.Ref, ID: a.ID, Phase: PreStart, Index: i}, Reason: start.Reason, When: start.When}
		if last == 0 {
			last = p.add(step, append(after, p.images...)...)
		} else {
			last = p.add(step, last)
		}
	}
	if p.once && last != 0 {
		p.done = last
	}
	p.once = false
	if last == 0 {
		return after
	}
	return append(after, last)
}

// preStartOf prepares the hooks of a service that is brought up.
func (d *upDraft) preStartOf(svc types.ServiceConfig) *preStart {
	p := &preStart{add: d.add, hooks: svc.PreStart, once: true}
	for _, r := range d.units[svc.Name].replicas {
		if r.decision == keep && r.old.running() {
			if down, _ := d.goesDown(r); !down {
				p.once = false
			}
		}
	}
	for _, image := range hookImages(svc) {
		p.images = append(p.images, d.stepOf(image))
	}
	return p
}

// preStartOf prepares the hooks of a service whose containers are started.
func (f *existing) preStartOf(service string) *preStart {
	svc, _ := f.service(service)
	running := slices.ContainsFunc(f.by[service], func(c *Container) bool { return c.running() })
	return &preStart{add: f.add, hooks: svc.PreStart, once: !running}
}

// hookImages are the images that a service's pre_start hooks name.
func hookImages(svc types.ServiceConfig) []string {
	var images []string
	for _, hook := range svc.PreStart {
		if hook.Image != "" {
			images = append(images, hook.Image)
		}
	}
	return images
}

// otherImages are the references that a service uses in addition to its own image:
// mounted ones, and those of its pre_start hooks.
func (d *upDraft) otherImages(svc types.ServiceConfig) []string {
	images := append(imageMounts(svc), hookImages(svc)...)
	return slices.DeleteFunc(images, func(image string) bool { return image == d.p.ImageName(svc.Name) })
}
