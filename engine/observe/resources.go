package observe

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// listNetworks lists the project's networks, and those of the names in its file
// that are not labelled as its own, by name.
func listNetworks(ctx context.Context, c api.Reader, o Options) ([]planner.Network, error) {
	list, err := c.NetworkList(ctx, network.ListOptions{Filters: OfProject(o.Name)})
	if err != nil {
		return nil, fmt.Errorf("listing the networks of project %q: %w", o.Name, err)
	}
	found := map[string]bool{}
	var networks []planner.Network
	for i := range list {
		networks = append(networks, networkOf(o.Project, &list[i]))
		found[list[i].Name] = true
	}
	var missing []string
	if o.Project != nil {
		for _, n := range o.Project.Networks {
			if !found[n.Name] {
				missing = append(missing, n.Name)
			}
		}
	}
	if len(missing) > 0 {
		list, err := c.NetworkList(ctx, network.ListOptions{Filters: named(missing)})
		if err != nil {
			return nil, fmt.Errorf("looking for networks by name: %w", err)
		}
		for i := range list {
			// The filter takes names that merely contain one, too.
			if slices.Contains(missing, list[i].Name) {
				networks = append(networks, networkOf(o.Project, &list[i]))
			}
		}
	}
	slices.SortFunc(networks, func(a, b planner.Network) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return networks, nil
}

// networkOf reads one entry of the list; p may be nil.
func networkOf(p *project.Project, n *network.Summary) planner.Network {
	var changes []plan.FieldChange
	if p != nil {
		changes = networkChanges(p, n)
	}
	return planner.Network{
		Changes: changes,

		ID: n.ID, Name: n.Name, Driver: n.Driver,
		Key:     n.Labels[project.LabelNetwork],
		Project: n.Labels[project.LabelProject],
		Hash:    n.Labels[project.LabelConfigHash],

		Subnets: SubnetsOf(n), Interfaces: planner.NetworkInterfaces(n.Options),
		Unpublished:  !planner.PublishesPorts(n.Driver, n.Internal, n.Options),
		OwnAddresses: n.Scope == "swarm" || n.IPAM.Driver != "" && n.IPAM.Driver != "default" && n.IPAM.Driver != "host-local",
	}
}

func SubnetsOf(n *network.Summary) []string {
	subnets := make([]string, 0, len(n.IPAM.Config))
	for _, pool := range n.IPAM.Config {
		subnets = append(subnets, pool.Subnet)
	}
	return subnets
}

// listVolumes does for volumes what listNetworks does for networks.
func listVolumes(ctx context.Context, c api.Reader, o Options) ([]planner.Volume, error) {
	list, err := VolumesOf(ctx, c, OfProject(o.Name))
	if err != nil {
		return nil, fmt.Errorf("listing the volumes of project %q: %w", o.Name, err)
	}
	found := map[string]bool{}
	var volumes []planner.Volume
	for _, v := range list {
		volumes = append(volumes, volumeOf(o.Project, v))
		found[v.Name] = true
	}
	var missing []string
	if o.Project != nil {
		for _, v := range o.Project.Volumes {
			if !found[v.Name] {
				missing = append(missing, v.Name)
			}
		}
	}
	if len(missing) > 0 {
		list, err := VolumesOf(ctx, c, named(missing))
		if err != nil {
			return nil, fmt.Errorf("looking for volumes by name: %w", err)
		}
		for _, v := range list {
			if slices.Contains(missing, v.Name) {
				volumes = append(volumes, volumeOf(o.Project, v))
			}
		}
	}
	slices.SortFunc(volumes, func(a, b planner.Volume) int { return cmp.Compare(a.Name, b.Name) })
	return volumes, nil
}

// VolumesOf lists volumes. An engine's null among them is none. Its error is the
// engine's.
func VolumesOf(ctx context.Context, c api.Reader, of filters.Args) ([]*volume.Volume, error) {
	list, err := c.VolumeList(ctx, volume.ListOptions{Filters: of})
	return slices.DeleteFunc(list.Volumes, func(v *volume.Volume) bool { return v == nil }), err
}

// volumeOf reads one entry of the list; p may be nil.
func volumeOf(p *project.Project, v *volume.Volume) planner.Volume {
	var changes []plan.FieldChange
	if p != nil {
		changes = volumeChanges(p, v)
	}
	return planner.Volume{
		Changes: changes,

		Name:    v.Name,
		Key:     v.Labels[project.LabelVolume],
		Project: v.Labels[project.LabelProject],
		Hash:    v.Labels[project.LabelConfigHash],
		Stops:   stopsOf(v),
	}
}

// stopsOf reads what RecordStops left; nil: the volume is another one. What it reads
// is believed, so a volume of the file, whose author may have given it the label by
// another tool, is none.
func stopsOf(v *volume.Volume) []planner.Stopped {
	var stops []planner.Stopped
	if text := v.Labels[project.LabelStops]; text != "" && v.Labels[project.LabelVolume] == "" {
		_ = json.Unmarshal([]byte(text), &stops) // what nobody can read names nothing
	}
	return stops
}

// named filters by any of several names.
func named(names []string) filters.Args {
	slices.Sort(names)
	args := filters.NewArgs()
	for _, name := range names {
		args.Add("name", name)
	}
	return args
}
