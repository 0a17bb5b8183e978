package planner

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// compareNetwork finds out whether a network is made anew.
func (d *upDraft) compareNetwork(key string) error {
	conf := d.p.Networks[key]
	now := d.findNetwork(conf.Name)
	if bool(conf.External) || now == nil || !d.networkUsed(key) {
		return nil
	}
	if now.Project != d.p.Name {
		d.note(fmt.Sprintf("a network with name %s exists but was not created for project %q", conf.Name, d.p.Name),
			"set `external: true` to use an existing network")
		return nil
	}
	want, err := d.p.NetworkHash(key)
	if err != nil {
		return fmt.Errorf("hashing network %q: %w", key, err)
	}
	if otherwise := now.Hash != "" && now.Hash != want; !d.isRedefined(event.Ref{Kind: event.Network, Name: conf.Name}, otherwise, now.Changes) {
		return nil
	}
	uses := func(c *Container) bool {
		return (c.running() || !c.OneOff) && d.reaches(c, conf.Name) // an ended one-off starts no more
	}
	if d.heldBack("network "+conf.Name, uses, d.keepsNetwork) {
		return nil
	}
	d.replaced.networks[key] = true
	return nil
}

// reaches tells whether a container is on a network, or in the namespace of one
// that is.
func (d *upDraft) reaches(c *Container, network string) bool {
	if parent := d.containers[c.SharesNetwork]; parent != nil {
		c = parent
	}
	_, on := c.Networks[network]
	return on
}

// keepsNetwork tells why a container's network has to stay: the container must
// not be stopped.
func (d *upDraft) keepsNetwork(c *Container) string {
	_, selected := d.p.Services[c.Service]
	switch {
	case c.OneOff:
		return hintGone
	case d.p.OneOff != nil && (!selected || d.p.IsOneOff(c.Service, 0)):
		return hintUnselected
	case d.policy(c.Service) == RecreateNever:
		return hintNever
	}
	return ""
}

// rejoins are the networks, by name, that a container of the plan's services is
// connected to anew: those made anew, also where somebody put it on one by hand,
// and where it does not run, those that were since it last ran.
func (d *upDraft) rejoins(c *Container) []string {
	var names []string
	for _, key := range d.p.NetworkNames() {
		name := d.p.Networks[key].Name
		id, on := c.Networks[name]
		if on && (d.replaced.networks[key] || !c.running() && d.isStale(name, id)) {
			names = append(names, name)
		}
	}
	return names
}

// isStale tells whether the network that a container knows by name and id is
// gone, or another one now.
func (d *upDraft) isStale(name, id string) bool {
	now := d.findNetwork(name)
	return now == nil || id != "" && now.ID != "" && now.ID != id
}

// losesMAC tells whether a container of the service would lose the hardware
// address that it was given on a network if it was connected to that anew: Docker
// takes the address at create alone (https://github.com/moby/moby/issues/48192),
// and where its API is older than 1.44 for the container as a whole.
func (d *upDraft) losesMAC(svc types.ServiceConfig, key string) bool {
	if d.s.Engine.Name == "podman" || !apiSince(d.s.Engine.APIVersion, 44) {
		return false
	}
	if n := svc.Networks[key]; n != nil && n.MacAddress != "" {
		return true
	}
	return svc.MacAddress != "" && svc.NetworksByPriority()[0] == key
}

// apiSince tells whether an API version is at least 1.minor; "" is current.
func apiSince(version string, minor int) bool {
	_, have, found := strings.Cut(version, ".")
	n, err := strconv.Atoi(have)
	return !found || err != nil || n >= minor
}

// noteMAC notes that a container outside of the plan loses its MAC address.
func (d *upDraft) noteMAC(o *outsider) {
	svc, known := d.service(o.c.Service)
	for key := range svc.Networks {
		if known && slices.Contains(o.rejoins, d.p.Networks[key].Name) && d.losesMAC(svc, key) {
			d.note(fmt.Sprintf("%s loses its mac_address on network %s, which is made anew: engines take it only when they create a container", o.c.Name, key),
				"make it anew: compose up --force-recreate "+o.c.Service)
		}
	}
}

