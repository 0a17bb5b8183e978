package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
)

// removals adds the end of what is superfluous: leftovers, replicas beyond the
// scale, and orphans where that was asked for.
func (d *draft) removals() {
	for _, name := range slices.Backward(d.order) {
		u := d.units[name]
		for i := range u.surplus {
			d.remove(&u.surplus[i])
		}
	}
	var left []string
	for i := range d.s.Containers {
		c := &d.s.Containers[i]
		switch {
		case !d.orphan(c):
		case d.o.RemoveOrphans:
			r := removal{c: *c, reason: Reason{Code: BecauseOrphan}}
			d.remove(&r)
			d.orphans = append(d.orphans, r)
		default:
			left = append(left, c.Name)
		}
	}
	if len(left) > 0 && !d.o.IgnoreOrphans {
		d.note(fmt.Sprintf("Found orphan containers ([%s]) for this project.", strings.Join(left, " ")),
			"if you removed or renamed their service in the file, --remove-orphans removes them")
	}
}

// orphan tells whether a container belongs to no service of the file, or is an
// ended one-off.
func (d *draft) orphan(c *Container) bool {
	if c.OneOff {
		return c.Status == Exited || c.Status == Dead
	}
	return !d.p.Known(c.Service)
}

func (d *draft) removesOrphan(c *Container) bool { return d.o.RemoveOrphans && d.orphan(c) }

// remove adds the stop and the removal of a container that goes for good.
func (d *draft) remove(r *removal) {
	ref := r.c.oldRef(r.c.Name)
	if r.c.running() {
		r.stop = d.stop(&r.c, ref, r.reason, nil)
	}
	r.step = d.add(Step{Action: RemoveContainer{Ref: ref, ID: r.c.ID}, Reason: r.reason}, r.stop)
}

// stop adds the pre_stop hooks and the stop of a container.
func (d *draft) stop(c *Container, ref event.Ref, reason Reason, when []event.Ref, after ...int) int {
	if c.Status == Running {
		for i := range d.p.Services[c.Service].PreStop {
			hook := d.add(Step{
				Action: RunHook{Ref: ref, ID: c.ID, Phase: PreStop, Index: i}, Reason: reason, When: when, Optional: true,
			}, after...)
			after = []int{hook}
		}
	}
	return d.add(Step{Action: StopContainer{Ref: ref, ID: c.ID, Timeout: d.o.Timeout}, Reason: reason, When: when}, after...)
}

// creates adds the containers that are missing or made anew.
func (d *draft) creates() {
	seeded := map[string]int{} // by volume: the create that decides its content
	for _, name := range d.order {
		svc := d.p.Services[name]
		for i, r := range d.units[name].replicas {
			if r.fate == keep {
				continue
			}
			after := d.createAfter(svc, r)
			for _, key := range namedVolumes(svc) {
				if d.volumes[key] != 0 {
					after = append(after, seeded[key])
				}
			}
			a := CreateContainer{Ref: r.ref, FreshVolumes: r.fresh}
			if r.fate == replace && !r.early {
				a.Replaces = r.old.ID
			}
			r.created = d.add(Step{Action: a, Reason: r.reason, When: r.when}, after...)
			if i == 0 {
				for _, key := range namedVolumes(svc) {
					seeded[key] = r.created
				}
			}
		}
	}
}

// createAfter are the steps whose results a create reads.
func (d *draft) createAfter(svc types.ServiceConfig, r *replica) []int {
	after := []int{d.images[d.p.ImageName(svc.Name)].step, r.removed}
	for _, source := range imageMounts(svc) {
		after = append(after, d.images[source].step)
	}
	for key := range svc.Networks {
		after = append(after, d.networks[key])
	}
	for _, key := range namedVolumes(svc) {
		after = append(after, d.volumes[key])
	}
	for _, parent := range d.p.Parents(svc.Name) {
		if first := d.units[parent].first(); first != nil {
			after = append(after, first.created)
		}
	}
	for _, link := range svc.Links {
		target, _, _ := strings.Cut(link, ":")
		if u := d.units[target]; u != nil {
			for _, t := range u.replicas {
				after = append(after, t.created)
			}
		}
	}
	for _, s := range d.units[svc.Name].surplus { // the name must be free
		if s.c.Name == r.ref.Name && r.old == nil {
			after = append(after, s.step)
		}
	}
	return after
}

