package planner

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// replacedResources are the networks and volumes, by key, that exist with
// another definition than the file's and are made anew.
type replacedResources struct {
	networks, volumes map[string]bool
	// services are those that touch such a volume: all their containers go
	// before it does.
	services map[string]bool
}

// findReplacedResources fills d.replaced. One that a container uses which this
// plan does not touch is left as it is, with a note.
func (d *upDraft) findReplacedResources() error {
	d.replaced = replacedResources{networks: map[string]bool{}, volumes: map[string]bool{}, services: map[string]bool{}}
	for _, key := range d.p.NetworkNames() {
		if err := d.compareNetwork(key); err != nil {
			return err
		}
	}
	for _, key := range d.p.VolumeNames() {
		if err := d.compareVolume(key); err != nil {
			return err
		}
	}
	return nil
}

func (d *upDraft) compareVolume(key string) error {
	conf := d.p.Volumes[key]
	now := d.findVolume(conf.Name)
	if bool(conf.External) || now == nil || !d.volumeUsed(key) {
		return nil
	}
	if now.Project != d.p.Name {
		d.note(fmt.Sprintf("volume %q already exists but was not created for project %q", conf.Name, d.p.Name),
			"use `external: true` to use an existing volume")
		return nil
	}
	want, err := d.p.VolumeHash(key)
	if err != nil {
		return fmt.Errorf("hashing volume %q: %w", key, err)
	}
	if otherwise := now.Hash != "" && now.Hash != want; !d.isRedefined(event.Ref{Kind: event.Volume, Name: conf.Name}, otherwise, now.Changes) {
		return nil
	}
	if d.heldBack("volume "+conf.Name, func(c *Container) bool { return mounts(c, conf.Name) }, d.keepsVolume) {
		return nil
	}
	if !slices.Contains(d.o.Discard, conf.Name) {
		d.plan.Asks = append(d.plan.Asks, plan.Ask{
			Ref:  event.Ref{Kind: event.Volume, Name: conf.Name},
			Text: fmt.Sprintf("Volume %s exists but doesn't match its definition in the file. Recreate it (its data will be lost)?", conf.Name),
		})
		return nil
	}
	d.replaced.volumes[key] = true
	for name := range d.p.Services {
		if d.touchesVolume(name, key) && d.policy(name) != RecreateNever {
			d.replaced.services[name] = true
		}
	}
	return nil
}

// heldBack tells whether a resource has to stay as it is, because of containers
// that use it: why has the hint for one that must not be touched, "" for others.
// It notes which.
func (d *upDraft) heldBack(what string, uses func(*Container) bool, why func(*Container) string) bool {
	var names []string
	hint := ""
	for i := range d.s.Containers {
		c := &d.s.Containers[i]
		if !uses(c) || d.removesOrphan(c) {
			continue
		}
		if reason := why(c); reason != "" {
			names = append(names, c.Name)
			hint = cmp.Or(hint, reason)
		}
	}
	if len(names) > 0 {
		d.note(fmt.Sprintf("%s has another definition now, and is left as it is: in use by %s", what, strings.Join(names, ", ")), hint)
	}
	return len(names) > 0
}

// The hints for those who use what has another definition.
const (
	hintGone       = "once they are gone, up makes it anew"
	hintUnselected = "run up without naming services to make it anew"
	hintNever      = "run up without --no-recreate to make it anew"
)

// keepsVolume tells why a container's volume has to stay: the plan does not make
// the container anew.
func (d *upDraft) keepsVolume(c *Container) string {
	_, selected := d.p.Services[c.Service]
	switch {
	case c.OneOff || !d.p.Known(c.Service):
		return hintGone
	case !selected, d.p.IsOneOff(c.Service, 0):
		return hintUnselected
	case d.policy(c.Service) == RecreateNever:
		return hintNever
	}
	return ""
}

// touchesVolume tells whether a service mounts the volume, by the file or by one
// of its containers.
func (d *upDraft) touchesVolume(service, key string) bool {
	return slices.Contains(namedVolumes(d.p.Services[service]), key) ||
		slices.ContainsFunc(d.s.Containers, func(c Container) bool {
			return c.Service == service && !c.OneOff && mounts(&c, d.p.Volumes[key].Name)
		})
}

