package session

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// readHistory reads the project's deployments; where that is not possible, labels are all
// there is.
func (x *explainer) readHistory(ctx context.Context, dir string) {
	store, err := x.History(ctx, dir)
	if err == nil {
		x.history, err = store.List()
	}
	if err != nil {
		x.Sink(event.Message{Level: event.Debug, Text: "the history cannot be read: " + err.Error()})
	}
}

// lastChange is which command changed a service last; nil: nobody knows.
func (x *explainer) lastChange(service string) *planner.LastChange {
	known := x.lastKnown(service)
	var newest planner.Container
	for _, c := range x.state.Containers {
		if c.Service == service && !c.OneOff && (newest.ID == "" || c.Created.After(newest.Created)) {
			newest = c
		}
	}
	made, created := newest.Labels[project.LabelPlan], newest.Created
	if exact := x.facts[newest.ID].Created; !exact.IsZero() {
		created = exact
	}
	switch {
	case newest.ID == "":
		if known != nil && known.Becomes == "remove" {
			return known
		}
		return nil
	case known != nil && (x.recorded(made) || known.At.After(created)):
		return known
	case made == "": // another tool made it
		return nil
	}
	number, _ := strconv.Atoi(newest.Labels[project.LabelDeployment])
	return &planner.LastChange{
		Deployment: number, By: newest.Labels[project.LabelDeployedBy], Elsewhere: true,
		At: created, Becomes: "create",
	}
}

// recorded tells whether the history has the plan that made a container.
func (x *explainer) recorded(planID string) bool {
	return planID != "" && slices.ContainsFunc(x.history, func(l history.Listed) bool { return l.Err == nil && l.PlanID == planID })
}

// lastKnown is the last change of a service that the history has; nil: none.
func (x *explainer) lastKnown(service string) *planner.LastChange {
	for _, l := range slices.Backward(x.history) {
		if l.Err != nil {
			continue
		}
		for _, e := range slices.Backward(l.Later) {
			if c := changeOf(e.Changes, service); c != nil {
				return knownChange(l.Deployment, c, e.Began, e.Outcome)
			}
		}
		if c := changeOf(l.Changes, service); c != nil {
			return knownChange(l.Deployment, c, l.Began, l.Outcome)
		}
	}
	return nil
}

// changeOf is the change of a service's containers among changes; nil: they do not change.
func changeOf(changes []plan.Change, service string) *plan.Change {
	for i, c := range changes {
		if c.Kind == event.Container && slices.ContainsFunc(c.Of, func(of plan.Affected) bool { return of.Name == service }) {
			return &changes[i]
		}
	}
	return nil
}

func knownChange(d *history.Deployment, c *plan.Change, at time.Time, o history.Outcome) *planner.LastChange {
	return &planner.LastChange{
		Deployment: d.Number, By: d.By(), Command: d.Command, At: at,
		Becomes: c.Becomes, Reasons: c.Reasons, Outcome: string(o.Result),
	}
}
