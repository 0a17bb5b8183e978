package planfile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Seen is a resource that a plan depends on, as the engine had it. Health, uptime and
// one-offs are left out: a plan holds whatever they are.
type Seen struct {
	Ref event.Ref `json:"ref"` // without Old: Name is the present one
	// ID is the resource's at the engine; "": it has none but its name.
	ID string `json:"id,omitempty"`
	// Config is the config-hash label of a volume, which has no id. That of a container
	// would tell who tries values out which variables it has.
	Config string `json:"config,omitempty"`
	// Image is the id of a container's image.
	Image string `json:"image,omitempty"`
	// State is that of a container.
	State State `json:"state,omitempty"`
	// Plan is the id of the plan that made a container; it is not compared.
	Plan string `json:"plan,omitempty"`
}

// State is whether a container has a process.
type State string

// The states.
const (
	Runs    State = "runs" // or is about to be started again
	Paused  State = "paused"
	Stopped State = "stopped"
)

// Look returns what a plan for a project depends on of an engine's state: the containers
// of the selected services, and others that the plan changes, networks, volumes, and
// images. Images that the plan itself pulls or builds are left out: what is there of them
// is replaced.
func Look(p *project.Project, made *plan.Plan, s planner.State) []Seen {
	var seen []Seen
	changed := touchedBy(made)
	for _, c := range s.Containers {
		ref := event.Ref{Kind: event.Container, Name: c.Name, Service: c.Service, Number: c.Number}
		_, selected := p.Services[c.Service]
		if c.OneOff || !selected && !changed.has(ref) {
			continue
		}
		seen = append(seen, Seen{
			Ref: ref, ID: c.ID, Image: c.ImageID, State: stateOf(c.Status), Plan: c.Labels[project.LabelPlan],
		})
	}
	for _, n := range s.Networks {
		seen = append(seen, Seen{Ref: event.Ref{Kind: event.Network, Name: n.Name}, ID: n.ID})
	}
	for _, v := range s.Volumes {
		seen = append(seen, Seen{Ref: event.Ref{Kind: event.Volume, Name: v.Name}, Config: v.Hash})
	}
	for name, i := range s.Images {
		ref := event.Ref{Kind: event.Image, Name: name}
		if !changed.has(ref) {
			seen = append(seen, Seen{Ref: ref, ID: i.ID})
		}
	}
	slices.SortFunc(seen, func(a, b Seen) int { return compareRefs(a.Ref, b.Ref) })
	return seen
}

func compareRefs(a, b event.Ref) int {
	return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Name, b.Name))
}

func stateOf(s planner.Status) State {
	switch {
	case s == planner.Paused:
		return Paused
	case s.Active():
		return Runs
	}
	return Stopped
}

// touched are the resources that steps of a plan are about: by kind and name, and of
// containers also by service and number, since their names change while they are replaced.
type touched map[event.Ref]bool

func touchedBy(p *plan.Plan) touched {
	t := touched{}
	for _, s := range p.Steps {
		r := s.Action.Resource()
		t[event.Ref{Kind: r.Kind, Name: r.Name}] = true
		if r.Old != "" {
			t[event.Ref{Kind: r.Kind, Name: r.Old}] = true
		}
		if r.Kind == event.Container && r.Number > 0 {
			t[event.Ref{Kind: r.Kind, Service: r.Service, Number: r.Number}] = true
		}
	}
	return t
}

func (t touched) has(r event.Ref) bool {
	return t[event.Ref{Kind: r.Kind, Name: r.Name}] ||
		r.Kind == event.Container && r.Number > 0 && t[event.Ref{Kind: r.Kind, Service: r.Service, Number: r.Number}]
}

// Difference is a resource that is not as it was seen.
type Difference struct {
	Ref event.Ref
	// What became of it since: "was stopped".
	What string
	// own: it is what the plan's own steps may have left.
	own bool
}

// String is a sentence: "container shop-web-1 was stopped".
func (d Difference) String() string {
	return strings.ToLower(string(d.Ref.Kind)) + " " + d.Ref.Name + " " + d.What
}

// Differences compares what was seen with what Look finds now. begun: the plan has been
// begun, and what its own steps changed does not count, such as a container that it stops,
// or one that it made. They are in the order of the resources' kinds and names.
func (s *Saved) Differences(now []Seen, begun bool) []Difference {
	var found []Difference
	for _, was := range s.Seen {
		i := slices.IndexFunc(now, func(n Seen) bool { return n.same(was) })
		switch {
		case i < 0:
			found = append(found, Difference{was.Ref, "was removed", true})
		case now[i].what(was) != "":
			found = append(found, Difference{now[i].Ref, now[i].what(was), true})
		}
	}
	for _, n := range now {
		if !slices.ContainsFunc(s.Seen, n.same) {
			found = append(found, Difference{n.Ref, "was created", n.Ref.Kind != event.Container || n.Plan == s.ID})
		}
	}
	if begun {
		changed := touchedBy(s.Plan)
		found = slices.DeleteFunc(found, func(d Difference) bool { return d.own && changed.has(d.Ref) })
	}
	slices.SortFunc(found, func(a, b Difference) int { return compareRefs(a.Ref, b.Ref) })
	return found
}

// same tells whether two are of the same resource.
func (s Seen) same(as Seen) bool {
	switch {
	case s.Ref.Kind != as.Ref.Kind:
		return false
	case s.Ref.Kind == event.Container:
		return s.ID == as.ID
	}
	return s.Ref.Name == as.Ref.Name
}

// what says how it differs from what it was; "": it does not.
func (s Seen) what(was Seen) string {
	switch {
	case s.Ref.Kind == event.Image && s.ID != was.ID:
		return "is another one"
	case s.ID != was.ID || s.Config != was.Config || s.Image != was.Image:
		return "was made anew"
	case s.State == was.State:
		return ""
	case was.State == Paused && s.State == Runs:
		return "was unpaused"
	}
	return map[State]string{Runs: "was started", Paused: "was paused", Stopped: "was stopped"}[s.State]
}

// Begun tells whether a container shows that the plan has been begun.
func (s *Saved) Begun(now []Seen) bool {
	return slices.ContainsFunc(now, func(n Seen) bool { return n.Plan == s.ID })
}