func networkChanged(names []string) plan.Reason {
	return plan.Reason{Code: BecauseNetworkChanged, Detail: strings.Join(names, ", ")}
}

// planNetworks adds the networks that are missing, and those made anew after
// the containers on them have stopped. All that go do so before the first one
// is created: it may have the subnet of any.
func (d *upDraft) planNetworks() {
	d.networks = map[string]int{}
	d.findOutsiders()
	d.checkNetworks()
	d.recordStops()
	gone := map[string]int{}
	for _, key := range d.p.NetworkNames() {
		if d.replaced.networks[key] {
			now := d.findNetwork(d.p.Networks[key].Name)
			gone[key] = d.removeNetwork(now, plan.Reason{Code: BecauseConfigChanged, Changes: now.Changes})
		}
	}
	d.first = nil
	d.removeOrphanNetworks()
	for _, key := range d.p.NetworkNames() {
		conf := d.p.Networks[key]
		if d.findNetwork(conf.Name) != nil && gone[key] == 0 || bool(conf.External) || !d.networkUsed(key) {
			continue
		}
		reason := plan.Reason{Code: BecauseMissing}
		if gone[key] != 0 {
			reason.Code, reason.Changes = BecauseConfigChanged, d.findNetwork(conf.Name).Changes
		}
		ref := event.Ref{Kind: event.Network, Name: conf.Name}
		d.networks[key] = d.add(plan.Step{Action: CreateNetwork{Ref: ref, Key: key}, Reason: reason}, gone[key])
	}
	d.connect()
}

// checkNetworks adds what comes before any stop for a network that is made anew.
func (d *upDraft) checkNetworks() {
	for _, key := range d.p.NetworkNames() {
		if !d.replaced.networks[key] {
			continue
		}
		n := d.findNetwork(d.p.Networks[key].Name)
		running := d.idsOn(n.Name, (*Container).running)
		stopped := d.idsOn(n.Name, func(c *Container) bool { return !c.running() })
		if len(running)+len(stopped) == 0 {
			continue // nothing is changed for it before it is gone
		}
		d.first = append(d.first, d.add(plan.Step{
			Action: CheckNetwork{Ref: event.Ref{Kind: event.Network, Name: n.Name}, ID: n.ID, Containers: running, Stopped: stopped},
			Reason: plan.Reason{Code: BecauseConfigChanged},
		}))
	}
}

