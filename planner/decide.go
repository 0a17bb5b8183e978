package planner

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// temporaryName matches the name of a container that was created to replace
// another one: the first twelve digits of the old id, and the final name.
var temporaryName = regexp.MustCompile(`^[0-9a-f]{12}_`)

// decide fills in what becomes of the service's containers. Dependencies have
// been decided before.
func (d *upDraft) decide(name string) error {
	svc := d.p.Services[name]
	u := &unit{name: name}
	d.units[name] = u
	if svc.Provider != nil {
		return nil // no containers
	}
	if d.p.IsOneOff(name, 0) {
		u.replicas = []*replica{d.oneOff()}
		return d.checkParents(name)
	}
	if err := d.checkPorts(svc); err != nil {
		return err
	}
	for _, group := range d.numbered(name) {
		r, err := d.decideNumber(u, svc, group)
		if err != nil {
			return err
		}
		if r != nil {
			u.replicas = append(u.replicas, r)
		}
	}
	if !d.isOnlyRestarted(name) {
		d.scale(u, svc)
	}
	if d.replaced.services[name] {
		d.renumber(u)
	}
	for _, r := range u.replicas {
		r.removedFirst = r.decision == replace && d.losesVolume(name)
	}
	if len(u.replicas) == 0 {
		return nil
	}
	return d.checkParents(name)
}

// numbered returns the service's containers, grouped by number, ascending.
func (d *upDraft) numbered(service string) [][]*Container {
	by := map[int][]*Container{}
	var numbers []int
	for _, c := range d.containersOf(service) {
		if by[c.Number] == nil {
			numbers = append(numbers, c.Number)
		}
		by[c.Number] = append(by[c.Number], c)
	}
	slices.Sort(numbers)
	groups := make([][]*Container, len(numbers))
	for i, n := range numbers {
		groups[i] = by[n]
	}
	return groups
}

// containersOf are the containers of a service that are no one-offs.
func (d *upDraft) containersOf(service string) []*Container {
	if d.byService == nil {
		d.byService = map[string][]*Container{}
		for i := range d.s.Containers {
			if c := &d.s.Containers[i]; !c.OneOff {
				d.byService[c.Service] = append(d.byService[c.Service], c)
			}
		}
	}
	return d.byService[service]
}

// decideNumber decides about the containers of one number. More than one is the
// leftover of an interrupted replacement: one stays or is replaced. Those whose
// removal did not end count as gone; nil where there are no others.
func (d *upDraft) decideNumber(u *unit, svc types.ServiceConfig, group []*Container) (*replica, error) {
	var best *replica
	var rest []*Container
	for _, c := range group {
		if c.gone() {
			u.surplus = append(u.surplus, removal{c: *c, reason: plan.Reason{Code: BecauseInterrupted, Detail: "removal did not end"}})
			continue
		}
		r, err := d.decideContainer(svc, c)
		if err != nil {
			return nil, err
		}
		if best == nil {
			best = r
		} else if d.better(r, best) {
			rest, best = append(rest, best.old), r
		} else {
			rest = append(rest, c)
		}
	}
	for _, c := range rest {
		u.surplus = append(u.surplus, removal{
			c: *c, reason: plan.Reason{Code: BecauseDuplicate}, replaced: c.running() && best.decision == keep,
		})
	}
	return best, nil
}

// better tells whether a stays rather than b: what is up to date, of several
// the newest, which finishes the interrupted replacement. Where nothing is up to
// date, or --no-recreate is set, what runs goes on until its own replacement is there.
func (d *upDraft) better(a, b *replica) bool {
	if x, y := outdatedRank(a), outdatedRank(b); x != y {
		return x < y
	}
	if outdatedRank(a) > 0 || d.policy(a.ref.Service) == RecreateNever {
		if x, y := a.old.running(), b.old.running(); x != y {
			return x
		}
		if x, y := a.old.temporary(), b.old.temporary(); x != y {
			return y
		}
	}
	if c := a.old.Created.Compare(b.old.Created); c != 0 {
		return c > 0
	}
	return a.old.ID > b.old.ID
}

// decideContainer decides about one container that exists.
func (d *upDraft) decideContainer(svc types.ServiceConfig, c *Container) (*replica, error) {
	final := d.p.ContainerName(svc.Name, c.Number)
	r := &replica{ref: c.ref(), old: c}
	reason, when, err := d.outdated(svc, c)
	if err != nil {
		return nil, err
	}
	d.asFile[c.ID] = c.Drift == nil && (reason == nil || reason.Code != BecauseConfigChanged)
	if c.temporary() {
		r.ref.Name = final
	}
	if reason != nil {
		r.decision, r.reason, r.when = replace, *reason, when
		r.ref.Name = final
	}
	if r.decision == keep || len(r.when) > 0 {
		d.lookAtHand(svc, r)
	}
	if r.decision == keep || len(r.when) > 0 {
		r.rejoins = d.rejoins(c)
	}
	return r, nil
}

// scale brings the number of replicas to what the service wants: outdated ones
// go first, then the highest numbers. New ones take the lowest numbers that are
// free, so that a run that is repeated after an interruption ends with the numbers
// it would have ended with: scripts rely on "-1". (Docker Compose counts on from the
// highest.)
func (d *upDraft) scale(u *unit, svc types.ServiceConfig) {
	want := svc.GetScale()
	if extra := len(u.replicas) - want; extra > 0 {
		byWorth := slices.Clone(u.replicas)
		slices.SortStableFunc(byWorth, func(a, b *replica) int {
			return cmp.Or(cmp.Compare(outdatedRank(b), outdatedRank(a)), cmp.Compare(b.ref.Number, a.ref.Number))
		})
		for _, r := range byWorth[:extra] {
			u.surplus = append(u.surplus, removal{c: *r.old, reason: plan.Reason{
				Code: BecauseScaledDown, Detail: fmt.Sprintf("%d wanted", want),
			}})
			u.replicas = slices.DeleteFunc(u.replicas, func(x *replica) bool { return x == r })
		}
	}
	taken := map[int]bool{}
	for _, r := range u.replicas {
		taken[r.ref.Number] = true
	}
	for number := 1; len(u.replicas) < want; number++ {
		if !taken[number] {
			u.replicas = append(u.replicas, d.newReplica(svc.Name, number))
		}
	}
	slices.SortFunc(u.replicas, func(a, b *replica) int { return cmp.Compare(a.ref.Number, b.ref.Number) })
}

// renumber counts a service's containers from 1. Where all of them go before the
// first new one is created, an interrupted run leaves none to count on from, so
// an uninterrupted one must not count on either.
func (d *upDraft) renumber(u *unit) {
	for i, r := range u.replicas {
		r.ref.Number = i + 1
		r.ref.Name = d.p.ContainerName(u.name, r.ref.Number)
	}
}

// temporary tells whether the container still has the name that it was created
// under to replace another one.
func (c *Container) temporary() bool { return temporaryName.MatchString(c.Name) }

func outdatedRank(r *replica) int {
	if r.decision == replace && len(r.when) == 0 {
		return 1
	}
	return 0
}

func (d *upDraft) newReplica(service string, number int) *replica {
	return &replica{
		ref: event.Ref{
			Kind: event.Container, Name: d.p.ContainerName(service, number), Service: service, Number: number,
		},
		decision: create,
		reason:   plan.Reason{Code: BecauseMissing},
	}
}
