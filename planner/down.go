package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// DownOptions steer Down.
type DownOptions struct {
	// Services to take down; empty: the whole project with its networks.
	Services      []string
	RemoveOrphans bool
	// Volumes removes the named volumes of the file and anonymous ones.
	Volumes bool
	// Images is "", "local" (those without a name of their own) or "all".
	Images string
	// Kept are the tags that keep images for a rollback, which go with either.
	Kept    []string
	Timeout *time.Duration
}

// Down plans the end of a project: stop in reverse dependency order, remove,
// then networks and, where asked for, volumes and images. External resources
// are never touched. The project may be nil: then the labels tell what is its.
// Services whose profile is off stay, as does what people run as one-offs and
// what the file does not know, unless orphans go too. With a project, an unknown service
// is an error that wraps project.ErrNoSuchService; without one it is a note.
func Down(p *project.Project, s State, name string, o DownOptions) (*plan.Plan, error) {
	if err := checkInFile(p, s, o.Services); err != nil {
		return nil, err
	}
	on := enabled(p)
	goes := func(c *Container) bool {
		orphan := c.OneOff || p != nil && !p.Known(c.Service)
		named := slices.Contains(o.Services, c.Service)
		return orphan && o.RemoveOrphans || !c.OneOff && (on(c.Service) || named)
	}
	f := newExisting(p, s, "Removing", LifecycleOptions{Services: o.Services, Timeout: o.Timeout}, goes)
	removed := f.removeAll(o)
	f.stopProviders(ProviderDown, o.Services, f.byService(removed))
	d := down{existing: f, name: name, options: o, removed: removed, file: p != nil}
	d.networks()
	d.forgetRecords()
	if o.Volumes && len(o.Services) == 0 {
		d.volumes()
	}
	if o.Images != "" {
		d.images()
	}
	f.noteUnknown(o.Services)
	f.keepVolumes()
	return &f.plan, nil
}

// removeAll adds stops and removals of all the existing containers, and returns
// the removals by container id.
func (f *existing) removeAll(o DownOptions) map[string]int {
	stops := f.stopAll(func(c *Container) bool { return c.running() })
	removed := map[string]int{}
	for _, name := range slices.Backward(f.names) {
		for _, c := range f.by[name] {
			removed[c.ID] = f.add(plan.Step{
				Action: RemoveContainer{Ref: c.ref(), ID: c.ID, Force: true, Volumes: o.Volumes, Files: c.files()}, Reason: requested,
			}, stops[c.ID])
		}
	}
	return removed
}

// down is the part of Down that follows the containers.
type down struct {
	*existing
	name    string
	options DownOptions
	removed map[string]int // by container id
	file    bool           // whether there is one
}

// external tells whether the file says that a network or volume is not the
// project's own.
func (d *down) externalNetwork(name string) bool {
	for _, n := range d.p.Networks {
		if n.Name == name && bool(n.External) {
			return true
		}
	}
	return false
}

func (d *down) externalVolume(name string) bool {
	for _, v := range d.p.Volumes {
		if v.Name == name && bool(v.External) {
			return true
		}
	}
	return false
}

// networks adds the removal of the project's networks that nothing of it uses
// any more. Something else may: then the engine refuses, and it stays.
func (d *down) networks() {
	for _, n := range d.s.Networks {
		if n.Project != d.name || d.externalNetwork(n.Name) {
			continue
		}
		after, users := d.usersOf(func(c *Container) bool { _, on := c.Networks[n.Name]; return on })
		if len(users) > 0 {
			if len(d.options.Services) == 0 {
				d.noteStays("Network "+n.Name, users)
			}
			continue
		}
		d.add(plan.Step{
			Action: RemoveNetwork{Ref: event.Ref{Kind: event.Network, Name: n.Name}, ID: n.ID},
			Reason: requested,
		}, after...)
	}
}

// volumes adds the removal of the file's volumes (without a file: of all that
// carry the project's label).
func (d *down) volumes() {
	inFile := map[string]bool{}
	for _, v := range d.p.Volumes {
		inFile[v.Name] = true
	}
	for _, v := range d.s.Volumes {
		if v.Project != d.name || len(v.Stops) > 0 || d.externalVolume(v.Name) || d.file && !inFile[v.Name] {
			continue
		}
		after, users := d.usersOf(func(c *Container) bool { return mounts(c, v.Name) })
		if len(users) > 0 {
			d.noteStays("Volume "+v.Name, users)
			continue
		}
		d.add(plan.Step{
			Action: RemoveVolume{Ref: event.Ref{Kind: event.Volume, Name: v.Name}},
			Reason: requested,
		}, after...)
	}
}

// noteStays tells that a resource stays because of containers that do.
func (d *down) noteStays(what string, users []*Container) {
	var names []string
	hint := "--remove-orphans removes one-offs, and containers whose service is not in the file"
	for _, c := range users {
		names = append(names, c.Name)
		if svc, off := d.p.DisabledServices[c.Service]; off && !c.OneOff && len(svc.Profiles) > 0 {
			hint = fmt.Sprintf("--profile %s takes service %s down too", svc.Profiles[0], c.Service)
		}
	}
	d.note(fmt.Sprintf("%s stays: in use by %s", what, strings.Join(names, ", ")), hint)
}

// usersOf returns the removals of the containers that match, and those that
// stay.
func (d *down) usersOf(match func(*Container) bool) (after []int, stay []*Container) {
	for i := range d.s.Containers {
		c := &d.s.Containers[i]
		if !match(c) {
			continue
		}
		if step := d.removed[c.ID]; step != 0 {
			after = append(after, step)
		} else {
			stay = append(stay, c)
		}
	}
	return after, stay
}

// images adds the removal of the services' images. Without a file they are those
// that were built for them, which "local" leaves alone under another name.
func (d *down) images() {
	users := map[string][]int{}
	use := func(name, service string) {
		if len(d.options.Services) > 0 && !slices.Contains(d.options.Services, service) {
			return
		}
		if users[name] == nil {
			users[name] = []int{}
		}
		for _, c := range d.by[service] {
			users[name] = append(users[name], d.removed[c.ID])
		}
	}
	for name, i := range d.s.Images {
		own := name == d.name+"-"+i.Service || name == d.name+"_"+i.Service
		if !d.file && (own || d.options.Images != "local") {
			use(name, i.Service)
		}
	}
	for _, service := range slices.Sorted(maps.Keys(d.p.Services)) {
		svc := d.p.Services[service]
		name := d.p.ImageName(service)
		if _, have := d.s.Images[name]; !have || d.options.Images == "local" && svc.Image != "" {
			continue
		}
		use(name, service)
	}
	for _, tag := range d.options.Kept {
		users[tag] = slices.Collect(maps.Values(d.removed))
	}
	for _, name := range slices.Sorted(maps.Keys(users)) {
		slices.Sort(users[name])
		d.add(plan.Step{
			Action: RemoveImage{Ref: event.Ref{Kind: event.Image, Name: name}},
			Reason: requested,
		}, users[name]...)
	}
}