// idsOn are the ids of the project's containers on a network that match.
func (d *upDraft) idsOn(network string, match func(*Container) bool) []string {
	var ids []string
	for i := range d.s.Containers {
		if c := &d.s.Containers[i]; slices.Contains(c.networkNames(), network) && match(c) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// staying are the ids of the containers that are connected to a network anew.
func (d *upDraft) staying(network string) []string {
	stays := map[string]bool{}
	for _, u := range d.units {
		for _, r := range u.replicas {
			if slices.Contains(r.rejoins, network) {
				stays[r.old.ID] = true
			}
		}
	}
	for _, o := range d.outside {
		stays[o.c.ID] = slices.Contains(o.rejoins, network)
	}
	return d.idsOn(network, func(c *Container) bool { return stays[c.ID] })
}

// removeNetwork adds the removal of a network after all that run on it stopped:
// the engine refuses to remove one with active endpoints.
func (d *upDraft) removeNetwork(n *Network, reason plan.Reason) int {
	ref := event.Ref{Kind: event.Network, Name: n.Name}
	if reason.Code == BecauseConfigChanged {
		ref.Old = n.Name // it is made anew
	}
	return d.add(plan.Step{Action: RemoveNetwork{Ref: ref, ID: n.ID, Leave: d.staying(n.Name)}, Reason: reason}, d.leaveNetwork(n.Name)...)
}

// leaveNetwork returns the steps after which no container on the network runs.
func (d *upDraft) leaveNetwork(network string) []int {
	var steps []int
	on := func(c *Container) bool { _, on := c.Networks[network]; return on }
	for _, name := range slices.Backward(d.order) {
		for _, r := range d.units[name].replicas {
			if r.old != nil && on(r.old) {
				steps = append(steps, d.stopOld(r))
			}
		}
	}
	for r := range d.allRemovals() {
		if on(&r.c) {
			d.remove(r)
			steps = append(steps, r.stop)
		}
	}
	for _, o := range d.outside {
		if o.c.running() && d.reaches(o.c, network) {
			steps = append(steps, d.stopOutsider(o))
		}
	}
	return steps
}

// removeOrphanNetworks removes the networks that the file does not have any more
// where a new one takes what they have, if orphans go and nobody stays on them.
func (d *upDraft) removeOrphanNetworks() {
	if !d.o.RemoveOrphans {
		return
	}
	for i := range d.s.Networks {
		n := &d.s.Networks[i]
		if n.Project == d.p.Name && !d.networkKnown(n) && d.blocksNew(n) && !d.staysOn(n) {
			d.removeNetwork(n, plan.Reason{Code: BecauseOrphan})
		}
	}
}

// networkKnown tells whether the file has the network, for whichever service.
func (d *upDraft) networkKnown(n *Network) bool {
	for _, conf := range d.p.Networks {
		if conf.Name == n.Name {
			return true
		}
	}
	for _, svc := range d.p.DisabledServices {
		if _, on := svc.Networks[n.Key]; on {
			return true
		}
	}
	return false
}

// blocksNew tells whether a network has what one that is to be created takes.
func (d *upDraft) blocksNew(n *Network) bool {
	for key, conf := range d.p.Networks {
		if bool(conf.External) || !d.networkUsed(key) || d.findNetwork(conf.Name) != nil && !d.replaced.networks[key] {
			continue
		}
		for _, takes := range takenByNetwork(conf) {
			if slices.ContainsFunc(n.has(), takes.conflictsWith) {
				return true
			}
		}
	}
	return false
}

// staysOn tells whether a container is on the network that neither goes nor is
// made anew, in any case, without it.
func (d *upDraft) staysOn(n *Network) bool {
	leaves := map[string]bool{}
	for _, u := range d.units {
		for _, r := range u.replicas {
			if r.decision == replace && len(r.when) == 0 {
				leaves[r.old.ID] = true
			}
		}
	}
	for r := range d.allRemovals() {
		leaves[r.c.ID] = true
	}
	return slices.ContainsFunc(d.s.Containers, func(c Container) bool {
		return d.reaches(&c, n.Name) && !leaves[c.ID]
	})
}

// connect adds what puts containers that stay on their new networks.
func (d *upDraft) connect() {
	created := map[string]int{} // by name
	for key, step := range d.networks {
		created[d.p.Networks[key].Name] = step
	}
	for _, name := range d.order {
		for _, r := range d.units[name].replicas {
			for _, network := range r.rejoins {
				r.joined = append(r.joined, d.add(plan.Step{
					Action: ConnectContainer{Ref: r.ref, ID: r.old.ID, Network: network}, Reason: networkChanged([]string{network}),
				}, created[network], r.stopped))
			}
			d.mendContainer(r, created)
		}
	}
	for _, o := range d.outside {
		d.noteMAC(o)
		for _, network := range o.rejoins {
			o.joined = append(o.joined, d.add(plan.Step{
				Action: ConnectContainer{Ref: o.c.ref(), ID: o.c.ID, Network: network}, Reason: networkChanged([]string{network}),
			}, created[network], o.stopped))
		}
	}
}

// networkNames are the networks that a container is on, sorted.
func (c *Container) networkNames() []string { return slices.Sorted(maps.Keys(c.Networks)) }
