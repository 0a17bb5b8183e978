package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
)

// replacedResources are the networks and volumes, by key, that exist with
// another definition than the file's and are made anew.
type replacedResources struct {
	networks, volumes map[string]bool
}

// findReplacedResources fills d.replaced. One that a container uses which this
// plan does not touch is left as it is, with a note.
func (d *draft) findReplacedResources() error {
	d.replaced = replacedResources{networks: map[string]bool{}, volumes: map[string]bool{}}
	for _, key := range d.p.NetworkNames() {
		if err := d.judgeNetwork(key); err != nil {
			return err
		}
	}
	for _, key := range d.p.VolumeNames() {
		if err := d.judgeVolume(key); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) judgeNetwork(key string) error {
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
	if now.Hash == "" || now.Hash == want {
		return nil
	}
	others := d.outsiders(func(c *Container) bool { _, on := c.Networks[conf.Name]; return on && c.running() })
	if len(others) > 0 {
		d.note(fmt.Sprintf("network %s has another definition now, and is left as it is: %s use it", conf.Name, strings.Join(others, ", ")),
			"run up without naming services to make it anew")
		return nil
	}
	d.replaced.networks[key] = true
	return nil
}

func (d *draft) judgeVolume(key string) error {
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
	if now.Hash == "" || now.Hash == want {
		return nil
	}
	others := d.outsiders(func(c *Container) bool { return mounts(c, conf.Name) })
	if len(others) > 0 {
		d.note(fmt.Sprintf("volume %s has another definition now, and is left as it is: %s use it", conf.Name, strings.Join(others, ", ")),
			"run up without naming services to make it anew")
		return nil
	}
	if !slices.Contains(d.o.Discard, conf.Name) {
		d.plan.Asks = append(d.plan.Asks, Ask{
			Ref:  event.Ref{Kind: event.Volume, Name: conf.Name},
			Text: fmt.Sprintf("Volume %s exists but doesn't match its definition in the file. Recreate it (its data will be lost)?", conf.Name),
		})
		return nil
	}
	d.replaced.volumes[key] = true
	return nil
}

// outsiders names the containers that match and that this plan neither makes
// anew nor removes.
func (d *draft) outsiders(match func(*Container) bool) []string {
	var names []string
	for i := range d.s.Containers {
		c := &d.s.Containers[i]
		_, selected := d.p.Services[c.Service]
		if match(c) && (!selected || c.OneOff) && !d.removesOrphan(c) {
			names = append(names, c.Name)
		}
	}
	return names
}

// planNetworks adds the networks that are missing, and those made anew after
// the containers on them have stopped.
func (d *draft) planNetworks() {
	d.networks = map[string]int{}
	for _, key := range d.p.NetworkNames() {
		conf := d.p.Networks[key]
		if bool(conf.External) || !d.networkUsed(key) {
			continue
		}
		ref := event.Ref{Kind: event.Network, Name: conf.Name}
		now := d.findNetwork(conf.Name)
		switch {
		case now == nil:
			d.networks[key] = d.add(Step{Action: CreateNetwork{Ref: ref, Key: key}, Reason: Reason{Code: BecauseMissing}})
		case d.replaced.networks[key]:
			stops := d.release(func(c *Container) bool { _, on := c.Networks[conf.Name]; return on }, d.stopOld)
			old := ref
			old.Old = conf.Name
			reason := Reason{Code: BecauseConfigChanged}
			gone := d.add(Step{Action: RemoveNetwork{Ref: old, ID: now.ID}, Reason: reason}, stops...)
			d.networks[key] = d.add(Step{Action: CreateNetwork{Ref: ref, Key: key}, Reason: reason}, gone)
		}
	}
}

// planVolumes adds the volumes that are missing, and those made anew after the
// containers that mount them are gone.
func (d *draft) planVolumes() {
	d.volumes = map[string]int{}
	for _, key := range d.p.VolumeNames() {
		conf := d.p.Volumes[key]
		if bool(conf.External) || !d.volumeUsed(key) {
			continue
		}
		ref := event.Ref{Kind: event.Volume, Name: conf.Name}
		switch {
		case d.findVolume(conf.Name) == nil:
			d.volumes[key] = d.add(Step{Action: CreateVolume{Ref: ref, Key: key}, Reason: Reason{Code: BecauseMissing}})
		case d.replaced.volumes[key]:
			removed := d.release(func(c *Container) bool { return mounts(c, conf.Name) }, d.removeOld)
			old := ref
			old.Old = conf.Name
			reason := Reason{Code: BecauseConfigChanged}
			gone := d.add(Step{Action: RemoveVolume{Ref: old}, Reason: reason, LosesData: true}, removed...)
			d.volumes[key] = d.add(Step{Action: CreateVolume{Ref: ref, Key: key}, Reason: reason}, gone)
		}
	}
}

// release applies do to the replicas whose containers match, and returns the
// steps after which none of them is in the way, removals of others included.
func (d *draft) release(match func(*Container) bool, do func(*replica) int) []int {
	var steps []int
	for _, name := range slices.Backward(d.order) {
		for _, r := range d.units[name].replicas {
			if r.old != nil && match(r.old) {
				steps = append(steps, do(r))
			}
		}
		for _, s := range d.units[name].surplus {
			steps = append(steps, s.step)
		}
	}
	for _, o := range d.orphans {
		steps = append(steps, o.step)
	}
	return steps
}

func (d *draft) findNetwork(name string) *Network {
	for i := range d.s.Networks {
		if d.s.Networks[i].Name == name {
			return &d.s.Networks[i]
		}
	}
	return nil
}

func (d *draft) findVolume(name string) *Volume {
	for i := range d.s.Volumes {
		if d.s.Volumes[i].Name == name {
			return &d.s.Volumes[i]
		}
	}
	return nil
}

// networkUsed tells whether a selected service is on the network.
func (d *draft) networkUsed(key string) bool {
	return d.usedBy(func(svc types.ServiceConfig) bool { _, on := svc.Networks[key]; return on })
}

// volumeUsed tells whether a selected service mounts the volume.
func (d *draft) volumeUsed(key string) bool {
	return d.usedBy(func(svc types.ServiceConfig) bool { return slices.Contains(namedVolumes(svc), key) })
}

func (d *draft) usedBy(match func(types.ServiceConfig) bool) bool {
	for svc := range maps.Values(d.p.Services) {
		if match(svc) {
			return true
		}
	}
	return false
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
