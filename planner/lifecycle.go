package planner

import (
	"slices"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// Stop plans the stop of the running containers, dependents before what they
// depend on. The project may be nil: then the containers' labels give the order.
// The errors are those of Down.
func Stop(p *project.Project, s State, o LifecycleOptions) (*plan.Plan, error) {
	if err := checkInFile(p, s, o.Services); err != nil {
		return nil, err
	}
	f := newExisting(p, s, "Stopping", o, regular(p, o.Services))
	stops := f.stopAll(func(c *Container) bool { return c.running() })
	f.stopProviders(ProviderStop, o.Services, f.byService(stops))
	f.noteUnknown(o.Services)
	return &f.plan, nil
}

// stopAll adds the stops of the containers that match, in reverse dependency
// order, and returns the step of each by container id.
func (f *existing) stopAll(match func(*Container) bool) map[string]int {
	stops := map[string]int{}
	byService := map[string][]int{}
	users := map[string][]string{}
	for _, name := range f.names {
		for _, dep := range f.deps[name] {
			users[dep.Service] = append(users[dep.Service], name)
		}
	}
	for _, name := range slices.Backward(f.names) {
		var after []int
		for _, user := range users[name] {
			after = append(after, byService[user]...)
		}
		for _, c := range f.by[name] {
			switch {
			case match(c):
				stops[c.ID] = f.stop(c, c.ref(), requested, nil, after...)
				byService[name] = append(byService[name], stops[c.ID])
			case !c.gone():
				f.plan.Stopped = append(f.plan.Stopped, c.ref())
			}
		}
		if len(byService[name]) == 0 {
			byService[name] = after // what depends on a stopped service still stops first
		}
	}
	return stops
}

// Start plans the start of containers that exist and do not run, of the named
// services (or all) and of what these depend on, whose conditions are waited for.
// An unknown service is an error that wraps project.ErrNoSuchService; one without a
// container is a *hint.Error.
func Start(p *project.Project, s State, o LifecycleOptions) (*plan.Plan, error) {
	if err := checkServices(p, s, o.Services); err != nil {
		return nil, err
	}
	all := newExisting(p, s, "", LifecycleOptions{}, func(c *Container) bool { return !c.OneOff })
	wanted := all.wanted(o.Services)
	for _, name := range append(all.required(wanted), wanted...) {
		if len(all.by[name]) == 0 {
			return nil, missing(name, "start")
		}
	}
	if len(o.Services) > 0 {
		o.Services = all.withDependencies(o.Services)
	}
	f := newExisting(p, s, "Starting", o, regular(p, o.Services))
	started, made := map[string][]int{}, map[string]int{}
	for _, name := range f.names {
		if !slices.ContainsFunc(f.by[name], func(c *Container) bool { return !c.running() || c.Status == Paused }) {
			continue
		}
		after := f.waitFor(name, started, made)
		hooks := f.preStartOf(name)
		for _, c := range f.by[name] {
			switch {
			case c.Status == Paused:
				started[name] = append(started[name], f.add(plan.Step{
					Action: UnpauseContainer{Ref: c.ref(), ID: c.ID}, Reason: plan.Reason{Code: BecausePausedByHand},
				}, after...))
			case !c.running():
				start := plan.Step{Action: StartContainer{Ref: c.ref(), ID: c.ID}, Reason: requested}
				id := f.add(start, hooks.before(start, after)...)
				started[name] = append(started[name], f.hooks(c, PostStart, requested, id))
			}
		}
	}
	if o.Wait {
		f.waitAll(started)
	}
	return &f.plan, nil
}

// withDependencies adds to services what they depend on, directly or not, and has
// containers. What they can do without goes by its profile.
func (f *existing) withDependencies(services []string) []string {
	all := slices.Clone(services)
	for i := 0; i < len(all); i++ {
		for _, dep := range f.deps[all[i]] {
			_, off := f.p.DisabledServices[dep.Service]
			if len(f.by[dep.Service]) > 0 && !(off && dep.Optional) && !slices.Contains(all, dep.Service) {
				all = append(all, dep.Service)
			}
		}
	}
	return all
}

// required are the services that the file says the given ones cannot do without,
// and that want containers.
func (f *existing) required(services []string) []string {
	var all []string
	for _, needed := range f.p.Requires(services...) {
		if svc, _ := f.service(needed); svc.GetScale() > 0 && svc.Provider == nil {
			all = append(all, needed)
		}
	}
	return all
}

// wanted are the services that a command must find containers of: the named
// ones, or those of the file that want a replica.
func (f *existing) wanted(services []string) []string {
	if len(services) > 0 {
		return services
	}
	var names []string
	for _, name := range dependencyOrder(f.p.Services) {
		svc := f.p.Services[name]
		if svc.GetScale() > 0 && svc.Provider == nil && f.p.Whole(name) {
			names = append(names, name)
		}
	}
	return names
}

// Restart plans a restart of the containers, dependencies first. Dependents
// that say restart: true of a restarted service are restarted too. The errors are those
// of Start.
func Restart(p *project.Project, s State, o LifecycleOptions) (*plan.Plan, error) {
	if err := checkServices(p, s, o.Services); err != nil {
		return nil, err
	}
	if len(o.Services) > 0 && !o.NoDeps {
		o.Services = withRestarted(newExisting(p, s, "", LifecycleOptions{}, regular(p, nil)), o.Services)
	}
	f := newExisting(p, s, "Restarting", o, regular(p, o.Services))
	for _, name := range o.Services {
		if len(f.by[name]) == 0 {
			return nil, missing(name, "restart")
		}
	}
	restarted, made := map[string][]int{}, map[string]int{}
	for _, name := range f.names {
		after := f.waitFor(name, restarted, made)
		for _, c := range f.by[name] {
			var before int
			if c.Status == Running {
				before = f.hooks(c, PreStop, requested, 0)
			}
			id := f.add(plan.Step{
				Action: RestartContainer{Ref: c.ref(), ID: c.ID, Timeout: o.Timeout}, Reason: requested,
			}, append(slices.Clone(after), before)...)
			restarted[name] = append(restarted[name], f.hooks(c, PostStart, requested, id))
		}
	}
	return &f.plan, nil
}

// withRestarted adds to services those that depend on one of them with
// restart: true and have containers, and those that depend so on them.
func withRestarted(f *existing, services []string) []string {
	all := slices.Clone(services)
	for _, name := range f.names { // dependencies come first
		for _, dep := range f.deps[name] {
			if dep.Restart && slices.Contains(all, dep.Service) && !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}
