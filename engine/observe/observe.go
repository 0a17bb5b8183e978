// Package observe is what an engine has: a project's containers, networks, volumes and
// images as a planner.State, and how containers differ from what their services ask
// for. It changes nothing.
package observe

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// parallelReads is how many inspects run at once.
const parallelReads = 8

// Options say what to look at.
type Options struct {
	// Project, or nil: what carries Name in its labels, without images and
	// drift.
	Project *project.Project
	Name    string // the project's name, where Project is nil
	Engine  planner.Engine
	// Skip leaves parts out that the caller has no use for.
	Skip Parts
	// Bind is what spec.Container is given, beyond ids and the API version, to compare a
	// container with what its service asks for.
	Bind spec.Binding
}

// Binding is what requests to an engine depend on of it.
func Binding(e planner.Engine) spec.Binding {
	return spec.Binding{Engine: e.Name, Release: e.Version, APIVersion: e.APIVersion, OS: e.OS}
}

// Parts are parts of an observation.
type Parts uint8

// The parts that can be left out. A listing of containers needs none of them.
const (
	Networks Parts = 1 << iota
	Volumes
	Images
	Drift
)

// Project reports a project's containers, networks, volumes and images. The number of
// its calls does not grow with the number of services: one list of containers, of
// networks and of volumes, all at once, and one more of networks or volumes where some
// are not the project's by label (external ones, and before the first up); an inspect
// for each distinct image, and for each container whose stored hash is not the
// service's. Without a project one more list has the images that were built for it.
// Its error says what was asked for and wraps the engine's, or is that of a service
// whose hash cannot be taken. What goes away meanwhile is no error.
func Project(ctx context.Context, c api.Reader, o Options) (planner.State, error) {
	if o.Project != nil {
		o.Name = o.Project.Name
	}
	s := planner.State{Engine: o.Engine, Now: time.Now().UTC()}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		s.Containers, err = listContainers(ctx, c, o)
		if err == nil && o.Project != nil && o.Skip&Drift == 0 {
			err = findDrift(ctx, c, o, s.Containers)
		}
		return err
	})
	if o.Skip&Networks == 0 {
		g.Go(func() (err error) {
			s.Networks, err = listNetworks(ctx, c, o)
			return err
		})
	}
	if o.Skip&Volumes == 0 {
		g.Go(func() (err error) {
			s.Volumes, err = listVolumes(ctx, c, o)
			return err
		})
	}
	if o.Skip&Images == 0 {
		g.Go(func() (err error) {
			if o.Project == nil {
				s.Images, err = listBuilt(ctx, c, o.Name)
				return err
			}
			s.Images, err = inspectImages(ctx, c, o)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return planner.State{}, err
	}
	return s, nil
}

// OfProject filters by the project's label.
func OfProject(name string) filters.Args {
	return filters.NewArgs(filters.Arg("label", project.LabelProject+"="+name))
}

// Summaries are the engine's words on all containers with the project's label. Its
// error names the project and wraps the engine's.
func Summaries(ctx context.Context, c api.Reader, name string) ([]container.Summary, error) {
	found, err := c.ContainerList(ctx, container.ListOptions{All: true, Filters: OfProject(name)})
	if err != nil {
		return nil, fmt.Errorf("listing the containers of project %q: %w", name, err)
	}
	return found, nil
}

// listContainers lists the project's containers, stopped ones too, by service,
// number and creation.
func listContainers(ctx context.Context, c api.Reader, o Options) ([]planner.Container, error) {
	list, err := Summaries(ctx, c, o.Name)
	if err != nil {
		return nil, err
	}
	var containers []planner.Container
	for i := range list {
		if !belongs(&list[i]) {
			continue
		}
		containers = append(containers, containerOf(&list[i]))
	}
	slices.SortFunc(containers, func(a, b planner.Container) int {
		return cmp.Or(
			cmp.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number),
			a.Created.Compare(b.Created), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID),
		)
	})
	return containers, nil
}

// belongs tells whether Docker Compose would take the container for one of the
// project's: without a hash, or without saying whether it is a one-off, it is
// somebody's own with a borrowed label.
func belongs(s *container.Summary) bool {
	_, hash := s.Labels[project.LabelConfigHash]
	oneOff := s.Labels[project.LabelOneOff]
	return hash && (oneOff == project.OneOffTrue || oneOff == project.OneOffFalse)
}

