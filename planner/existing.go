package planner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// LifecycleOptions steer Start, Stop and Restart. The zero value means all
// services and the containers' own grace periods.
type LifecycleOptions struct {
	// Services to act on; empty: all.
	Services []string
	// Timeout for stops; nil: each container's own.
	Timeout *time.Duration
	// NoDeps: Restart leaves dependents with restart: true alone.
	NoDeps bool
	// Wait ends Start with waits until everything runs and is healthy.
	Wait bool
}

// existing is the draft of a plan for containers that exist: the project's, by service,
// with their dependencies from the file, or where there is none from the labels.
type existing struct {
	draft
	names []string // services with containers, dependencies first
	by    map[string][]*Container
	deps  map[string][]Dependency
}

// newExisting collects the containers of the services (all where none is named).
// The project may be nil. match, if not nil, picks containers.
func newExisting(p *project.Project, s State, title string, o LifecycleOptions, match func(*Container) bool) *existing {
	if p == nil {
		p = &project.Project{Project: &types.Project{}}
	}
	f := &existing{
		draft: draft{p: p, s: s, timeout: o.Timeout, plan: plan.Plan{Title: title}},
		by:    map[string][]*Container{},
		deps:  map[string][]Dependency{},
	}
	edges := map[string][]string{}
	for i := range s.Containers {
		c := &s.Containers[i]
		if !match(c) || len(o.Services) > 0 && !slices.Contains(o.Services, c.Service) {
			continue
		}
		f.by[c.Service] = append(f.by[c.Service], c)
		f.deps[c.Service] = f.dependencies(c)
		edges[c.Service] = nil
		for _, dep := range f.deps[c.Service] {
			edges[c.Service] = append(edges[c.Service], dep.Service)
		}
	}
	f.names = sortByDependency(edges)
	return f
}

// dependencies are those of a container's service, sorted by name.
func (f *existing) dependencies(c *Container) []Dependency {
	svc, known := f.service(c.Service)
	if !known || !f.p.Whole(c.Service) {
		return c.DependsOn
	}
	var deps []Dependency
	for _, name := range slices.Sorted(maps.Keys(svc.DependsOn)) {
		on := svc.DependsOn[name]
		deps = append(deps, Dependency{Service: name, Condition: on.Condition, Restart: on.Restart, Optional: !on.Required})
	}
	return deps
}

// regular picks the containers that are not one-offs, of the file's services
// that are on; of others only where they are named.
func regular(p *project.Project, services []string) func(*Container) bool {
	on := enabled(p)
	return func(c *Container) bool {
		return !c.OneOff && (on(c.Service) || slices.Contains(services, c.Service))
	}
}

// enabled tells whether a service is in the file and on: by its profiles, or
// because one that is on cannot do without it, for which `up` had it come up too.
// Without a file, every service is.
func enabled(p *project.Project) func(service string) bool {
	if p == nil {
		return func(string) bool { return true }
	}
	on := map[string]bool{}
	for name := range p.Services {
		on[name] = true
	}
	for _, needed := range p.Requires(p.ServiceNames()...) {
		on[needed] = true
	}
	return func(service string) bool { return on[service] }
}

// checkServices refuses names that are neither in the file nor have containers.
func checkServices(p *project.Project, s State, services []string) error {
	if len(services) == 0 {
		return nil
	}
	there := knownServices(p, s)
	for _, name := range services {
		if !slices.Contains(there, name) {
			return project.NoSuchService(name, there)
		}
	}
	return nil
}

// knownServices are those of the file, on or off, and those that have
// containers, sorted. The project may be nil.
func knownServices(p *project.Project, s State) []string {
	var names []string
	if p != nil {
		names = slices.Concat(p.ServiceNames(), p.DisabledServiceNames())
	}
	for _, c := range s.Containers {
		names = append(names, c.Service)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// checkInFile is checkServices for commands that stop or remove containers. Without a
// file it checks nothing: after such a command a service has no containers any more.
func checkInFile(p *project.Project, s State, services []string) error {
	if p == nil {
		return nil
	}
	return checkServices(p, s, services)
}

// noteUnknown tells which of the named services have no containers and are in
// no file either.
func (f *existing) noteUnknown(services []string) {
	for _, name := range services {
		if checkServices(f.p, f.s, []string{name}) != nil {
			f.note("no such service: "+name, "compose ps -a --services lists those that have containers")
		}
	}
}

// waitFor adds the waits for what a container's dependencies ask for, once for
// each container and condition. started are the steps that start each service.
func (f *existing) waitFor(service string, started map[string][]int, made map[string]int) []int {
	var after []int
	for _, dep := range f.deps[service] {
		after = append(after, started[dep.Service]...)
		condition := Condition(dep.Condition)
		if condition == ConditionStarted || condition == "" {
			continue
		}
		for _, c := range f.by[dep.Service] {
			if condition == ConditionHealthy && c.Health == Healthy && len(started[dep.Service]) == 0 {
				continue
			}
			key := fmt.Sprint(c.ID, condition, dep.Optional)
			if made[key] == 0 {
				made[key] = f.add(plan.Step{
					Action: WaitContainer{Ref: c.ref(), ID: c.ID, Condition: condition, For: []string{service}},
					Reason: plan.Reason{Code: BecauseDependency, Detail: service}, Optional: dep.Optional,
				}, started[dep.Service]...)
			} else {
				f.addWaiter(made[key], service)
			}
			after = append(after, made[key])
		}
	}
	return after
}

// hooks adds the hooks of a phase, one after the other, and returns the last.
func (f *existing) hooks(c *Container, phase HookPhase, reason plan.Reason, after int) int {
	svc, _ := f.service(c.Service)
	n := len(svc.PostStart)
	if phase == PreStop {
		n = len(svc.PreStop)
	}
	for i := range n {
		after = f.add(plan.Step{Action: RunHook{Ref: c.ref(), ID: c.ID, Phase: phase, Index: i}, Reason: reason}, after)
	}
	return after
}

// waitAll adds a wait for each container until it runs and is healthy, or has
// completed where another service waits for that.
func (f *existing) waitAll(started map[string][]int) {
	conditions := map[string]Condition{}
	for _, deps := range f.deps {
		for _, dep := range deps {
			if Condition(dep.Condition) == ConditionCompleted {
				conditions[dep.Service] = ConditionCompleted
			}
		}
	}
	for _, name := range f.names {
		for _, c := range f.by[name] {
			f.add(plan.Step{
				Action: WaitContainer{Ref: c.ref(), ID: c.ID, Condition: cmp.Or(conditions[name], ConditionRunningOrHealthy)},
				Reason: plan.Reason{Code: BecauseRequested, Detail: "--wait"},
			}, started[name]...)
		}
	}
}

// missing is the error of a command that needs containers which are not there.
func missing(service, what string) error {
	return hint.New(fmt.Sprintf("service %q has no container to %s", service, what),
		"create it: compose up -d "+service)
}

// requested is the reason of steps that the command itself asks for.
var requested = plan.Reason{Code: BecauseRequested}
