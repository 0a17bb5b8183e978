package planner

import (
	"maps"
	"slices"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// provide adds the step that brings a provider's or a model's variables, and
// returns it; 0: it is not of this plan. A provider runs after what its service
// depends on is created.
func (d *upDraft) provide(ref event.Ref) int {
	if step, done := d.provided[ref]; done {
		return step
	}
	if d.provided == nil {
		d.provided = map[event.Ref]int{}
	}
	d.provided[ref] = 0 // ends a cycle, which the loader refuses
	reason := plan.Reason{Code: BecauseProvided}
	if ref.Kind == event.Model {
		d.provided[ref] = d.add(plan.Step{Action: BringModel{Ref: ref, Have: d.haveVariables(ref)}, Reason: reason})
		return d.provided[ref]
	}
	svc, ok := d.p.Services[ref.Name]
	if !ok || svc.Provider == nil {
		return 0
	}
	var after []int
	for _, dep := range slices.Sorted(maps.Keys(svc.DependsOn)) {
		if d.p.Services[dep].Provider != nil {
			after = append(after, d.provide(project.ProviderRef(dep)))
		}
		for _, r := range d.units[dep].allReplicas() {
			d.create(r)
			if len(r.when) == 0 {
				after = append(after, r.created)
			}
		}
	}
	d.provided[ref] = d.add(plan.Step{Action: RunProvider{Ref: ref, Do: ProviderUp, Have: d.haveVariables(ref)}, Reason: reason}, after...)
	return d.provided[ref]
}

// haveVariables is the fingerprint of what all containers that take variables
// from ref were given; "": none of them, or not the same.
func (d *upDraft) haveVariables(ref event.Ref) string {
	have := ""
	for _, c := range d.s.Containers {
		if c.OneOff || c.gone() || !slices.Contains(d.p.Providers(c.Service), ref) {
			continue
		}
		given, ok := c.provided()[ref.String()]
		print := project.FingerprintOf(given)
		if !ok || have != "" && have != print {
			return ""
		}
		have = print
	}
	return have
}

// provided is what the container was given.
func (c *Container) provided() project.Provided {
	return project.ReadProvided(c.Labels[project.LabelProvided])
}

// byService are steps by the service of their container.
func (f *existing) byService(steps map[string]int) map[string][]int {
	by := map[string][]int{}
	for _, name := range f.names {
		for _, c := range f.by[name] {
			if step := steps[c.ID]; step != 0 {
				by[name] = append(by[name], step)
			}
		}
	}
	return by
}

// stopProviders adds the calls that a stop or the end of the project means for
// the services with a provider, after the steps of those that depend on them.
func (f *existing) stopProviders(do ProviderVerb, services []string, ended map[string][]int) {
	for _, name := range slices.Backward(dependencyOrder(f.p.Services)) {
		if f.p.Services[name].Provider == nil || len(services) > 0 && !slices.Contains(services, name) {
			continue
		}
		var after []int
		for _, user := range dependents(f.p.Services)[name] {
			after = append(after, ended[user]...)
		}
		ref := project.ProviderRef(name)
		ended[name] = []int{f.add(plan.Step{Action: RunProvider{Ref: ref, Do: do}, Reason: requested}, after...)}
	}
}
