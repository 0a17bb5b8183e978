package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// waits makes the waits for the conditions of depends_on, each once.
type waits struct {
	d    *upDraft
	made map[string]int
}

// conditions returns the steps after which the service may start. When is that
// of the start: what only it waits for is as conditional as it is.
func (w *waits) conditions(svc types.ServiceConfig, when []event.Ref) []int {
	var after []int
	for _, dep := range slices.Sorted(maps.Keys(svc.DependsOn)) {
		on := svc.DependsOn[dep]
		condition := Condition(on.Condition)
		// nil: --no-deps, or a profile that is off
		for i, r := range w.d.units[dep].allReplicas() {
			base := plan.Step{When: when, Optional: !on.Required}
			switch {
			case condition == ConditionStarted && on.Required,
				condition == ConditionStarted && r.ready == 0,
				condition == ConditionHealthy && r.keepsRunning() && r.old.Health == Healthy:
				after = append(after, r.ready)
			default:
				key := fmt.Sprint(dep, i, condition, base.Optional, refsKey(when))
				after = append(after, w.wait(key, r, condition, svc.Name, base))
			}
		}
	}
	return after
}

// wait returns the step that waits for a replica, like base for what is not the
// action's.
func (w *waits) wait(key string, r *replica, condition Condition, waiter string, base plan.Step) int {
	if made, ok := w.made[key]; ok {
		w.d.addWaiter(made, waiter)
		return made
	}
	base.Action = WaitContainer{Ref: r.ref, ID: r.oldID(), Condition: condition, For: []string{waiter}}
	base.Reason = plan.Reason{Code: BecauseDependency, Detail: waiter}
	w.made[key] = w.d.add(base, r.ready)
	return w.made[key]
}

// addWaiter names one more service that waits in a step.
func (d *draft) addWaiter(id int, waiter string) {
	s := &d.plan.Steps[id-1]
	a := s.Action.(WaitContainer)
	if !slices.Contains(a.For, waiter) {
		a.For = append(slices.Clone(a.For), waiter)
		s.Action = a
		s.Reason.Detail = strings.Join(a.For, ", ")
	}
}
