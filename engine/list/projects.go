package list

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/project"
)

// Project is a project as the command ls shows it.
type Project struct {
	Name        string
	Status      string // "running(2), exited(1)"
	ConfigFiles string // absolute, comma-joined

	Counts map[string]int `json:"-"` // of containers, by state
}

// Projects returns the engine's projects by name. o.All includes those of which
// nothing runs. Its error wraps the engine's.
func Projects(ctx context.Context, c api.Reader, o ProjectsOptions) ([]Project, error) {
	found, err := c.ContainerList(ctx, container.ListOptions{
		All:     o.All,
		Filters: filters.NewArgs(filters.Arg("label", project.LabelProject), filters.Arg("label", project.LabelConfigHash)),
	})
	if err != nil {
		return nil, fmt.Errorf("listing projects: %w", err)
	}
	states := map[string]map[string]int{}
	files := map[string]string{}
	for _, s := range found {
		name := s.Labels[project.LabelProject]
		if states[name] == nil {
			states[name] = map[string]int{}
		}
		states[name][string(s.State)]++
		files[name] = cmp.Or(files[name], s.Labels[project.LabelConfigFiles], "N/A")
	}
	var out []Project
	for name, counts := range states {
		out = append(out, Project{Name: name, Status: countText(counts), ConfigFiles: files[name], Counts: counts})
	}
	slices.SortFunc(out, func(a, b Project) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// ProjectsOptions steer Projects.
type ProjectsOptions struct{ All bool }

func countText(counts map[string]int) string {
	var parts []string
	for state, n := range counts {
		parts = append(parts, fmt.Sprintf("%s(%d)", state, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
