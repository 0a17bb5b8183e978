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

// starts adds the starts of the containers, dependencies first, with the waits that
// their depends_on asks for and the post_start hooks.
func (d *upDraft) starts() {
	w := waits{d: d, made: map[string]int{}}
	for _, name := range d.order {
		svc := d.p.Services[name]
		previous := 0
		hooks := d.preStartOf(svc)
		for _, r := range d.units[name].replicas {
			s, needed := d.startStep(r)
			if !needed {
				r.ready = r.renamed
				continue
			}
			after := append(w.conditions(svc, s.When), r.created, r.renamed, r.stopped)
			after = append(after, r.joined...)
			if sharesPortRange(svc) {
				after = append(after, previous)
			}
			after = hooks.before(s, after)
			r.started = d.add(s, after...)
			previous = r.started
			r.ready = d.postStart(svc, r, s)
		}
	}
}

// startStep is the step that starts or unpauses a replica, if it needs one.
func (d *upDraft) startStep(r *replica) (s plan.Step, needed bool) {
	if r.decision == create || r.decision == replace && len(r.when) == 0 {
		return plan.Step{Action: StartContainer{Ref: r.ref}, Reason: r.reason}, true
	}
	down, when := d.goesDown(r)
	switch {
	case r.old.Status == Paused && !down:
		return plan.Step{Action: UnpauseContainer{Ref: r.ref, ID: r.old.ID}, Reason: plan.Reason{Code: BecausePausedByHand}}, true
	case !r.old.running():
		return plan.Step{Action: StartContainer{Ref: r.ref, ID: r.old.ID}, Reason: plan.Reason{Code: BecauseNotRunning}}, true
	case down:
		return plan.Step{Action: StartContainer{Ref: r.ref, ID: r.old.ID}, Reason: d.downReason(r), When: when}, true
	}
	return plan.Step{}, false
}

// postStart adds the hooks that follow a start, and returns the step after
// which the replica counts as started.
func (d *upDraft) postStart(svc types.ServiceConfig, r *replica, start plan.Step) int {
	last := r.started
	if _, ok := start.Action.(StartContainer); !ok {
		return last
	}
	a := start.Action.(StartContainer)
	for i := range svc.PostStart {
		last = d.add(plan.Step{
			Action: RunHook{Ref: r.ref, ID: a.ID, Phase: PostStart, Index: i}, Reason: start.Reason, When: start.When,
		}, last)
	}
	return last
}

// keepsRunning tells whether the plan leaves the replica's container as it runs.
func (r *replica) keepsRunning() bool {
	return r.decision == keep && r.started == 0 && r.old.Status == Running
}

func (r *replica) oldID() string {
	if r.old == nil || r.decision == create || r.decision == replace && len(r.when) == 0 {
		return ""
	}
	return r.old.ID
}

// finalWaits adds what --wait asks for: everything runs, healthy where there is
// a check. A job that somebody waits for has to complete instead. What a waiter
// has waited for need not be waited for again.
func (d *upDraft) finalWaits() {
	if !d.o.Wait || d.o.NoStart {
		return
	}
	jobs := map[string]bool{}
	for svc := range maps.Values(d.p.Services) {
		for dep, on := range svc.DependsOn {
			if on.Condition == types.ServiceConditionCompletedSuccessfully {
				jobs[dep] = true
			}
		}
	}
	met := map[event.Ref]bool{}
	for _, s := range d.plan.Steps {
		if a, ok := s.Action.(WaitContainer); ok && !s.Optional && len(s.When) == 0 {
			met[a.Ref] = met[a.Ref] || a.Condition == ConditionCompleted || a.Condition == ConditionHealthy && !jobs[a.Ref.Service]
		}
	}
	for _, name := range d.order {
		condition := ConditionRunningOrHealthy
		if jobs[name] {
			condition = ConditionCompleted
		}
		for _, r := range d.units[name].replicas {
			if met[r.ref] {
				continue
			}
			d.add(plan.Step{
				Action: WaitContainer{Ref: r.ref, ID: r.oldID(), Condition: condition},
				Reason: plan.Reason{Code: BecauseRequested, Detail: "--wait"},
			}, r.ready)
		}
	}
}

// sharesPortRange tells whether the replicas take their host port from one
// range.
func sharesPortRange(svc types.ServiceConfig) bool {
	return svc.GetScale() > 1 && project.HasPortRange(svc)
}

func refsKey(refs []event.Ref) string {
	var names []string
	for _, r := range refs {
		names = append(names, r.Name)
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}
