package planner

import (
	"cmp"
	"maps"
	"slices"
)

// dependencies are a service's, by name: the file's, else those that its
// containers' labels keep.
func (q *inquiry) dependencies(service string) []Dependency {
	svc, ok := q.config(service)
	if !ok {
		if there := q.containers(service); len(there) > 0 {
			return there[0].DependsOn
		}
		return nil
	}
	var all []Dependency
	for _, name := range slices.Sorted(maps.Keys(svc.DependsOn)) {
		all = append(all, Dependency{Service: name, Condition: svc.DependsOn[name].Condition})
	}
	return all
}

// waits says for each dependency whether its condition is met, and if not, its state. Labels may hold a circle: it is not gone round.
func (q *inquiry) waits(service string) []Wait {
	waits := []Wait{}
	svc, _ := q.config(service)
	for _, d := range q.dependencies(service) {
		w := Wait{Service: d.Service, Condition: d.Condition, Required: true}
		if of, ok := svc.DependsOn[d.Service]; ok {
			w.Required = of.Required
		}
		a, seen := q.known[d.Service]
		if !seen {
			a = q.assess(d.Service)
		}
		if a == nil {
			continue
		}
		w.Met, w.Text = met(Condition(d.Condition), a), cmp.Or(a.brief, a.predicate)
		if !w.Met && a.verdict == VerdictRunning {
			w.Text = unmetRunning(Condition(d.Condition))
		}
		for _, f := range a.found {
			if f.facts.Probe != nil && (f.verdict == VerdictUnhealthy || f.verdict == VerdictStarting) {
				w.Probe = f.facts.Probe
			}
		}
		waits = append(waits, w)
	}
	return waits
}

// met tells whether a dependency in this state lets others go on.
func met(condition Condition, a *assessment) bool {
	if len(a.found) == 0 {
		return a.verdict == VerdictRunning // a provider's
	}
	for _, f := range a.found {
		switch condition {
		case ConditionHealthy:
			if f.c.Health != Healthy {
				return false
			}
		case ConditionCompleted:
			if f.c.Status != Exited || f.c.ExitCode != 0 {
				return false
			}
		default:
			if !f.c.running() {
				return false
			}
		}
	}
	return true
}

// unmetRunning is what is wrong with a dependency that runs.
func unmetRunning(condition Condition) string {
	switch condition {
	case ConditionHealthy:
		return "runs, and has no health check that could pass"
	case ConditionCompleted:
		return "still runs"
	}
	return "runs"
}

// assessWaits lets a dependency be the cause, where the service never started,
// or is not there although something of what it needs is.
func (q *inquiry) assessWaits(a *assessment) {
	for _, w := range a.waits {
		if w.Met || !w.Required {
			continue
		}
		present := len(q.containers(w.Service)) > 0
		if a.verdict != VerdictStopped && !present || a.verdict == VerdictStopped && !a.neverStarted() {
			continue
		}
		a.causes = slices.DeleteFunc(a.causes, func(c Cause) bool { return c.Code == CauseNeverStarted })
		a.root = w.Service
		if other := q.known[w.Service]; other != nil && other.root != "" {
			a.root = other.root
		}
		a.causes = slices.Insert(a.causes, 0, Cause{
			Code: CauseDependency, Text: "it waits for " + w.Service + " (" + w.Condition + "), which " + w.Text,
			Hint: "compose explain " + a.root,
		})
		a.verdict, a.brief, a.predicate = VerdictWaiting, "", "waits for "+w.Service+", which "+w.Text
		return
	}
}

func (a *assessment) neverStarted() bool {
	return slices.ContainsFunc(a.causes, func(c Cause) bool { return c.Code == CauseNeverStarted })
}
