package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/plan"
)

// removals adds the end of what is superfluous: leftovers, replicas beyond the
// scale, and orphans where that was asked for.
func (d *upDraft) removals() {
	for _, name := range slices.Backward(d.order) {
		u := d.units[name]
		for i := range u.surplus {
			if !u.surplus[i].replaced { // those in the order of all replacements
				d.remove(&u.surplus[i])
			}
		}
	}
	left := map[plan.Code][]string{}
	for i := range d.s.Containers {
		c := &d.s.Containers[i]
		switch why := d.orphan(c); {
		case why == "":
		case d.o.RemoveOrphans:
			r := removal{c: *c, reason: plan.Reason{Code: why}}
			d.remove(&r)
			d.orphans = append(d.orphans, r)
		default:
			left[why] = append(left[why], c.Name)
		}
	}
	if d.o.IgnoreOrphans {
		return
	}
	if names := left[BecauseOrphan]; len(names) > 0 {
		d.note(fmt.Sprintf("Found orphan containers ([%s]) for this project.", strings.Join(names, " ")),
			"if you removed or renamed their service in the file, --remove-orphans removes them")
	}
	if names := left[BecauseFinished]; len(names) > 0 {
		d.note(fmt.Sprintf("Found finished one-off containers ([%s]) for this project.", strings.Join(names, " ")),
			"--remove-orphans removes them; compose run --rm leaves none")
	}
}

// orphan is why a container does not belong to the project: its service is not in the
// file, or it is a one-off that ended. "": it belongs to it.
func (d *upDraft) orphan(c *Container) plan.Code {
	switch {
	case c.OneOff && (c.Status == Exited || c.Status == Dead):
		return BecauseFinished
	case !c.OneOff && !d.p.Known(c.Service):
		return BecauseOrphan
	}
	return ""
}

func (d *upDraft) removesOrphan(c *Container) bool { return d.o.RemoveOrphans && d.orphan(c) != "" }

// remove adds the stop and the removal of a container that goes for good, and
// returns the removal.
func (d *upDraft) remove(r *removal) int {
	if r.step != 0 {
		return r.step
	}
	ref := r.c.oldRef(r.c.Name)
	if r.c.running() {
		var after []int
		if r.replaced {
			after = append(d.stopDependents(r.c.Service), d.units[r.c.Service].requiredCreates...)
		}
		r.stop = d.stop(&r.c, ref, r.reason, nil, after...)
	}
	r.step = d.add(plan.Step{Action: RemoveContainer{Ref: ref, ID: r.c.ID, Files: r.c.files()}, Reason: r.reason}, r.stop)
	return r.step
}
