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

// mend is what puts a container right that was changed by hand.
type mend struct {
	RepairContainer
	changes []plan.FieldChange
}

// lookAtHand finds what was changed by hand of a container that is up to date. With
// --repair the replica is mended or, where only that helps, made anew; else the plan
// tells of it.
func (d *upDraft) lookAtHand(svc types.ServiceConfig, r *replica) {
	if d.isOnlyRestarted(svc.Name) || d.policy(svc.Name) == RecreateNever || d.p.IsOneOff(svc.Name, r.old.Number) {
		return
	}
	changes := d.alterations(svc, r.old)
	switch missing := d.unconnected(svc, r.old); {
	case !d.o.Repair:
		if len(changes) > 0 && r.decision == keep {
			d.plan.Altered = append(d.plan.Altered, plan.Altered{Ref: r.ref, Changes: changes})
		}
	case len(changes)+len(missing) == 0:
	case d.needsRemake(svc, r.old):
		r.decision, r.when, r.reason = replace, nil, plan.Reason{Code: BecauseByHand, Changes: changes}
		r.ref.Name = d.p.ContainerName(svc.Name, r.old.Number)
	default:
		r.mend = d.mendOf(svc, r, missing)
		for _, name := range missing {
			changes = append(changes, plan.FieldChange{Field: "networks." + name, New: connected})
		}
		r.mend.changes = changes
	}
}

// connected is the value of the field of a network that a container is on.
const connected = "connected"

// alterations are what somebody changed of a container by hand, but for the networks of
// its service that it is not on.
func (d *upDraft) alterations(svc types.ServiceConfig, c *Container) []plan.FieldChange {
	var changes []plan.FieldChange
	if final := d.p.ContainerName(svc.Name, c.Number); d.isRenamed(c, final) {
		changes = append(changes, plan.FieldChange{Field: "name", Old: c.Name, New: final})
	}
	for _, name := range d.foreignNetworks(svc, c) {
		changes = append(changes, plan.FieldChange{Field: "networks." + name, Old: connected})
	}
	if c.ByHand != nil {
		changes = append(changes, c.ByHand.Limits...)
		for _, name := range slices.Sorted(maps.Keys(c.ByHand.Networks)) {
			changes = append(changes, c.ByHand.Networks[name]...)
		}
		changes = append(changes, c.ByHand.Files...)
	}
	return changes
}

// isRenamed tells whether somebody gave a container another name. Compose 1 wrote _
// where - stands now, and an interrupted run leaves a temporary name.
func (d *upDraft) isRenamed(c *Container, final string) bool {
	dashes := func(name string) string { return strings.ReplaceAll(name, "_", "-") }
	return !c.temporary() && dashes(c.Name) != dashes(final)
}

// foreignNetworks are those that a container is on and its service is not, sorted.
func (d *upDraft) foreignNetworks(svc types.ServiceConfig, c *Container) []string {
	own := map[string]bool{}
	switch {
	case svc.NetworkMode == "bridge":
		own["bridge"] = true
	case svc.NetworkMode != "" || len(svc.Networks) == 0:
		return nil
	}
	for key := range svc.Networks {
		own[d.p.Networks[key].Name] = true
	}
	return slices.DeleteFunc(c.networkNames(), func(name string) bool { return own[name] })
}

// unconnected are the networks of its service, by name, that a container was taken off,
// sorted.
func (d *upDraft) unconnected(svc types.ServiceConfig, c *Container) []string {
	if svc.NetworkMode != "" {
		return nil
	}
	var names []string
	for key := range svc.Networks {
		name := d.p.Networks[key].Name
		if _, on := c.Networks[name]; !on {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// mayConnect tells whether --repair connects a container to the network of a key that it
// is not on, in place of making it anew.
func (d *upDraft) mayConnect(svc types.ServiceConfig, key string) bool {
	return d.o.Repair && !d.losesMAC(svc, key)
}

// needsRemake tells whether only a new container is as its service says.
func (d *upDraft) needsRemake(svc types.ServiceConfig, c *Container) bool {
	h := c.ByHand
	if h == nil {
		return false
	}
	loses := func(key string) bool { return len(h.Networks[d.p.Networks[key].Name]) > 0 && d.losesMAC(svc, key) }
	return h.Remake || len(h.Files) > 0 || slices.ContainsFunc(slices.Collect(maps.Keys(svc.Networks)), loses)
}

// mendOf is the repair of a container that stays. missing are the networks that it was
// taken off.
func (d *upDraft) mendOf(svc types.ServiceConfig, r *replica, missing []string) *mend {
	c := r.old
	m := &mend{RepairContainer: RepairContainer{ID: c.ID, Leave: d.foreignNetworks(svc, c), Join: missing}}
	if c.ByHand != nil {
		m.Update = len(c.ByHand.Limits) > 0
		otherwise := slices.DeleteFunc(slices.Sorted(maps.Keys(c.ByHand.Networks)), d.isReplaced)
		m.Leave, m.Join = append(m.Leave, otherwise...), append(m.Join, otherwise...)
	}
	final := d.p.ContainerName(svc.Name, c.Number)
	switch {
	case !d.isRenamed(c, final):
	case slices.ContainsFunc(d.s.Containers, func(other Container) bool { return other.Name == final }):
		d.note(fmt.Sprintf("%s is not given its name back: another container is called %s", c.Name, final),
			"remove that one, or make both anew: compose up --force-recreate "+svc.Name)
	default:
		m.Renamed, r.ref.Name = true, final
	}
	return m
}

// mendContainer adds the repair of a replica, after the creates of its networks, by name.
func (d *upDraft) mendContainer(r *replica, created map[string]int) {
	if r.mend == nil {
		return
	}
	a := r.mend.RepairContainer
	a.Ref = r.ref
	after := append([]int{r.stopped}, r.joined...)
	for _, name := range a.Join {
		after = append(after, created[name])
	}
	r.joined = append(r.joined, d.add(plan.Step{Action: a, Reason: plan.Reason{Code: BecauseByHand, Changes: r.mend.changes}}, after...))
}

// isRedefined tells whether a network or volume of the project is to be made anew: its
// definition changed, or somebody made it otherwise, which --repair puts right.
func (d *upDraft) isRedefined(ref event.Ref, definitionChanged bool, changes []plan.FieldChange) bool {
	switch {
	case definitionChanged:
		d.redefined = append(d.redefined, Difference{Ref: ref, Reason: plan.Reason{Code: BecauseConfigChanged, Changes: changes}})
		return true
	case len(changes) == 0:
		return false
	}
	d.redefined = append(d.redefined, Difference{Ref: ref, Reason: plan.Reason{Code: BecauseByHand, Changes: changes}, ByHand: true})
	if !d.o.Repair {
		d.plan.Altered = append(d.plan.Altered, plan.Altered{Ref: ref, Changes: changes})
	}
	return d.o.Repair
}
