package list

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/docker/docker/api/types/volume"
	"github.com/docker/go-units"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/project"
)

// Volume is a volume as listings show it. Its fields are those of
// docker-compose volumes --format json, which scripts read.
type Volume struct {
	Availability string // "N/A", as Group and Status: of a cluster's volumes
	Driver       string
	Group        string
	Labels       string // key=value, comma-joined, sorted
	Links        string // how many containers use it; "N/A" where the engine does not tell
	Mountpoint   string
	Name         string
	Scope        string
	Size         string // "N/A" where the engine does not tell
	Status       string

	labels map[string]string
}

// Label is the value of a label; templates call it.
func (v Volume) Label(name string) string { return v.labels[name] }

// Volumes returns a project's volumes by name; where services are given, those that
// their containers mount. Its error says what was asked for and wraps the engine's.
func Volumes(ctx context.Context, c api.Reader, name string, services []string) ([]Volume, error) {
	found, err := observe.VolumesOf(ctx, c, observe.OfProject(name))
	if err != nil {
		return nil, fmt.Errorf("listing the volumes of project %q: %w", name, err)
	}
	mounted := map[string]bool{}
	if len(services) > 0 {
		containers, err := observe.Summaries(ctx, c, name)
		if err != nil {
			return nil, err
		}
		for _, s := range containers {
			for _, m := range s.Mounts {
				mounted[m.Name] = mounted[m.Name] || slices.Contains(services, s.Labels[project.LabelService])
			}
		}
	}
	var out []Volume
	for _, v := range found {
		if len(services) == 0 || mounted[v.Name] {
			out = append(out, listedVolume(v))
		}
	}
	slices.SortFunc(out, func(a, b Volume) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func listedVolume(v *volume.Volume) Volume {
	const unknown = "N/A"
	l := Volume{
		Availability: unknown, Group: unknown, Links: unknown, Size: unknown, Status: unknown,
		Driver: v.Driver, Labels: joinLabels(v.Labels), Mountpoint: v.Mountpoint, Name: v.Name, Scope: v.Scope,
		labels: v.Labels,
	}
	if v.UsageData != nil {
		l.Links = fmt.Sprint(v.UsageData.RefCount)
		l.Size = units.HumanSize(float64(v.UsageData.Size))
	}
	return l
}
