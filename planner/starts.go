package planner

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
)

// starts adds what brings the containers to life, dependencies first: the
// waits that their depends_on asks for, the starts and the post_start hooks.
func (d *draft) starts() {
	w := waits{d: d, made: map[string][]int{}}
	for _, name := range d.order {
		svc := d.p.Services[name]
		u := d.units[name]
		previous := 0
		for _, r := range u.replicas {
			s, needed := d.startStep(r)
			if !needed {
				u.ready = append(u.ready, r.stopped, r.renamed)
				continue
			}
			after := append(w.conditions(svc, s.When), r.created, r.renamed, r.stopped)
			after = append(after, d.portHolders(svc, r)...)
			if sharesPortRange(svc) {
				after = append(after, previous)
			}
			r.started = d.add(s, after...)
			previous = r.started
			u.ready = append(u.ready, d.postStart(svc, r, s))
		}
	}
}

// startStep is the step that brings a replica to life, if it needs one.
func (d *draft) startStep(r *replica) (s Step, needed bool) {
	if r.fate == create || r.fate == replace && len(r.when) == 0 {
		return Step{Action: StartContainer{Ref: r.ref}, Reason: r.reason}, true
	}
	switch {
	case r.old.Status == Paused && r.fate == keep:
		return Step{Action: UnpauseContainer{Ref: r.ref, ID: r.old.ID}, Reason: Reason{Code: BecausePausedByHand}}, true
	case !r.old.running():
		return Step{Action: StartContainer{Ref: r.ref, ID: r.old.ID}, Reason: Reason{Code: BecauseNotRunning}}, true
	case r.fate == replace:
		return Step{Action: StartContainer{Ref: r.ref, ID: r.old.ID}, Reason: r.reason, When: r.when}, true
	case r.stopped != 0:
		cause, when := d.restartCause(r.ref.Service)
		return Step{Action: StartContainer{Ref: r.ref, ID: r.old.ID}, Reason: cause, When: when}, true
	}
	return Step{}, false
}

// postStart adds the hooks that follow a start, and returns the step after
// which the replica counts as started.
func (d *draft) postStart(svc types.ServiceConfig, r *replica, start Step) int {
	last := r.started
	if _, ok := start.Action.(StartContainer); !ok {
		return last
	}
	a := start.Action.(StartContainer)
	for i := range svc.PostStart {
		last = d.add(Step{
			Action: RunHook{Ref: r.ref, ID: a.ID, Phase: PostStart, Index: i}, Reason: start.Reason, When: start.When,
		}, last)
	}
	return last
}

// waits makes the waits for the conditions of depends_on, each once.
type waits struct {
	d    *draft
	made map[string][]int
}

// conditions returns the steps after which the service may start. When is that
// of the start: what only it waits for is as conditional as it is.
func (w *waits) conditions(svc types.ServiceConfig, when []event.Ref) []int {
	var after []int
	for _, dep := range slices.Sorted(maps.Keys(svc.DependsOn)) {
		u := w.d.units[dep]
		if u == nil {
			continue // not selected: --no-deps, or a profile that is off
		}
		on := svc.DependsOn[dep]
		condition := Condition(on.Condition)
		if condition == ConditionStarted && on.Required {
			after = append(after, u.ready...)
			continue
		}
		after = append(after, w.wait(u, condition, svc.Name, Step{When: when, Optional: !on.Required})...)
	}
	return after
}

