package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// outdated tells why a container has to be made anew, in the order of
// Docker Compose's decision; nil: it is up to date. When names the images on
// whose pull or build it depends; nil with a reason: in any case.
func (d *upDraft) outdated(svc types.ServiceConfig, c *Container) (reason *plan.Reason, when []event.Ref, err error) {
	switch d.policy(svc.Name) {
	case RecreateNever:
		return nil, nil, nil
	case RecreateForce:
		return &plan.Reason{Code: BecauseForced}, nil, nil
	}
	parent, when := d.parentReplaced(svc.Name)
	if parent != "" && len(when) == 0 {
		return &plan.Reason{Code: BecauseParentRecreated, Detail: parent}, nil, nil
	}
	if d.isOnlyRestarted(svc.Name) {
		if len(when) == 0 {
			return nil, nil, nil
		}
		return &plan.Reason{Code: BecauseParentRecreated}, uniqueRefs(when), nil
	}
	if reason, err := d.configChanged(svc, c); reason != nil || err != nil {
		return reason, nil, err
	}
	if reason := d.contentsChanged(svc, c); reason != nil {
		return reason, nil, nil
	}
	if reason := d.imageChanged(svc, c); reason != nil {
		return reason, nil, nil
	}
	if reason := d.networksChanged(svc, c); reason != nil {
		return reason, nil, nil
	}
	if reason := d.volumesChanged(svc, c); reason != nil {
		return reason, nil, nil
	}
	if img, ok := d.imageStep(d.p.ImageName(svc.Name)); ok {
		when = append(when, img.ref)
	}
	for _, source := range imageMounts(svc) {
		if img, ok := d.imageStep(source); ok {
			when = append(when, img.ref)
		}
	}
	reason = &plan.Reason{Code: BecauseImageChanged}
	if given := d.p.Providers(svc.Name); len(given) > 0 {
		if len(when) == 0 {
			reason.Code = BecauseProvided
		}
		when = append(when, given...)
	}
	if len(when) == 0 {
		return nil, nil, nil
	}
	return reason, uniqueRefs(when), nil
}

// configChanged compares the hash. Where another tool or version made the
// container, what the engine reports of it decides: a new version of a program
// must not restart anybody's database.
func (d *upDraft) configChanged(svc types.ServiceConfig, c *Container) (*plan.Reason, error) {
	want, err := d.p.WithProvided(svc.Name, c.provided()).Hash(svc.Name, d.parentID)
	if err != nil {
		return nil, fmt.Errorf("hashing service %q: %w", svc.Name, err)
	}
	if c.Hash == want {
		return nil, nil
	}
	if c.Drift == nil {
		for _, parent := range d.p.Parents(svc.Name) {
			if r := d.units[parent].first(); r != nil && r.old != nil && r.old.Created.After(c.Created) {
				return &plan.Reason{Code: BecauseParentRecreated, Detail: parent}, nil
			}
		}
		return &plan.Reason{Code: BecauseConfigChanged}, nil
	}
	if len(c.Drift.Changes) == 0 && !c.Drift.SameTool {
		return nil, nil
	}
	return &plan.Reason{Code: BecauseConfigChanged, Changes: c.Drift.Changes}, nil
}

// contentsChanged compares the contents of secrets and configs. A container
// without the label was made by another tool, and counts as unchanged; so does
// one whose label was made with another machine's key, and, with a note, one
// whose contents cannot be read now.
func (d *upDraft) contentsChanged(svc types.ServiceConfig, c *Container) *plan.Reason {
	had := c.Labels[project.LabelContentHash]
	if had == "" {
		return nil
	}
	want, err := project.ContentHash(d.p, svc.Name)
	if err != nil {
		d.note(fmt.Sprintf("%s keeps the contents of its secrets and configs: %v", c.Name, err), "")
		return nil
	}
	if !project.ContentChanged(had, want) {
		return nil
	}
	what := "contents of secrets and configs changed"
	switch {
	case len(svc.Secrets) == 1 && len(svc.Configs) == 0:
		what = "content of secret " + svc.Secrets[0].Source + " changed"
	case len(svc.Configs) == 1 && len(svc.Secrets) == 0:
		what = "content of config " + svc.Configs[0].Source + " changed"
	}
	return &plan.Reason{Code: BecauseConfigChanged, Detail: what}
}

// imageChanged compares what the container was made of with what the engine
// has under those names now.
func (d *upDraft) imageChanged(svc types.ServiceConfig, c *Container) *plan.Reason {
	if img, ok := d.s.Images[d.p.ImageName(svc.Name)]; ok && c.Image != "" && img.Digest != "" && img.Digest != c.Image {
		return &plan.Reason{Code: BecauseImageChanged, Detail: shortID(c.Image) + " → " + shortID(img.Digest)}
	}
	if want, known := d.imageVolumes(svc); known && want != c.ImageVolumes {
		return &plan.Reason{Code: BecauseImageVolume}
	}
	return nil
}

