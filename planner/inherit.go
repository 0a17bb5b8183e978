package planner

import (
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// anonymousVolumes are the names of a container's volumes that the engine made
// up names for, by target; nil: there are none.
func (c *Container) anonymousVolumes() map[string]string {
	var volumes map[string]string
	for _, m := range c.Mounts {
		if m.Type == "volume" && len(m.Name) == 64 && strings.Trim(m.Name, "0123456789abcdef") == "" {
			if volumes == nil {
				volumes = map[string]string{}
			}
			volumes[m.Target] = m.Name
		}
	}
	return volumes
}

// recordVolumes adds the step that keeps the anonymous volumes of containers
// that are removed before their successors are created: for those, and for the
// next run where this one is killed in between. What an earlier run kept stands.
func (d *upDraft) recordVolumes() {
	var stops []Stopped
	for _, name := range d.order {
		for _, r := range d.units[name].replicas {
			if !d.replaced.services[name] || r.decision != replace || d.o.FreshVolumes || d.recordedVolumes(r) != nil {
				continue
			}
			if volumes := r.old.anonymousVolumes(); volumes != nil {
				stops = append(stops, Stopped{ID: r.old.ID, Service: name, Number: r.ref.Number, Volumes: volumes})
			}
		}
	}
	if len(stops) > 0 {
		ref := event.Ref{Kind: event.Volume, Name: shortID(stops[0].ID) + "_volumes"}
		d.volumeRecord = d.add(plan.Step{Action: RecordStops{Ref: ref, Stops: stops}, Reason: plan.Reason{Code: BecauseVolumeMissing, Detail: "its containers are made anew"}})
	}
}

// recordedVolumes are the anonymous volumes that an earlier run kept for a
// replica; nil: there are none.
func (d *upDraft) recordedVolumes(r *replica) map[string]string {
	for _, v := range d.s.Volumes {
		for _, s := range v.Stops {
			if len(s.Volumes) > 0 && s.Service == r.ref.Service && s.Number == r.ref.Number {
				return s.Volumes
			}
		}
	}
	return nil
}

// inherits are the anonymous volumes that a container takes over from one that
// is gone when it is created: its own predecessor, which this plan or an earlier
// run removed.
func (d *upDraft) inherits(r *replica) map[string]string {
	if d.o.FreshVolumes || r.decision == replace && !r.removedFirst {
		return nil
	}
	if volumes := d.recordedVolumes(r); volumes != nil || r.old == nil {
		return volumes
	}
	return r.old.anonymousVolumes()
}

// forgetVolumes ends what recordVolumes began, in this run or an earlier one,
// once the services that it names have their containers.
func (d *upDraft) forgetVolumes() {
	var created []int
	for _, name := range d.order {
		for _, r := range d.units[name].replicas {
			created = append(created, r.created)
		}
	}
	forget := func(name string) {
		d.add(plan.Step{
			Action: ForgetStops{Ref: event.Ref{Kind: event.Volume, Name: name}},
			Reason: plan.Reason{Code: BecauseVolumeMissing, Detail: "its containers have the others they had"}, Optional: true,
		}, append(created, d.volumeRecord)...)
	}
	for _, v := range d.s.Volumes {
		other := func(s Stopped) bool { return d.units[s.Service] == nil }
		if len(v.Stops) > 0 && len(v.Stops[0].Volumes) > 0 && !slices.ContainsFunc(v.Stops, other) {
			forget(v.Name)
		}
	}
	if d.volumeRecord != 0 {
		forget(d.plan.Steps[d.volumeRecord-1].Action.Resource().Name)
	}
}
