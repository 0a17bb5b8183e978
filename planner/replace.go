package planner

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// creates adds the containers that are missing or made anew.
func (d *upDraft) creates() {
	d.holders, d.leaving = map[string]*replica{}, map[string][]*removal{}
	for gone := range d.allRemovals() {
		d.leaving[gone.c.Name] = append(d.leaving[gone.c.Name], gone)
	}
	for _, name := range d.order {
		for _, r := range d.units[name].replicas {
			if r.decision == replace && r.old.Name != r.ref.Name {
				d.holders[r.old.Name] = r
			}
		}
	}
	d.seeded = map[string]int{}
	for _, name := range d.order {
		if d.p.Services[name].Provider != nil {
			d.provide(project.ProviderRef(name))
		}
		for _, ref := range d.p.Providers(name) {
			d.provide(ref)
		}
		for _, r := range d.units[name].replicas {
			d.create(r)
		}
	}
	d.collectRequiredCreates()
}

// create adds the create of a replica that is missing or made anew.
func (d *upDraft) create(r *replica) {
	if r.decision == keep || r.created != 0 || r.creating {
		return
	}
	r.creating = true
	svc := d.p.Services[r.ref.Service]
	after := d.createAfter(svc, r)
	a := CreateContainer{Ref: r.ref, FreshVolumes: d.o.FreshVolumes, Inherits: d.inherits(r)}
	if r.decision == replace && !r.removedFirst {
		a.Replaces = r.old.ID
	}
	d.freeName(createdName(a), r)
	r.created = d.add(plan.Step{Action: a, Reason: r.reason, When: r.when}, after...)
	for _, key := range namedVolumes(svc) {
		if d.volumes[key] != 0 && r == d.units[svc.Name].first() {
			d.seeded[key] = r.created
		}
	}
}

// createAfter are the steps whose results a create reads.
func (d *upDraft) createAfter(svc types.ServiceConfig, r *replica) []int {
	after := []int{d.stepOf(d.p.ImageName(svc.Name)), r.removed}
	for _, source := range d.otherImages(svc) {
		after = append(after, d.stepOf(source))
	}
	for _, ref := range d.p.Providers(svc.Name) {
		after = append(after, d.provide(ref))
	}
	for key := range svc.Networks {
		after = append(after, d.networks[key])
	}
	// The first create decides a new volume's content.
	for _, key := range namedVolumes(svc) {
		after = append(after, d.volumes[key], d.seeded[key])
	}
	for _, parent := range d.p.Parents(svc.Name) {
		if first := d.units[parent].first(); first != nil {
			after = append(after, first.created)
		}
	}
	for _, link := range svc.Links {
		target, _, _ := strings.Cut(link, ":")
		for _, t := range d.units[target].allReplicas() {
			after = append(after, t.created)
		}
	}
	return after
}

// replacements adds what ends the containers that were made anew: stop, remove,
// rename; dependents first. Kept ones stop that restart with a dependency.
func (d *upDraft) replacements() {
	for _, name := range slices.Backward(d.order) {
		for i := range d.units[name].surplus {
			d.remove(&d.units[name].surplus[i])
		}
		for _, r := range d.units[name].replicas {
			if r.decision == keep {
				d.stopOld(r)
			} else if r.decision == replace {
				d.removeOld(r)
			}
			d.rename(r)
		}
	}
}

// rename adds the rename of a container that was created under a temporary name,
// by this plan or by an interrupted one, once the name is free.
func (d *upDraft) rename(r *replica) {
	a, s := RenameContainer{Ref: r.ref}, plan.Step{Reason: r.reason, When: r.when}
	switch {
	case r.old == nil, r.removedFirst:
		return
	case r.old.temporary() && (r.decision == keep || len(r.when) > 0):
		a.ID = r.old.ID
		s.Reason, s.When = plan.Reason{Code: BecauseInterrupted, Detail: "a replacement was not finished"}, nil
	case r.decision == keep:
		return
	}
	d.freeName(r.ref.Name, nil)
	s.Action = a
	r.renamed = d.add(s, r.removed)
}

// removeOld adds the removal of a replaced container. Its successor's create has
// been added, unless it is removed first.
func (d *upDraft) removeOld(r *replica) int {
	if r.removed != 0 {
		return r.removed
	}
	stopped := d.stopOld(r)
	r.removed = d.add(plan.Step{
		Action: RemoveContainer{Ref: r.old.oldRef(r.ref.Name), ID: r.old.ID, Files: r.old.files()}, Reason: r.reason, When: r.when,
	}, append(r.joined, stopped, r.created, d.volumeRecord)...)
	return r.removed
}
