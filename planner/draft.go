package planner

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

// draft is a plan in the making: the inputs, what was decided per service, and
// the steps so far. One function of Up fills it after the other.
type draft struct {
	p *project.Project
	s State
	o UpOptions

	order []string         // services, dependencies first
	units map[string]*unit // what becomes of each service

	images   map[string]imageStep // by reference: a pull or build that the plan holds
	networks map[string]int       // by key: the step that creates the network
	volumes  map[string]int       // by key: the step that creates the volume
	replaced replacedResources
	orphans  []removal // that go

	plan Plan
}

// unit is what becomes of one service.
type unit struct {
	name     string
	replicas []*replica
	surplus  []removal // containers that go and are not replaced
	ready    []int     // steps after which the service counts as started
}

// replica is what becomes of one numbered container of a service.
type replica struct {
	ref    event.Ref
	old    *Container // what is there; nil: nothing
	fate   fate
	reason Reason
	when   []event.Ref // with replace: only if one of these images changed
	fresh  bool        // anonymous volumes are not taken over

	// Steps; 0: none.
	created, stopped, removed, renamed, started int
	early                                       bool // the old one goes before the new one is created
}

// fate is the decision about a replica.
type fate int

const (
	keep    fate = iota // as it is, running or to be started
	create              // nothing there
	replace             // there, and to be made anew
)

// removal is a container that goes.
type removal struct {
	c      Container
	reason Reason
	step   int // that removes it, once emitted
	stop   int
}

// add appends a step and returns its id. Zeros in after are left out.
func (d *draft) add(s Step, after ...int) int {
	s.ID = len(d.plan.Steps) + 1
	s.After = append(slices.Clone(s.After), after...)
	s.After = slices.DeleteFunc(s.After, func(id int) bool { return id == 0 })
	slices.Sort(s.After)
	s.After = slices.Compact(s.After)
	d.plan.Steps = append(d.plan.Steps, s)
	return s.ID
}

// note adds a remark to the plan.
func (d *draft) note(text, hint string) {
	d.plan.Notes = append(d.plan.Notes, Note{Text: text, Hint: hint})
}

// running tells whether a container has a process (a paused one has).
func (c *Container) running() bool {
	return c.Status == Running || c.Status == Restarting || c.Status == Paused
}

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