// wait returns the steps that wait for each of the unit's replicas, like base
// for what is not the action's.
func (w *waits) wait(u *unit, condition Condition, waiter string, base Step) []int {
	key := strings.Join([]string{u.name, string(condition), strconv.FormatBool(base.Optional), refsKey(base.When)}, "|")
	if made, ok := w.made[key]; ok {
		for _, id := range made {
			w.d.addWaiter(id, waiter)
		}
		return append(slices.Clone(made), u.ready...)
	}
	var steps []int
	for i, r := range u.replicas {
		if condition == ConditionHealthy && r.settled() && r.old.Health == Healthy {
			continue
		}
		s := base
		s.Action = WaitContainer{Ref: r.ref, ID: r.oldID(), Condition: condition, For: []string{waiter}}
		s.Reason = Reason{Code: BecauseDependency, Detail: waiter}
		steps = append(steps, w.d.add(s, u.readyOf(i)...))
	}
	w.made[key] = steps
	if base.Optional {
		return steps
	}
	return append(slices.Clone(steps), u.ready...)
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

// settled tells whether the plan leaves the replica's container as it runs.
func (r *replica) settled() bool {
	return r.fate == keep && r.started == 0 && r.old.running()
}

func (r *replica) oldID() string {
	if r.old == nil || r.fate == create || r.fate == replace && len(r.when) == 0 {
		return ""
	}
	return r.old.ID
}

// readyOf are the steps after which replica i counts as started.
func (u *unit) readyOf(i int) []int {
	if r := u.replicas[i]; r.started == 0 {
		return nil
	}
	return u.ready
}

// finalWaits adds what --wait asks for: everything runs, healthy where there is
// a check. A job that somebody waits for has to complete instead.
func (d *draft) finalWaits() {
	if !d.o.Wait {
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
	for _, name := range d.order {
		u := d.units[name]
		condition := ConditionRunningOrHealthy
		if jobs[name] {
			condition = ConditionCompleted
		}
		for i, r := range u.replicas {
			d.add(Step{
				Action: WaitContainer{Ref: r.ref, ID: r.oldID(), Condition: condition},
				Reason: Reason{Code: BecauseRequested, Detail: "--wait"},
			}, u.readyOf(i)...)
		}
	}
}

// portHolders are the stops of other containers that publish a host port which
// this replica wants.
func (d *draft) portHolders(svc types.ServiceConfig, r *replica) []int {
	wanted := map[string]bool{}
	for _, p := range svc.Ports {
		for _, port := range publishedPorts(p) {
			wanted[port] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	var steps []int
	holds := func(c *Container, stop int) {
		if stop != 0 && slices.ContainsFunc(c.Ports, func(p string) bool { return wanted[p] }) {
			steps = append(steps, stop)
		}
	}
	for _, name := range d.order {
		for _, other := range d.units[name].replicas {
			if other != r && other.old != nil {
				holds(other.old, other.stopped)
			}
		}
		for i := range d.units[name].surplus {
			holds(&d.units[name].surplus[i].c, d.units[name].surplus[i].stop)
		}
	}
	for i := range d.orphans {
		holds(&d.orphans[i].c, d.orphans[i].stop)
	}
	return steps
}

// maxPortRange bounds how many ports of a range are looked at one by one.
const maxPortRange = 1 << 16

// publishedPorts are the host ports of a mapping, as "8080/tcp".
func publishedPorts(p types.ServicePortConfig) []string {
	low, high, isRange := strings.Cut(p.Published, "-")
	first, err := strconv.Atoi(low)
	if err != nil {
		return nil
	}
	last := first
	if isRange {
		if last, err = strconv.Atoi(high); err != nil {
			return nil
		}
	}
	var ports []string
	for n := first; n <= last && n-first < maxPortRange; n++ {
		ports = append(ports, strconv.Itoa(n)+"/"+p.Protocol)
	}
	return ports
}

// sharesPortRange tells whether the replicas take their host port from one
// range: the engine may hand one out twice when they start at the same time.
func sharesPortRange(svc types.ServiceConfig) bool {
	return svc.GetScale() > 1 && slices.ContainsFunc(svc.Ports, func(p types.ServicePortConfig) bool {
		return strings.Contains(p.Published, "-")
	})
}

func refsKey(refs []event.Ref) string {
	var names []string
	for _, r := range refs {
		names = append(names, r.Name)
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}
