package plan

import (
	"slices"

	"github.com/compose-orchestrator/compose/event"
)

// order is which services the plan has begin, and what each waits for.
type order struct {
	plan *Plan
	// names are the services whose containers begin to run, as the plan has them.
	names []string
	stage map[string]int // by service, from 0
	// waits are, by service that begins, what the plan waits for before its start, of
	// other services that begin.
	waits map[string][]await
	// stops are the services whose running containers end, jobs those that are to end
	// by themselves.
	stops, jobs map[string]bool
}

// await is another service, and what is awaited of it beyond its start; "": nothing.
type await struct{ service, aim string }

func newOrder(p *Plan) *order {
	o := &order{plan: p, stage: map[string]int{}, waits: map[string][]await{}, stops: map[string]bool{}, jobs: map[string]bool{}}
	for _, s := range p.Steps {
		ref := s.Action.Resource()
		if ref.Kind != event.Container || ref.Service == "" {
			continue
		}
		words := s.Action.Words()
		switch {
		case words.Completes:
			o.jobs[ref.Service] = true
		case words.Becomes == "stop":
			o.stops[ref.Service] = true
		case words.Becomes == "start", words.Becomes == "restart":
			o.begins(ref.Service, s)
		}
	}
	return o
}

// begins adds a start of the service. Those that it comes after are in the plan before.
func (o *order) begins(service string, s Step) {
	if !slices.Contains(o.names, service) {
		o.names = append(o.names, service)
	}
	for _, a := range o.before(service, s, map[int]bool{}) {
		if a.aim != "" && !slices.Contains(o.waits[service], a) {
			o.waits[service] = append(o.waits[service], a)
		}
		o.stage[service] = max(o.stage[service], o.stage[a.service]+1)
	}
}

// before are what a step comes after of other services that begin: the last starts and
// waits of each.
func (o *order) before(service string, s Step, seen map[int]bool) []await {
	var found []await
	for _, id := range s.After {
		if seen[id] {
			continue
		}
		seen[id] = true
		earlier := o.plan.Steps[id-1]
		ref, words := earlier.Action.Resource(), earlier.Action.Words()
		other := ref.Kind == event.Container && ref.Service != service && slices.Contains(o.names, ref.Service)
		switch {
		case other && words.Becomes == "start":
			found = append(found, await{ref.Service, ""})
			continue
		case other && words.Becomes == "" && words.Done != "": // it waits
			found = append(found, await{ref.Service, words.Aim})
			continue
		}
		found = append(found, o.before(service, earlier, seen)...)
	}
	return found
}

// stages are the services by stage; nil for fewer than two.
func (o *order) stages() [][]string {
	var stages [][]string
	for _, name := range o.names {
		for len(stages) <= o.stage[name] {
			stages = append(stages, nil)
		}
		stages[o.stage[name]] = append(stages[o.stage[name]], name)
	}
	if len(stages) < 2 {
		return nil
	}
	for _, names := range stages {
		slices.Sort(names)
	}
	return stages
}

// outages are the services that end early and begin after others.
func (o *order) outages() []Outage {
	var all []Outage
	for _, name := range o.names {
		if !o.stops[name] || o.jobs[name] || len(o.waits[name]) == 0 {
			continue
		}
		var until []string
		for _, a := range o.waits[name] {
			until = append(until, a.service+" "+a.aim)
		}
		i := slices.IndexFunc(all, func(other Outage) bool { return slices.Equal(other.Until, until) })
		if i < 0 {
			all = append(all, Outage{Services: []string{name}, Until: until})
			continue
		}
		all[i].Services = append(all[i].Services, name)
	}
	return all
}
