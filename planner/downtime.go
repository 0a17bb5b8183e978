package planner

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// restart is why the kept containers of a service stop and start again.
type restart struct {
	reason plan.Reason
	when   []event.Ref // only if one of these images changed
}

// restarts finds the services that go down for a while because of a dependency
// with restart: true that does, directly or through others.
func (d *upDraft) restarts() {
	for _, name := range d.order {
		u := d.units[name]
		var causes []string
		var when []event.Ref
		certain := false
		deps := d.p.Services[name].DependsOn
		for _, dep := range slices.Sorted(maps.Keys(deps)) {
			if !deps[dep].Restart && !d.rejoinsNamespace(name, dep) {
				continue
			}
			for _, r := range d.units[dep].allReplicas() {
				if down, images := d.goesDown(r); down {
					causes = append(causes, dep)
					when = append(when, images...)
					certain = certain || len(images) == 0
				}
			}
			if d.units[dep].finishesReplacement() {
				causes, certain = append(causes, dep), true
			}
		}
		if len(causes) == 0 {
			continue
		}
		if certain {
			when = nil
		}
		u.restart = &restart{
			reason: plan.Reason{Code: BecauseDependencyRestart, Detail: strings.Join(slices.Compact(causes), ", ")},
			when:   uniqueRefs(when),
		}
	}
}

// isOnlyRestarted tells whether a service is of this plan for UpOptions.Restarted.
func (d *upDraft) isOnlyRestarted(service string) bool {
	return slices.Contains(d.o.Restarted, service)
}

// RestartedWith are the services with running containers that are restarted with
// the given ones: by restart: true of their depends_on, directly or through others.
func RestartedWith(p *project.Project, s State, services []string) []string {
	mine := regular(p, nil)
	f := newExisting(p, s, "", LifecycleOptions{}, func(c *Container) bool { return mine(c) && c.running() })
	return withRestarted(f, services)[len(services):]
}

// rejoinsNamespace tells whether a service is in the network namespace of another one
// that stops for a network which is made anew: whatever its depends_on says, it
// has to join the new namespace.
func (d *upDraft) rejoinsNamespace(service, parent string) bool {
	return d.p.Services[service].NetworkMode == types.ServicePrefix+parent &&
		slices.ContainsFunc(d.units[parent].allReplicas(), func(r *replica) bool { return len(r.rejoins) > 0 })
}

// allReplicas is for services that may not be of this plan.
func (u *unit) allReplicas() []*replica {
	if u == nil {
		return nil
	}
	return u.replicas
}

// finishesReplacement tells whether a running container goes whose successor an
// interrupted run created.
func (u *unit) finishesReplacement() bool {
	return u != nil && slices.ContainsFunc(u.surplus, func(r removal) bool { return r.replaced })
}

// restartOf is why a replica that is kept stops and starts again; nil: it does not.
func (d *upDraft) restartOf(r *replica) *restart {
	if len(r.rejoins) > 0 {
		return &restart{reason: networkChanged(r.rejoins)}
	}
	return d.units[r.ref.Service].restart
}

// goesDown tells whether a running container stops in this plan, to be replaced
// or started again, and on which images that depends (nil: on none).
func (d *upDraft) goesDown(r *replica) (down bool, when []event.Ref) {
	if r.old == nil || !r.old.running() {
		return false, nil
	}
	again := d.restartOf(r)
	switch {
	case r.decision == replace && (again == nil || len(r.when) == 0):
		return true, r.when
	case again == nil:
		return false, nil
	case r.decision == replace && len(again.when) > 0:
		return true, uniqueRefs(slices.Concat(r.when, again.when))
	}
	return true, again.when
}

// downReason is why a container that goes down does: its own reason where it is
// replaced in any case.
func (d *upDraft) downReason(r *replica) plan.Reason {
	again := d.restartOf(r)
	if r.decision == replace && (again == nil || len(r.when) == 0 || len(again.when) > 0) {
		return r.reason
	}
	return again.reason
}

// stopOld adds the stop of a container that goes down, after those of the
// dependents that go down with it. It returns 0 where nothing runs.
//
// What could not be started again is not stopped: the stop waits for the
// container's replacement, and for those of all that it depends on.
func (d *upDraft) stopOld(r *replica) int {
	down, when := d.goesDown(r)
	if r.stopped != 0 || !down {
		return r.stopped
	}
	after := append(d.stopDependents(r.ref.Service), d.units[r.ref.Service].requiredCreates...)
	after = append(append(after, r.created), d.first...)
	if len(when) > 0 && r.old.Status == Paused && !d.o.NoStart { // it may stay, and is to run then
		after = append(after, d.add(plan.Step{
			Action: UnpauseContainer{Ref: r.old.ref(), ID: r.old.ID}, Reason: plan.Reason{Code: BecausePausedByHand},
		}))
	}
	ref := r.ref
	if r.decision == replace {
		ref = r.old.oldRef(r.ref.Name)
	}
	r.stopped = d.stop(r.old, ref, d.downReason(r), when, after...)
	return r.stopped
}

// stopDependents adds the stops of what says restart: true of a service, and
// returns them.
func (d *upDraft) stopDependents(service string) []int {
	var stops []int
	for _, dependent := range d.dependents[service] {
		if d.p.Services[dependent].DependsOn[service].Restart || d.rejoinsNamespace(dependent, service) {
			for _, r := range d.units[dependent].replicas {
				stops = append(stops, d.stopOld(r))
			}
		}
	}
	return stops
}

// collectRequiredCreates fills in requiredCreates of all units, once all creates are added.
func (d *upDraft) collectRequiredCreates() {
	for _, name := range d.order {
		u := d.units[name]
		for _, dep := range slices.Sorted(maps.Keys(d.p.Services[name].DependsOn)) {
			if other := d.units[dep]; other != nil && d.p.Services[name].DependsOn[dep].Required {
				u.requiredCreates = append(u.requiredCreates, other.requiredCreates...)
				for _, r := range other.replicas {
					u.requiredCreates = append(u.requiredCreates, r.created)
				}
			}
		}
		slices.Sort(u.requiredCreates)
		u.requiredCreates = slices.Compact(u.requiredCreates)
	}
}
