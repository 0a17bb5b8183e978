package observe

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/project"
)

// Origins are where the containers of all projects come from, each place once, in no
// order. It is one call. Its error wraps the engine's.
func Origins(ctx context.Context, c api.Reader) ([]project.Origin, error) {
	found, err := c.ContainerList(ctx, container.ListOptions{
		All: true, Filters: filters.NewArgs(filters.Arg("label", project.LabelProject)),
	})
	if err != nil {
		return nil, fmt.Errorf("listing the containers of all projects: %w", err)
	}
	var origins []project.Origin
	for _, s := range found {
		o := project.Origin{Project: s.Labels[project.LabelProject], Dir: s.Labels[project.LabelWorkingDir]}
		if files := s.Labels[project.LabelConfigFiles]; files != "" {
			o.Files = strings.Split(files, ",")
		}
		known := func(other project.Origin) bool {
			return other.Project == o.Project && other.Dir == o.Dir && slices.Equal(other.Files, o.Files)
		}
		if s.Labels[project.LabelOneOff] != "" && !slices.ContainsFunc(origins, known) {
			origins = append(origins, o)
		}
	}
	return origins, nil
}