// containerOf reads one entry of the list.
func containerOf(s *container.Summary) planner.Container {
	c := planner.Container{
		ID:           s.ID,
		Name:         OwnName(s.Names),
		Service:      s.Labels[project.LabelService],
		Slug:         s.Labels[project.LabelSlug],
		OneOff:       s.Labels[project.LabelOneOff] == project.OneOffTrue,
		Created:      time.Unix(s.Created, 0).UTC(),
		Hash:         s.Labels[project.LabelConfigHash],
		Image:        s.Labels[project.LabelImage],
		ImageVolumes: s.Labels[project.LabelImageVolumes],
		ImageID:      s.ImageID,
		DependsOn:    ParseDependsOn(s.Labels[project.LabelDependsOn]),
		ReplaceOf:    s.Labels[project.LabelReplace],
		Labels:       s.Labels,
	}
	if !c.OneOff {
		c.Number = project.ReplicaNumber(s.Labels)
	}
	c.Status, c.Health, c.ExitCode = ParseStatus(s.State, s.Status)
	if s.NetworkSettings != nil {
		c.Networks = make(map[string]string, len(s.NetworkSettings.Networks))
		for name, endpoint := range s.NetworkSettings.Networks {
			c.Networks[name] = ""
			if endpoint != nil && endpoint.NetworkID != name { // Podman gives the name again
				c.Networks[name] = endpoint.NetworkID
			}
		}
	}
	if c.Status.Active() {
		c.Ports, c.Addresses = portsOf(s), AddressesOf(s)
	}
	if id, ok := strings.CutPrefix(s.HostConfig.NetworkMode, "container:"); ok {
		c.SharesNetwork = id
	}
	for _, m := range s.Mounts {
		c.Mounts = append(c.Mounts, planner.Mount{Type: string(m.Type), Name: m.Name, Source: m.Source, Target: m.Destination})
	}
	slices.SortFunc(c.Mounts, func(a, b planner.Mount) int { return cmp.Compare(a.Target, b.Target) })
	return c
}

// portsOf are the ports of the host that a container publishes.
func portsOf(s *container.Summary) []planner.Port {
	var ports []planner.Port
	for _, p := range s.Ports {
		if p.PublicPort != 0 {
			ports = append(ports, planner.Port{Address: p.IP, Number: int(p.PublicPort), Protocol: p.Type})
		}
	}
	return ports
}

// AddressesOf are a container's addresses, by the network's name.
func AddressesOf(s *container.Summary) []planner.Address {
	if s.NetworkSettings == nil {
		return nil
	}
	all := make([]planner.Address, 0, len(s.NetworkSettings.Networks))
	for _, name := range slices.Sorted(maps.Keys(s.NetworkSettings.Networks)) {
		endpoint := s.NetworkSettings.Networks[name]
		if endpoint == nil {
			continue
		}
		all = append(all, planner.Address{Network: name, IP: endpoint.IPAddress, MAC: endpoint.MacAddress})
		if endpoint.GlobalIPv6Address != "" {
			all = append(all, planner.Address{Network: name, IP: endpoint.GlobalIPv6Address})
		}
	}
	return all
}

// OwnName is a container's name without the slash; names with a second slash
// are links that others have to it.
func OwnName(names []string) string {
	for _, name := range names {
		if name = strings.TrimPrefix(name, "/"); !strings.Contains(name, "/") {
			return name
		}
	}
	return ""
}

// ParseDependsOn reads the label, whose entries are service:condition:restart;
// old versions of Docker Compose left the latter parts out.
func ParseDependsOn(label string) []planner.Dependency {
	if label == "" {
		return nil
	}
	var all []planner.Dependency
	for entry := range strings.SplitSeq(label, ",") {
		parts := strings.SplitN(entry, ":", 3)
		if parts[0] == "" {
			continue
		}
		d := planner.Dependency{Service: parts[0], Condition: string(planner.ConditionStarted)}
		if len(parts) > 1 {
			d.Condition = parts[1]
		}
		d.Restart = len(parts) > 2 && parts[2] == "true"
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b planner.Dependency) int { return cmp.Compare(a.Service, b.Service) })
	return all
}
