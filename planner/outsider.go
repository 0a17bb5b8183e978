package planner

import (
	"slices"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// outsider is a container that stays and is of none of the plan's services, but
// whose network is made anew: it stops, is connected to the new one, and starts
// again where it ran.
type outsider struct {
	c       *Container
	rejoins []string // networks, by name
	start   bool
	stopped int
	joined  []int
	started int
}

// findOutsiders fills d.outside: with those on the networks that are made anew,
// and those that an earlier run has not brought back.
func (d *upDraft) findOutsiders() {
	recorded := d.recorded()
	goes := map[string]bool{}
	for r := range d.allRemovals() {
		goes[r.c.ID] = true
	}
	for i := range d.s.Containers {
		c := &d.s.Containers[i]
		_, selected := d.p.Services[c.Service]
		if selected || c.OneOff || c.gone() || goes[c.ID] || slices.ContainsFunc(recorded[c.ID], d.cannotReturn) {
			continue
		}
		o := &outsider{c: c, rejoins: d.rejoinsOutside(c, recorded[c.ID])}
		o.start = c.running() && (len(o.rejoins) > 0 || d.parentStops(c)) ||
			!c.running() && slices.ContainsFunc(recorded[c.ID], func(s Stopped) bool { return s.Start })
		if o.start || len(o.rejoins) > 0 {
			d.outside = append(d.outside, o)
		}
	}
}

// cannotReturn tells whether the network of a recorded container is not there, and this
// plan does not create it.
func (d *upDraft) cannotReturn(s Stopped) bool {
	if s.Network == "" || d.findNetwork(s.Network) != nil {
		return false
	}
	for key, conf := range d.p.Networks {
		if conf.Name == s.Network && d.networkUsed(key) {
			return false
		}
	}
	return true
}

// recorded is what earlier runs have not brought back, by container.
func (d *upDraft) recorded() map[string][]Stopped {
	by := map[string][]Stopped{}
	for _, v := range d.s.Volumes {
		for _, s := range v.Stops {
			by[s.ID] = append(by[s.ID], s)
		}
	}
	return by
}

// rejoinsOutside are the networks that a container is connected to anew: those
// made anew, and of those that a record names the ones it knows as they were.
func (d *upDraft) rejoinsOutside(c *Container, recorded []Stopped) []string {
	var names []string
	for _, name := range c.networkNames() {
		if d.isReplaced(name) {
			names = append(names, name)
		}
	}
	for _, s := range recorded {
		id, on := c.Networks[s.Network]
		if s.Network != "" && !c.running() && (!on || d.isStale(s.Network, id)) && !slices.Contains(names, s.Network) {
			names = append(names, s.Network)
		}
	}
	return names
}

func (d *upDraft) isReplaced(network string) bool {
	for key := range d.replaced.networks {
		if d.p.Networks[key].Name == network {
			return true
		}
	}
	return false
}

// parentStops tells whether the container whose network namespace this one is in
// stops for a network that is made anew, and stays: its namespace is another one
// then. With one that does not stay nothing can be shared.
func (d *upDraft) parentStops(c *Container) bool {
	parent := d.containers[c.SharesNetwork]
	if parent == nil || !slices.ContainsFunc(parent.networkNames(), d.isReplaced) {
		return false
	}
	if u := d.units[parent.Service]; u != nil && !parent.OneOff {
		return slices.ContainsFunc(u.replicas, func(r *replica) bool { return r.old == parent && len(r.rejoins) > 0 })
	}
	return !d.removesOrphan(parent)
}

// recordStops adds the step that keeps what the plan stops and an `up` like this
// one would not start by itself.
func (d *upDraft) recordStops() {
	var stops []Stopped
	note := func(c *Container, networks []string, start bool) {
		for _, name := range networks {
			stops = append(stops, Stopped{ID: c.ID, Network: name, Start: start})
		}
		if len(networks) == 0 {
			stops = append(stops, Stopped{ID: c.ID, Start: start})
		}
	}
	for _, o := range d.outside {
		note(o.c, o.rejoins, o.start)
	}
	for _, name := range d.order {
		for _, r := range d.units[name].replicas {
			if d.o.NoStart && len(r.rejoins) > 0 && r.old.running() {
				note(r.old, r.rejoins, true)
			}
		}
	}
	for _, key := range d.p.NetworkNames() {
		if d.replaced.networks[key] && len(stops) > 0 {
			n := d.findNetwork(d.p.Networks[key].Name)
			ref := event.Ref{Kind: event.Volume, Name: shortID(n.ID) + "_" + n.Name}
			d.record = d.add(plan.Step{Action: RecordStops{Ref: ref, Stops: stops}, Reason: networkChanged([]string{n.Name})}, d.first...)
			return
		}
	}
}

// stopOutsider adds the stop of one that runs, once.
func (d *upDraft) stopOutsider(o *outsider) int {
	if o.stopped == 0 {
		o.stopped = d.stop(o.c, o.c.ref(), o.reason(), nil, append(slices.Clone(d.first), d.record)...)
	}
	return o.stopped
}

func (o *outsider) reason() plan.Reason {
	switch {
	case len(o.rejoins) > 0:
		return networkChanged(o.rejoins)
	case !o.c.running():
		return plan.Reason{Code: BecauseInterrupted, Detail: "a network was made anew"}
	}
	return plan.Reason{Code: BecauseNetworkChanged, Detail: "that of the container whose namespace it shares"}
}

// startOutsiders brings back what the plan, or an earlier run, stopped: after
// what they depend on, as far as the plan starts that.
func (d *upDraft) startOutsiders() {
	for _, o := range d.outside {
		if o.start && o.c.SharesNetwork == "" {
			d.startOutsider(o)
		}
	}
	for _, o := range d.outside {
		if o.start && o.c.SharesNetwork != "" {
			d.startOutsider(o)
		}
	}
}

func (d *upDraft) startOutsider(o *outsider) {
	after := append(slices.Clone(o.joined), o.stopped)
	for _, other := range d.outside {
		if other.c.ID == o.c.SharesNetwork {
			after = append(after, other.started)
		}
	}
	for _, u := range d.units {
		for _, r := range u.replicas {
			depends := slices.ContainsFunc(o.c.DependsOn, func(on Dependency) bool { return on.Service == u.name })
			if depends || r.old != nil && r.old.ID == o.c.SharesNetwork {
				after = append(after, r.ready)
			}
		}
	}
	ref, reason := o.c.ref(), o.reason()
	o.started = d.add(plan.Step{Action: StartContainer{Ref: ref, ID: o.c.ID}, Reason: reason}, after...)
	svc, _ := d.service(o.c.Service)
	for i := range svc.PostStart {
		hook := RunHook{Ref: ref, ID: o.c.ID, Phase: PostStart, Index: i}
		o.started = d.add(plan.Step{Action: hook, Reason: reason}, o.started)
	}
	if o.c.Status == Paused {
		o.started = d.add(plan.Step{Action: PauseContainer{Ref: ref, ID: o.c.ID}, Reason: reason}, o.started)
	}
}

// startAgain brings back those of the plan's containers that only stopped for a
// while, where nothing else is started. What goes down with a service that is made
// anew waits for that service's start, which another plan brings.
func (d *upDraft) startAgain() {
	recorded := d.recorded()
	for _, name := range d.order {
		for _, r := range d.units[name].replicas {
			if r.old == nil || r.decision != keep || r.stopped == 0 && len(recorded[r.old.ID]) == 0 {
				continue
			}
			s, needed := d.startStep(r)
			if !needed || d.staysDownWith(name) {
				continue
			}
			after := append(slices.Clone(r.joined), r.renamed, r.stopped)
			for dep := range d.p.Services[name].DependsOn {
				for _, on := range d.units[dep].allReplicas() {
					after = append(after, on.ready)
				}
			}
			r.started = d.add(s, after...)
			r.ready = d.postStart(d.p.Services[name], r, s)
		}
	}
}

// staysDownWith tells whether a service is restarted with another one, which this
// plan stops and does not start.
func (d *upDraft) staysDownWith(service string) bool {
	for dep, on := range d.p.Services[service].DependsOn {
		if !on.Restart {
			continue
		}
		for _, r := range d.units[dep].allReplicas() {
			if down, when := d.goesDown(r); down && len(when) == 0 && r.started == 0 {
				return true
			}
		}
	}
	return false
}

// forgetRecords removes what an interrupted run left to the next one, which will
// find nothing of it.
func (d *down) forgetRecords() {
	for _, v := range d.s.Volumes {
		if len(v.Stops) > 0 && v.Project == d.name && len(d.options.Services) == 0 {
			d.add(plan.Step{Action: ForgetStops{Ref: event.Ref{Kind: event.Volume, Name: v.Name}}, Reason: requested, Optional: true})
		}
	}
}

// forgetStops ends what recordStops began, in this run or an earlier one.
func (d *upDraft) forgetStops() {
	var names []string
	for _, v := range d.s.Volumes {
		left := func(s Stopped) bool { return d.containers[s.ID] != nil && d.cannotReturn(s) }
		if len(v.Stops) > 0 && len(v.Stops[0].Volumes) == 0 && !slices.ContainsFunc(v.Stops, left) {
			names = append(names, v.Name)
		}
	}
	if d.record != 0 {
		names = append(names, d.plan.Steps[d.record-1].Action.Resource().Name)
	}
	slices.Sort(names)
	after := []int{d.record}
	for _, o := range d.outside {
		after = append(append(after, o.joined...), o.started)
	}
	if d.o.NoStart {
		for _, u := range d.units {
			for _, r := range u.replicas {
				after = append(append(after, r.joined...), r.ready)
			}
		}
	}
	for _, name := range slices.Compact(names) {
		ref := event.Ref{Kind: event.Volume, Name: name}
		d.add(plan.Step{Action: ForgetStops{Ref: ref}, Reason: plan.Reason{Code: BecauseNetworkChanged, Detail: "its containers are back"}, Optional: true}, after...)
	}
}