// planVolumes adds the volumes that are missing, and those made anew after the
// containers that mount them are gone.
func (d *upDraft) planVolumes() {
	d.volumes = map[string]int{}
	d.recordVolumes()
	for _, key := range d.p.VolumeNames() {
		conf := d.p.Volumes[key]
		if bool(conf.External) || !d.volumeUsed(key) {
			continue
		}
		ref := event.Ref{Kind: event.Volume, Name: conf.Name}
		switch {
		case d.findVolume(conf.Name) == nil:
			d.volumes[key] = d.add(plan.Step{Action: CreateVolume{Ref: ref, Key: key}, Reason: plan.Reason{Code: BecauseMissing}})
		case d.replaced.volumes[key]:
			removed := d.unmountVolume(key)
			old := ref
			old.Old = conf.Name
			reason := plan.Reason{Code: BecauseConfigChanged, Changes: d.findVolume(conf.Name).Changes}
			gone := d.add(plan.Step{Action: RemoveVolume{Ref: old}, Reason: reason, LosesData: true}, removed...)
			d.volumes[key] = d.add(plan.Step{Action: CreateVolume{Ref: ref, Key: key}, Reason: reason}, gone)
		}
	}
}

// losesVolume tells whether a service touches a volume that is made anew.
func (d *upDraft) losesVolume(service string) bool {
	for key := range d.replaced.volumes {
		if d.touchesVolume(service, key) {
			return true
		}
	}
	return false
}

// unmountVolume returns the steps after which no container mounts the volume:
// the engine refuses to remove one that a stopped container mounts, too.
func (d *upDraft) unmountVolume(key string) []int {
	var steps []int
	for _, name := range slices.Backward(d.order) {
		for _, r := range d.units[name].replicas {
			if r.removedFirst && d.touchesVolume(name, key) {
				steps = append(steps, d.removeOld(r))
			}
		}
	}
	for r := range d.allRemovals() {
		if mounts(&r.c, d.p.Volumes[key].Name) {
			steps = append(steps, d.remove(r))
		}
	}
	return steps
}

// allRemovals are the containers that go for good.
func (d *upDraft) allRemovals() iter.Seq[*removal] {
	return func(yield func(*removal) bool) {
		for _, name := range d.order {
			for i := range d.units[name].surplus {
				if !yield(&d.units[name].surplus[i]) {
					return
				}
			}
		}
		for i := range d.orphans {
			if !yield(&d.orphans[i]) {
				return
			}
		}
	}
}

func (d *upDraft) findNetwork(name string) *Network {
	for i := range d.s.Networks {
		if d.s.Networks[i].Name == name {
			return &d.s.Networks[i]
		}
	}
	return nil
}

func (d *upDraft) findVolume(name string) *Volume {
	for i := range d.s.Volumes {
		if d.s.Volumes[i].Name == name {
			return &d.s.Volumes[i]
		}
	}
	return nil
}

// networkUsed tells whether a selected service is on the network, or all networks
// are wanted.
func (d *upDraft) networkUsed(key string) bool {
	return d.p.AllResources() || d.usedByServices().networks[key]
}

// volumeUsed tells whether a selected service mounts the volume, or all volumes are
// wanted.
func (d *upDraft) volumeUsed(key string) bool {
	return d.p.AllResources() || d.usedByServices().volumes[key]
}

// usedKeys are the keys of networks and volumes that some selected service uses.
type usedKeys struct{ networks, volumes map[string]bool }

func (d *upDraft) usedByServices() *usedKeys {
	if d.used != nil {
		return d.used
	}
	d.used = &usedKeys{map[string]bool{}, map[string]bool{}}
	for svc := range maps.Values(d.p.Services) {
		for key := range svc.Networks {
			d.used.networks[key] = true
		}
		for _, key := range namedVolumes(svc) {
			d.used.volumes[key] = true
		}
	}
	return d.used
}

// namedVolumes are the keys of the volumes that a service mounts, sorted.
func namedVolumes(svc types.ServiceConfig) []string {
	var keys []string
	for _, v := range svc.Volumes {
		if v.Type == types.VolumeTypeVolume && v.Source != "" {
			keys = append(keys, v.Source)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func mounts(c *Container, volume string) bool {
	return slices.ContainsFunc(c.Mounts, func(m Mount) bool { return m.Type == "volume" && m.Name == volume })
}
