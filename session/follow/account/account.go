// Package account is what an attached up knows of its containers: which run, which
// are about to, and how the others ended. What happened comes in by methods, and it
// answers whose output is shown, whose exit code counts, and when nothing is left to
// wait for. It is pure: no engine, no clock, no lock. One goroutine at a time may use
// an Account.
package account

import (
	"fmt"
	"slices"
	"time"

	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Account is what is known of an attached up's containers.
type Account struct {
	o Options
	// projects are those that were brought up, the newest last: watching may have
	// taken in others than the first.
	projects []*project.Project

	expected    map[string]bool      // names of containers that the plan starts and that did not start yet
	successors  map[string]bool      // ids that were made in place of others and did not start yet
	replacing   Successors           // of containers that did not end yet
	running     map[string]string    // the services of ids that started and did not end yet
	stopping    map[string]bool      // ids that the plan stops and that did not start again
	ends        []End                // in the order of the engine's events
	unshown     int                  // ends that are known and not shown yet
	wantedUntil map[string]time.Time // by service: the user wanted ends until then
	lost        error                // why nothing more will be heard
}

// End is the end of a container's process.
type End struct {
	ID, Service string
	Code        int
	Restarting  bool      // the engine starts it again
	At          time.Time // of the engine's event
	planned     bool      // the plan stopped it
}

// New returns the account of a project that is about to be brought up.
func New(p *project.Project, o Options) *Account {
	return &Account{
		o: o, projects: []*project.Project{p},
		expected: map[string]bool{}, successors: map[string]bool{}, replacing: Successors{}, running: map[string]string{},
		stopping: map[string]bool{}, wantedUntil: map[string]time.Time{},
	}
}

// Adopt takes in another form of the project. The containers of services that it has
// no more are still followed, and stopped in the end.
func (a *Account) Adopt(p *project.Project) { a.projects = append(a.projects, p) }

// Project is the newest one.
func (a *Account) Project() *project.Project { return a.projects[len(a.projects)-1] }

// Follows tells whether a service's containers are waited for.
func (a *Account) Follows(service string) bool {
	return slices.ContainsFunc(a.projects, func(p *project.Project) bool { return a.o.follows(p, service) })
}

// Shows tells whether what a service's containers print is shown.
func (a *Account) Shows(service string) bool {
	return slices.ContainsFunc(a.projects, func(p *project.Project) bool { return a.o.shows(p, service) })
}

// Hides tells whether the newest project has containers that are waited for and not
// shown.
func (a *Account) Hides() bool {
	p := a.Project()
	return slices.ContainsFunc(p.ServiceNames(), func(name string) bool { return a.o.follows(p, name) && !a.o.shows(p, name) })
}

// Stops tells whether a service's containers are followed and stopped in the end.
func (a *Account) Stops(service string) bool {
	return slices.ContainsFunc(a.projects, func(p *project.Project) bool { return owns(p, service) && a.o.follows(p, service) })
}

// Part is a project, and those of its services that are stopped in the end.
type Part struct {
	Project  *project.Project
	Services []string
}

// Stopped is what is stopped in the end: services of the newest project, and those of
// older ones that no newer one stops.
func (a *Account) Stopped() []Part {
	var parts []Part
	seen := map[string]bool{}
	for _, p := range slices.Backward(a.projects) {
		services := slices.DeleteFunc(p.ServiceNames(), func(name string) bool { return seen[name] || !owns(p, name) })
		for _, name := range services {
			seen[name] = true
		}
		if len(services) > 0 {
			parts = append(parts, Part{p, services})
		}
	}
	return parts
}

// Expect says that the plan starts a container: until it started nothing is over.
func (a *Account) Expect(name string) { a.expected[name] = true }

// Replacing says that a container was made in place of another: it will start once
// that has stopped, and between the two nothing is over.
func (a *Account) Replacing(id string, r Replica) {
	a.successors[id] = true
	a.replacing.Made(id, r)
}

// Replaced tells whether a container that ended has a successor.
func (a *Account) Replaced(id string, r Replica) bool { return a.replacing.Replaced(id, r) }

// Removed says that a container is gone.
func (a *Account) Removed(id string) {
	delete(a.successors, id)
	a.replacing.Removed(id)
}

// Started says that a container runs.
func (a *Account) Started(id, name, service string) {
	a.running[id] = service
	delete(a.expected, name)
	delete(a.successors, id)
	delete(a.stopping, id)
}

// Stopping says that the plan is about to stop a container: its end is no reason to
// stop the others.
func (a *Account) Stopping(id string) { a.stopping[id] = true }

// Running says which containers run, by id their services, where events may have been
// lost.
func (a *Account) Running(services map[string]string) {
	a.running = services
	clear(a.successors)
}

// Runs tells whether a container is known to run.
func (a *Account) Runs(id string) bool { return a.running[id] != "" }

// EndHeard says that a container's end is about to be shown, EndShown that it was.
func (a *Account) EndHeard() { a.unshown++ }

// EndShown says that one of the ends that were heard of was shown.
func (a *Account) EndShown() { a.unshown-- }

// Ended says that a container ended.
func (a *Account) Ended(e End) {
	e.planned = a.stopping[e.ID]
	a.ends = append(a.ends, e)
	delete(a.running, e.ID)
}

// Lost says why nothing more will be heard.
func (a *Account) Lost(err error) { a.lost = err }

// AsLongAsItTakes is for Want: the end of what is done is not known yet.
var AsLongAsItTakes = time.Unix(1<<40, 0)

// Want says that the user wants containers of services to end until some time, by the
// engine's clock: these ends are no reason to stop the others.
func (a *Account) Want(services []string, until time.Time) {
	for _, name := range services {
		a.wantedUntil[name] = until
	}
}

// Which tells whether a service's containers count: (*Account).Follows or
// (*Account).Stops.
type Which func(a *Account, service string) bool

// Waits tells whether a container that counts runs or is about to start. The error says
// why that cannot be known any more.
func (a *Account) Waits(counts Which) (bool, error) {
	if a.lost != nil {
		return false, fmt.Errorf("the containers go on, but following them ended: %w", a.lost)
	}
	if len(a.expected)+len(a.successors) > 0 {
		return true, nil
	}
	for _, service := range a.running {
		if counts(a, service) {
			return true, nil
		}
	}
	return false, nil
}

// Listed tells whether one of the containers that the engine lists counts, and runs or
// is about to: its event may not be here yet.
func (a *Account) Listed(containers []planner.Container, counts Which) bool {
	return slices.ContainsFunc(containers, func(c planner.Container) bool {
		return c.Status.Active() && !c.OneOff && counts(a, c.Service)
	})
}

// NoMoreStarts says that what has not started will not.
func (a *Account) NoMoreStarts() {
	clear(a.expected)
	clear(a.successors)
}

// RunOn tells whether a followed container goes on when all that is stopped has.
func (a *Account) RunOn() bool {
	for _, service := range a.running {
		if !a.Stops(service) {
			return true
		}
	}
	return false
}

// AllShown tells whether all ends that are known have been shown.
func (a *Account) AllShown() bool { return a.unshown == 0 }

// CaughtUp tells whether the ends of all containers have been shown that do not run any
// more, by what the engine lists. The error says why some never will.
func (a *Account) CaughtUp(containers []planner.Container) (bool, error) {
	if a.lost != nil {
		return false, a.lost
	}
	running := 0
	for _, c := range containers {
		if a.Runs(c.ID) && c.Status.Runs() {
			running++
		}
	}
	return running == len(a.running) && a.AllShown(), nil
}
