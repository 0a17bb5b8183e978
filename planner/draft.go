package planner

import (
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// draft is a plan in the making: the inputs and the steps so far.
type draft struct {
	p       *project.Project
	s       State
	timeout *time.Duration // of stops; nil: each container's own

	plan      plan.Plan
	mandatory []stepSet // by step: those that must have ended well before it can run

	conflicts *conflicts // nil: no step of the plan takes what another one frees
}

// upDraft is the draft of Up, and of the plans that are parts of it: Pull, Build and
// Push. One function of Up fills it after the other.
type upDraft struct {
	draft
	o UpOptions

	order []string         // services, dependencies first
	units map[string]*unit // what becomes of each service

	containers map[string]*Container // of the state, by id
	asFile     map[string]bool       // by container id: it is as the file has it

	images   map[string]imageStep // by reference: a pull or build that the plan holds
	builders map[string]string    // services by the images that they build; nil: not asked yet
	networks map[string]int       // by key: the step that creates the network
	volumes  map[string]int       // by key: the step that creates the volume
	replaced replacedResources
	provided map[event.Ref]int // the steps that bring variables
	orphans  []removal         // that go
	outside  []*outsider       // that stay and are connected to networks anew
	first    []int             // what the stops that are being added come after
	record   int               // the step that keeps which containers have to come back; 0: none

	volumeRecord int // the step that keeps anonymous volumes; 0: none

	redefined []Difference // the networks and volumes that are not as the file has them

	dependents map[string][]string     // by service
	holders    map[string]*replica     // by name: who has it and is made anew under another
	leaving    map[string][]*removal   // by name: who has it and goes for good
	byService  map[string][]*Container // of the state, but for one-offs; nil: not asked yet
	used       *usedKeys               // nil: not asked yet
	seeded     map[string]int          // by volume: the latest create that could decide its content
}

// unit is what becomes of one service.
type unit struct {
	name            string
	replicas        []*replica
	surplus         []removal // containers that go and are not replaced
	restart         *restart  // kept containers go down for a while; nil: they do not
	requiredCreates []int     // the creates of what the service needs to start again
}

// replica is what becomes of one numbered container of a service.
type replica struct {
	ref      event.Ref
	old      *Container // what is there; nil: nothing
	decision decision
	reason   plan.Reason
	when     []event.Ref // with replace: only if one of these images changed

	// Steps; 0: none. Ready is the one after which it counts as started.
	created, stopped, removed, renamed, started, ready int

	mend *mend // what puts right what was changed by hand; nil: nothing

	rejoins []string // networks, by name, that its old container is connected to anew
	joined  []int    // the steps that do

	creating bool // its create is being added
	// removedFirst, with replace: the old one goes before the new one is created,
	// since a volume that they mount is made anew in between.
	removedFirst bool
}

// decision is the decision about a replica.
type decision int

const (
	keep    decision = iota // as it is, running or to be started
	create                  // nothing there
	replace                 // there, and to be made anew
)

// removal is a container that goes.
type removal struct {
	c      Container
	reason plan.Reason
	// replaced: its successor was created by an interrupted run, and it has done
	// the work until now.
	replaced bool

	stop, step int // that stop and remove it, once added
}

// add appends a step and returns its id. It comes after the steps so far that
// free what it takes, and after those given; zeros are left out, and what another
// of them comes after anyway.
func (d *draft) add(s plan.Step, after ...int) int {
	s.ID = len(d.plan.Steps) + 1
	after = slices.DeleteFunc(append(d.conflicts.freeing(s.Action), after...), func(id int) bool { return id == 0 })
	slices.Sort(after)
	var implied, mandatory stepSet
	for _, id := range after {
		if !d.plan.Steps[id-1].Optional { // the failures before an optional step end at it
			implied = implied.union(d.mandatory[id-1])
		}
	}
	for _, id := range slices.Compact(after) {
		if !implied.has(id) {
			s.After = append(s.After, id)
			mandatory = mandatory.with(id)
		}
	}
	d.mandatory = append(d.mandatory, mandatory.union(implied))
	d.plan.Steps = append(d.plan.Steps, s)
	d.conflicts.add(s)
	return s.ID
}

// stop adds the pre_stop hooks and the stop of a container. One whose hook fails
// is left as it is.
func (d *draft) stop(c *Container, ref event.Ref, reason plan.Reason, when []event.Ref, after ...int) int {
	if svc, _ := d.service(c.Service); c.Status == Running {
		for i := range svc.PreStop {
			hook := d.add(plan.Step{
				Action: RunHook{Ref: ref, ID: c.ID, Phase: PreStop, Index: i}, Reason: reason, When: when,
			}, after...)
			after = []int{hook}
		}
	}
	return d.add(plan.Step{Action: StopContainer{Ref: ref, ID: c.ID, Timeout: d.timeout}, Reason: reason, When: when}, after...)
}

// keepVolumes lists the named volumes that are there and that no step removes.
func (d *draft) keepVolumes() {
	gone := map[string]bool{}
	for _, s := range d.plan.Steps {
		if remove, ok := s.Action.(RemoveVolume); ok {
			gone[remove.Ref.Name] = true
		}
	}
	for _, v := range d.s.Volumes {
		if len(v.Stops) == 0 && !gone[v.Name] {
			d.plan.KeptVolumes = append(d.plan.KeptVolumes, v.Name)
		}
	}
}

// note adds a remark to the plan.
func (d *draft) note(text, hint string) {
	d.plan.Notes = append(d.plan.Notes, plan.Note{Text: text, Hint: hint})
}

// running tells whether a container has a process, or is about to have one.
func (c *Container) running() bool { return c.Status.Active() }

// gone tells whether nothing can be done with a container but to remove it.
func (c *Container) gone() bool { return c.Status == Dead || c.Status == Removing }

// files is the volume with the container's secrets and configs, "": none.
func (c *Container) files() string { return c.Labels[project.LabelFiles] }

// ref is how the plan names a container that exists and stays.
func (c *Container) ref() event.Ref {
	return event.Ref{Kind: event.Container, Name: c.Name, Service: c.Service, Number: c.Number}
}

// oldRef is how the plan names a container that goes.
func (c *Container) oldRef(final string) event.Ref {
	return event.Ref{Kind: event.Container, Name: final, Service: c.Service, Number: c.Number, Old: c.Name}
}

// first returns the service's first replica, or nil.
func (u *unit) first() *replica {
	if u == nil || len(u.replicas) == 0 {
		return nil
	}
	return u.replicas[0]
}

// service looks a service up, whether it is selected or not.
func (d *draft) service(name string) (types.ServiceConfig, bool) {
	if svc, ok := d.p.Services[name]; ok {
		return svc, true
	}
	svc, ok := d.p.DisabledServices[name]
	return svc, ok
}