// imageVolumes is the label image-volume-digest as it would be now: sorted
// target=digest. known is false where an image is not there yet.
func (d *upDraft) imageVolumes(svc types.ServiceConfig) (label string, known bool) {
	var parts []string
	for _, v := range svc.Volumes {
		if v.Type != types.VolumeTypeImage {
			continue
		}
		img, ok := d.s.Images[v.Source]
		if !ok {
			return "", false
		}
		parts = append(parts, v.Target+"="+img.Digest)
	}
	slices.Sort(parts)
	return strings.Join(parts, ","), true
}

// networksChanged looks for a declared network that the container is not on. One
// that does not run can be connected to another of the name, see rejoins, unless
// it would lose its hardware address by that.
func (d *upDraft) networksChanged(svc types.ServiceConfig, c *Container) *plan.Reason {
	if svc.NetworkMode != "" {
		return nil
	}
	for _, key := range svc.NetworksByPriority() {
		net := d.p.Networks[key]
		id, attached := c.Networks[net.Name]
		now := d.findNetwork(net.Name)
		switch {
		case !attached && d.mayConnect(svc, key):
		case !attached:
			return &plan.Reason{Code: BecauseNetworkMissing, Detail: key}
		case d.replaced.networks[key] && d.losesMAC(svc, key):
			return &plan.Reason{Code: BecauseNetworkMissing, Detail: key + " is made anew, and with it the place of a mac_address"}
		case !c.running() && !d.losesMAC(svc, key):
		case now == nil:
			return &plan.Reason{Code: BecauseNetworkMissing, Detail: key + " was removed"}
		case id != "" && now.ID != "" && id != now.ID:
			return &plan.Reason{Code: BecauseNetworkMissing, Detail: key + " is another one now"}
		}
	}
	return nil
}

// volumesChanged looks for a volume of the service that is made anew, and for a
// declared one that the container does not mount.
func (d *upDraft) volumesChanged(svc types.ServiceConfig, c *Container) *plan.Reason {
	for _, key := range slices.Sorted(maps.Keys(d.replaced.volumes)) {
		if d.touchesVolume(svc.Name, key) {
			return &plan.Reason{Code: BecauseVolumeMissing, Detail: key + " is made anew"}
		}
	}
	for _, key := range namedVolumes(svc) {
		if !mounts(c, d.p.Volumes[key].Name) {
			return &plan.Reason{Code: BecauseVolumeMissing, Detail: key}
		}
	}
	return nil
}

// parentReplaced names the first parent (a service whose container id is part
// of this one's configuration) that gets a new container; when is not nil
// where that depends on images.
func (d *upDraft) parentReplaced(service string) (parent string, when []event.Ref) {
	for _, name := range d.p.Parents(service) {
		r := d.units[name].first()
		switch {
		case r == nil || r.decision == keep:
		case len(r.when) == 0:
			return name, nil
		default:
			parent, when = name, append(when, r.when...)
		}
	}
	return parent, when
}

// checkParents refuses a service whose parent neither has nor gets a container.
func (d *upDraft) checkParents(service string) error {
	for _, name := range d.p.Parents(service) {
		if u := d.units[name]; u.first() != nil || u == nil && d.containerID(name) != "" {
			continue
		}
		kind := "network namespace"
		if slices.ContainsFunc(d.p.Services[service].VolumesFrom, func(v string) bool {
			source, _, _ := strings.Cut(v, ":")
			return source == name
		}) {
			kind = "volume"
		}
		return hint.New(fmt.Sprintf("cannot share %s with service %s: container missing", kind, name),
			fmt.Sprintf("start it too: compose up %s %s", name, service))
	}
	return nil
}

// parentID is the id of the container whose namespaces or volumes others share:
// the service's first one, of those that stay.
func (d *upDraft) parentID(service string) string {
	u, selected := d.units[service]
	if !selected {
		return d.containerID(service)
	}
	if r := u.first(); r != nil && r.old != nil {
		return r.old.ID
	}
	return ""
}

// containerID is the id of the first container of a service that is not of this
// plan, "" where there is none.
func (d *upDraft) containerID(service string) string {
	for i := range d.s.Containers {
		if c := &d.s.Containers[i]; c.Service == service && !c.OneOff && !c.gone() {
			return c.ID
		}
	}
	return ""
}

func uniqueRefs(refs []event.Ref) []event.Ref {
	var out []event.Ref
	for _, r := range refs {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}
