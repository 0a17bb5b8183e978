package planner

import (
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// next sums the plan's steps up by container and image of the service.
func (q *inquiry) next() []Change {
	var changes []Change
	at := map[string]int{} // by kind and name
	for _, s := range q.Plan.Steps {
		verb := q.verb(s)
		if verb == "" {
			continue
		}
		ref := s.Action.Resource()
		key := string(ref.Kind) + ref.Name
		i, seen := at[key]
		if !seen {
			i = len(changes)
			at[key] = i
			changes = append(changes, Change{Verb: verb, Name: ref.Name, Reason: s.Reason, When: names(s.When)})
			continue
		}
		changes[i].Verb = plan.Sum(changes[i].Verb, verb)
	}
	return changes
}

// verb is what a step is to the service in question; "": nothing to tell.
func (q *inquiry) verb(s plan.Step) string {
	ref := s.Action.Resource()
	ofIt := ref.Kind == event.Container && ref.Service == q.Service
	if ofIt || ref.Kind == event.Image && ref.Name == q.Project.ImageName(q.Service) {
		return s.Action.Words().Becomes
	}
	return ""
}

func names(refs []event.Ref) []string {
	var all []string
	for _, r := range refs {
		all = append(all, r.Name)
	}
	return all
}
