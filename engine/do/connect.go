package do

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// connectContainer puts a container that does not run on a network of a name
// that it was on. Engines replace what a stopped container knows of a network
// that is gone by what they are given here, so that there is no instant at which
// it knows nothing.
func (d *Doer) connectContainer(ctx context.Context, a planner.ConnectContainer) error {
	endpoint, err := d.endpointOf(ctx, a)
	if err != nil {
		return err
	}
	if !spec.APISince(d.o.Engine.APIVersion, "1.44") {
		endpoint.MacAddress = "" // the container has it, for its main network
	}
	err = d.c.NetworkConnect(ctx, a.Network, a.ID, endpoint)
	if err != nil && !isAlreadyConnected(err) {
		return fmt.Errorf("connecting to network %s: %w", a.Network, err)
	}
	return nil
}

// endpointOf is a container's place in a network: as the file has it or, where
// the file does not put it there, as it was.
func (d *Doer) endpointOf(ctx context.Context, a planner.ConnectContainer) (*network.EndpointSettings, error) {
	if d.p != nil {
		svc := d.p.Definition(a.Ref.Service)
		for key := range svc.Networks {
			if d.p.Networks[key].Name == a.Network {
				return spec.EndpointIn(d.p, svc, a.Ref.Number, key, observe.Binding(d.o.Engine))
			}
		}
	}
	if was, ok := d.known.Load(a.Network + " " + a.ID); ok {
		return was.(*network.EndpointSettings), nil
	}
	c, err := d.c.ContainerInspect(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return knownEndpoint(&c, a.Network), nil
}

// knownEndpoint is what a container that does not run knows of its place in a
// network: what it was configured with. Of a hardware address that is known for
// its main network alone.
func knownEndpoint(c *container.InspectResponse, name string) *network.EndpointSettings {
	known := &network.EndpointSettings{}
	if c.NetworkSettings != nil && c.NetworkSettings.Networks[name] != nil {
		was := c.NetworkSettings.Networks[name]
		known = &network.EndpointSettings{
			IPAMConfig: was.IPAMConfig, Links: was.Links, Aliases: was.Aliases,
			DriverOpts: was.DriverOpts, GwPriority: was.GwPriority,
		}
	}
	if c.ContainerJSONBase != nil && c.HostConfig != nil && c.Config != nil && c.HostConfig.NetworkMode.NetworkName() == name {
		//lint:ignore SA1019 a stopped container shows its hardware address nowhere else
		known.MacAddress = c.Config.MacAddress
	}
	return known
}

// recordStops keeps what was stopped, as the label of a volume.
func (d *Doer) recordStops(ctx context.Context, a planner.RecordStops) error {
	stops, err := json.Marshal(a.Stops)
	if err != nil {
		return fmt.Errorf("noting what was stopped: %w", err)
	}
	_, err = d.c.VolumeCreate(ctx, volume.CreateOptions{
		Name: a.Ref.Name, Labels: map[string]string{project.LabelProject: d.o.Project, project.LabelStops: string(stops)},
	})
	return err
}
