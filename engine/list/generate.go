package list

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// GenerateOptions steer Generate.
type GenerateOptions struct {
	Name string // of the project; "": the file has none
	// Dir is the folder of the file: sources of mounts below it become relative;
	// "": all stay absolute.
	Dir string
}

// Generate writes containers that exist, by name or id, as a project: what sets them
// apart from their images. Containers of one service become its replicas. Networks and
// volumes that they use are external, so that the project finds them again, except
// those of a project of the same name. Names that are no container's are a hint.Error;
// other errors wrap the engine's.
func Generate(ctx context.Context, c api.Reader, names []string, o GenerateOptions) (*types.Project, error) {
	found, err := inspectAll(ctx, c, names)
	if err != nil {
		return nil, err
	}
	g := generator{o: o, p: &types.Project{
		Name: o.Name, Services: types.Services{}, Networks: types.Networks{}, Volumes: types.Volumes{},
	}}
	for _, i := range found {
		made := generated{InspectResponse: i, labels: i.Config.Labels}
		name := made.service()
		if s, ok := g.p.Services[name]; ok {
			replicas := s.GetScale() + 1
			s.Scale = &replicas
			g.p.Services[name] = s
			continue
		}
		of, err := c.ImageInspect(ctx, i.Image)
		if err != nil && !errdefs.IsNotFound(err) {
			return nil, fmt.Errorf("inspecting image %s: %w", i.Image, err)
		}
		made.Config = ownConfig(i.Config, of.Config)
		g.p.Services[name] = g.service(name, made)
	}
	g.keepDependencies()
	return g.p, nil
}

// inspectAll inspects containers; its error names all that are not there.
func inspectAll(ctx context.Context, c api.Reader, names []string) ([]container.InspectResponse, error) {
	var found []container.InspectResponse
	var missing []string
	for _, name := range names {
		i, err := c.ContainerInspect(ctx, name)
		switch {
		case errdefs.IsNotFound(err):
			missing = append(missing, name)
		case err != nil:
			return nil, fmt.Errorf("inspecting container %s: %w", name, err)
		default:
			found = append(found, i)
		}
	}
	if len(missing) > 0 {
		return nil, hint.New("no container(s) found with the following name(s): "+strings.Join(missing, ","),
			"docker ps --all lists the containers")
	}
	return found, nil
}

// generated is a container on its way to a service. Its Config has only what
// does not come from the image.
type generated struct {
	container.InspectResponse
	labels map[string]string // all of them
}

// service names the service that a container becomes.
func (i generated) service() string {
	return cmp.Or(i.labels[project.LabelService], strings.TrimPrefix(i.Name, "/"))
}

func unless(value, same string) string {
	if value == same {
		return ""
	}
	return value
}

// ownConfig is a configuration less what comes from the image, nil where that
// is gone, and from whoever created the container.
func ownConfig(c *container.Config, from *dockerspec.DockerOCIImageConfig) *container.Config {
	if from == nil {
		from = &dockerspec.DockerOCIImageConfig{}
	}
	own := *c
	if slices.Equal(own.Entrypoint, from.Entrypoint) {
		own.Entrypoint = nil
		if slices.Equal(own.Cmd, from.Cmd) {
			own.Cmd = nil
		}
	}
	own.Env = slices.DeleteFunc(slices.Clone(c.Env), func(e string) bool { return slices.Contains(from.Env, e) })
	own.Labels = map[string]string{}
	for key, value := range c.Labels {
		tools := strings.HasPrefix(key, project.LabelPrefix) || strings.HasPrefix(key, project.OwnLabelPrefix)
		if same, ok := from.Labels[key]; !tools && (!ok || same != value) {
			own.Labels[key] = value
		}
	}
	own.WorkingDir = unless(c.WorkingDir, from.WorkingDir)
	own.User = unless(c.User, from.User)
	own.StopSignal = unless(c.StopSignal, from.StopSignal)
	if c.Healthcheck != nil && from.Healthcheck != nil && slices.Equal(c.Healthcheck.Test, from.Healthcheck.Test) {
		own.Healthcheck = nil
	}
	return &own
}

// generator collects a project.
type generator struct {
	o GenerateOptions
	p *types.Project
}

// keepDependencies leaves out dependencies on services that are not in the
// project.
func (g *generator) keepDependencies() {
	for name, s := range g.p.Services {
		for needed := range s.DependsOn {
			if _, ok := g.p.Services[needed]; !ok {
				delete(s.DependsOn, needed)
			}
		}
		g.p.Services[name] = s
	}
}

// mounts are a container's volumes and binds. Anonymous volumes of the image
// come again by themselves.
func (g *generator) mounts(points []container.MountPoint) []types.ServiceVolumeConfig {
	var out []types.ServiceVolumeConfig
	for _, m := range points {
		v := types.ServiceVolumeConfig{Type: string(m.Type), Target: m.Destination, ReadOnly: !m.RW}
		switch m.Type {
		case mount.TypeVolume:
			if !spec.IsAnonymousName(m.Name) {
				v.Source = g.key(m.Name)
				g.p.Volumes[v.Source] = types.VolumeConfig{Name: m.Name, External: types.External(v.Source == m.Name)}
			}
		case mount.TypeBind:
			v.Source = g.relative(m.Source)
		case mount.TypeTmpfs:
		default:
			continue
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b types.ServiceVolumeConfig) int { return cmp.Compare(a.Target, b.Target) })
	return out
}

// key is what the file calls a network or volume: its name, or for those of a
// project of the same name what stands behind the project's.
func (g *generator) key(name string) string {
	if key, ok := strings.CutPrefix(name, g.o.Name+"_"); ok && g.o.Name != "" {
		return key
	}
	return name
}

func (g *generator) relative(source string) string {
	if g.o.Dir == "" {
		return source
	}
	dir, err := filepath.Abs(g.o.Dir)
	if err != nil {
		return source
	}
	rel, err := filepath.Rel(dir, source)
	if err != nil || !filepath.IsLocal(rel) {
		return source
	}
	return "./" + filepath.ToSlash(rel)
}
