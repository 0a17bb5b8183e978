package plan

import (
	"cmp"
	"slices"

	"github.com/compose-orchestrator/compose/event"
)

// Summary is what a plan comes to: an entry for each change, not for each step.
type Summary struct {
	// Changes are those of one service, or of resources of one kind, that are alike.
	// The order is that of the plan's steps.
	Changes []Change `json:"changes"`
	// Stages are the services that begin to run, in the order in which the plan lets
	// them: those of one stage need nothing of each other. A single stage is left out.
	Stages [][]string `json:"stages,omitempty"`
	// Outages are the services that run now and stay down until others are ready.
	Outages []Outage `json:"outages,omitempty"`
	// Kept is how many containers are as they should be.
	Kept int `json:"kept"`
}

// Change is what becomes of resources that are alike.
type Change struct {
	// Becomes is the change in a word, of Words.Becomes: "recreate", "create".
	Becomes string     `json:"becomes"`
	Kind    event.Kind `json:"kind"`
	// Of are services, with how many of their containers change, or resources of another
	// kind.
	Of []Affected `json:"of"`
	// Reasons are the different ones of the steps.
	Reasons []Reason `json:"reasons,omitempty"`
	// When is as in Step: the change comes only if one of these turns out new.
	When []event.Ref `json:"when,omitempty"`
	// Again: a program that is to end, and may have, runs once more.
	Again     bool `json:"again,omitempty"`
	LosesData bool `json:"loses_data,omitempty"`
}

// Affected is a service, or one resource that is no container.
type Affected struct {
	Name string `json:"name"`
	// Count is how many containers of the service change; 1 for other resources.
	Count int `json:"count"`
}

// Count is how many resources change.
func (c Change) Count() int {
	n := 0
	for _, of := range c.Of {
		n += of.Count
	}
	return n
}

// Outage is services that are stopped early, and what their next starts wait for.
type Outage struct {
	Services []string `json:"services"`
	// Until are services and what is awaited of each: "migrate to complete".
	Until []string `json:"until"`
}

// Summary sums the plan up.
func (p *Plan) Summary() Summary {
	s := Summary{Changes: p.Changes(), Kept: len(p.Kept)}
	runs := newOrder(p)
	s.Stages = runs.stages()
	s.Outages = runs.outages()
	return s
}

// Changes are those of the Summary alone: the steps may be a part of a plan, which lacks
// some that they come after.
func (p *Plan) Changes() []Change { return changes(p.resources()) }

// resource is what the plan's steps do to one thing.
type resource struct {
	ref       event.Ref
	becomes   string
	reason    Reason
	when      []event.Ref
	again     bool
	losesData bool
}

// resources are those that change, in the order of their first steps.
func (p *Plan) resources() []*resource {
	var all []*resource
	by := map[event.Ref]*resource{}
	for _, s := range p.Steps {
		words, ref := s.Action.Words(), s.Action.Resource()
		key := event.Ref{Kind: ref.Kind, Name: ref.Name, Service: ref.Service}
		r := by[key]
		switch {
		case r != nil:
			r.add(s, words)
		case words.Becomes != "":
			r = &resource{ref: ref, becomes: words.Becomes, reason: s.Reason, when: s.When, losesData: s.LosesData}
			by[key] = r
			all = append(all, r)
		}
	}
	return all
}

// add is a further step of the resource.
func (r *resource) add(s Step, words Words) {
	r.losesData = r.losesData || s.LosesData
	r.again = r.again || words.Completes
	if words.Becomes == "" {
		return
	}
	r.becomes = Sum(r.becomes, words.Becomes)
	if len(s.When) == 0 {
		r.when = nil
	}
}

// Sum is what two steps of one resource come to, each by its Words.Becomes: a removal
// and a creation are "recreate".
func Sum(first, second string) string {
	switch {
	case first == "remove" && second == "create":
		return "recreate"
	case first == "stop" && second == "start":
		return "restart"
	case first == "stop":
		return second
	}
	return first
}

// changes groups resources: the replicas of a service that fare alike, and then all
// that fare alike for one reason.
func changes(resources []*resource) []Change {
	var all []Change
	for _, r := range resources {
		name := r.ref.Name
		if r.ref.Kind == event.Container {
			name = cmp.Or(r.ref.Service, name)
		}
		mine := func(c Change) bool {
			return c.Kind == r.ref.Kind && c.Becomes == r.becomes && c.Of[0].Name == name && slices.Equal(c.When, r.when)
		}
		i := slices.IndexFunc(all, mine)
		if i < 0 {
			i = len(all)
			all = append(all, Change{Becomes: r.becomes, Kind: r.ref.Kind, Of: []Affected{{Name: name}}, When: r.when})
		}
		c := &all[i]
		c.Of[0].Count++
		c.LosesData = c.LosesData || r.losesData
		c.Again = c.Again || r.again && r.becomes != "remove"
		if !slices.ContainsFunc(c.Reasons, r.reason.equal) {
			c.Reasons = append(c.Reasons, r.reason)
		}
	}
	return joinAlike(all)
}

// joinAlike makes one change of those that differ in their names alone.
func joinAlike(changes []Change) []Change {
	var joined []Change
	for _, c := range changes {
		alike := func(o Change) bool {
			return o.Kind == c.Kind && o.Becomes == c.Becomes && o.Again == c.Again && o.LosesData == c.LosesData &&
				slices.Equal(o.When, c.When) && slices.EqualFunc(o.Reasons, c.Reasons, Reason.equal)
		}
		if i := slices.IndexFunc(joined, alike); i >= 0 {
			joined[i].Of = append(joined[i].Of, c.Of...)
			continue
		}
		joined = append(joined, c)
	}
	return joined
}

func (r Reason) equal(o Reason) bool {
	return r.Code == o.Code && r.Detail == o.Detail && slices.Equal(r.Changes, o.Changes)
}