// replacements adds what ends the containers that were made anew: stop, remove,
// rename; dependents first.
func (d *draft) replacements() {
	for _, name := range slices.Backward(d.order) {
		for _, r := range d.units[name].replicas {
			switch {
			case r.fate == replace:
				removed := d.removeOld(r)
				if r.viaTemporaryName() {
					r.renamed = d.rename(r, r.reason, r.when, removed)
				}
			case r.fate == keep && r.old.Name != r.ref.Name:
				r.renamed = d.rename(r, Reason{Code: BecauseInterrupted, Detail: "a replacement was not finished"}, nil)
			}
		}
	}
}

func (d *draft) rename(r *replica, reason Reason, when []event.Ref, after ...int) int {
	a := RenameContainer{Ref: r.ref}
	if r.fate == keep {
		a.ID = r.old.ID
	}
	for _, s := range d.units[r.ref.Service].surplus {
		if s.c.Number == r.ref.Number {
			after = append(after, s.step)
		}
	}
	return d.add(Step{Action: a, Reason: reason, When: when}, after...)
}

// viaTemporaryName tells whether the new container is created while the old
// one is there.
func (r *replica) viaTemporaryName() bool { return r.fate == replace && !r.early }

// stopOld adds the stop of a replaced container, after those of the dependents
// that go down with it. It returns 0 where nothing runs.
func (d *draft) stopOld(r *replica) int {
	if r.stopped != 0 || !r.old.running() {
		return r.stopped
	}
	after := []int{r.created}
	for _, dependent := range dependents(d.p.Services)[r.ref.Service] {
		u := d.units[dependent]
		if !d.p.Services[dependent].DependsOn[r.ref.Service].Restart {
			continue
		}
		for _, s := range u.replicas {
			if s.old != nil && s.old.running() && s.fate == replace {
				after = append(after, d.stopOld(s))
			} else if s.old != nil && s.old.running() && s.stopped == 0 {
				cause, when := d.restartCause(dependent)
				s.stopped = d.stop(s.old, s.ref, cause, when)
				after = append(after, s.stopped)
			} else {
				after = append(after, s.stopped)
			}
		}
	}
	r.stopped = d.stop(r.old, r.old.oldRef(r.ref.Name), r.reason, r.when, after...)
	return r.stopped
}

// removeOld adds the removal of a replaced container. Called before its
// successor is created, it makes the replacement a plain remove and create.
func (d *draft) removeOld(r *replica) int {
	if r.removed != 0 {
		return r.removed
	}
	r.early = r.created == 0
	stopped := d.stopOld(r)
	r.removed = d.add(Step{
		Action: RemoveContainer{Ref: r.old.oldRef(r.ref.Name), ID: r.old.ID}, Reason: r.reason, When: r.when,
	}, stopped, r.created)
	return r.removed
}

// restartCause tells which dependency with restart: true is made anew, and
// whether that depends on images.
func (d *draft) restartCause(service string) (Reason, []event.Ref) {
	var names []string
	var when []event.Ref
	certain := false
	deps := d.p.Services[service].DependsOn
	for _, dep := range d.order {
		if !deps[dep].Restart {
			continue
		}
		for _, r := range d.units[dep].replicas {
			if r.fate != replace {
				continue
			}
			names = append(names, dep)
			when = append(when, r.when...)
			certain = certain || len(r.when) == 0
		}
	}
	if certain {
		when = nil
	}
	return Reason{Code: BecauseDependencyRestart, Detail: strings.Join(slices.Compact(names), ", ")}, uniqueRefs(when)
}
