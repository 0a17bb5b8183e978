package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/go-units"

	"github.com/compose-orchestrator/compose/project"
)

// Listed is a container as listings show it. Its fields are those of
// docker-compose ps --format json, which scripts read.
type Listed struct {
	Command      string
	CreatedAt    string
	ExitCode     int
	Health       string
	ID           string // whole
	Image        string
	Labels       string // key=value, comma-joined, sorted
	LocalVolumes string
	Mounts       string
	Name         string
	Names        string
	Networks     string
	Ports        string
	Project      string
	Publishers   []Publisher
	RunningFor   string
	Service      string
	Size         string
	State        string
	Status       string

	Created time.Time `json:"-"`
	Number  int       `json:"-"`
	OneOff  bool      `json:"-"`
	TTY     bool      `json:"-"`
}

// Publisher is one published port.
type Publisher struct {
	URL           string // the host's address
	TargetPort    int
	PublishedPort int // 0: exposed only
	Protocol      string
}

// List returns a project's containers by name, in one call.
func List(ctx context.Context, c Reader, name string) ([]Listed, error) {
	found, err := c.ContainerList(ctx, container.ListOptions{
		All:     true,
		Filters: filters.NewArgs(filters.Arg("label", project.LabelProject+"="+name)),
	})
	if err != nil {
		return nil, fmt.Errorf("listing the containers of %q: %w", name, err)
	}
	var out []Listed
	for _, s := range found {
		if s.Labels[project.LabelOneOff] != "" {
			out = append(out, listed(s))
		}
	}
	slices.SortFunc(out, func(a, b Listed) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func listed(s container.Summary) Listed {
	created := time.Unix(s.Created, 0)
	_, health, code := parseStatus(s.State, s.Status)
	l := Listed{
		Command:      strconv.Quote(s.Command),
		CreatedAt:    created.String(),
		ExitCode:     code,
		Health:       string(health),
		ID:           s.ID,
		Image:        s.Image,
		Labels:       joinLabels(s.Labels),
		LocalVolumes: strconv.Itoa(localVolumes(s.Mounts)),
		Mounts:       joinMounts(s.Mounts),
		Name:         ownName(s.Names),
		Project:      s.Labels[project.LabelProject],
		RunningFor:   units.HumanDuration(time.Since(created)) + " ago",
		Service:      s.Labels[project.LabelService],
		Size:         units.HumanSizeWithPrecision(float64(s.SizeRw), 3),
		State:        string(s.State),
		Status:       s.Status,
		Publishers:   publishers(s.Ports),
		Created:      created,
		OneOff:       s.Labels[project.LabelOneOff] == project.OneOffTrue,
	}
	l.Names = l.Name
	l.Number, _ = strconv.Atoi(s.Labels[project.LabelNumber])
	l.Ports = portText(l.Publishers)
	if s.NetworkSettings != nil {
		var names []string
		for name := range s.NetworkSettings.Networks {
			names = append(names, name)
		}
		slices.Sort(names)
		l.Networks = strings.Join(names, ",")
	}
	return l
}

// ListedProject is a project as the command ls shows it.
type ListedProject struct {
	Name        string
	Status      string // "running(2), exited(1)"
	ConfigFiles string // absolute, comma-joined
}

// Projects returns the engine's projects by name. Options.All includes those of
// which nothing runs.
func Projects(ctx context.Context, c Reader, o ProjectsOptions) ([]ListedProject, error) {
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
	var out []ListedProject
	for name, counts := range states {
		out = append(out, ListedProject{Name: name, Status: countText(counts), ConfigFiles: files[name]})
	}
	slices.SortFunc(out, func(a, b ListedProject) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// ProjectsOptions steer Projects.
type ProjectsOptions struct{ All bool }

// Restarting tells whether a container that just ended is started again by the
// engine, or runs already. One that is gone is not.
func Restarting(ctx context.Context, c Reader, id string) (bool, error) {
	inspected, err := c.ContainerInspect(ctx, id)
	if err != nil {
		return false, fmt.Errorf("inspecting container %s: %w", id, err)
	}
	if inspected.State == nil {
		return false, errors.New("the engine tells no state")
	}
	return inspected.State.Restarting || inspected.State.Running, nil
}

// HasTTY tells whether a container has a terminal.
func HasTTY(ctx context.Context, c Reader, id string) (bool, error) {
	inspected, err := c.ContainerInspect(ctx, id)
	if err != nil {
		return false, fmt.Errorf("inspecting container %s: %w", id, err)
	}
	return inspected.Config != nil && inspected.Config.Tty, nil
}

func countText(counts map[string]int) string {
	var parts []string
	for state, n := range counts {
		parts = append(parts, fmt.Sprintf("%s(%d)", state, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

func joinLabels(labels map[string]string) string {
	var parts []string
	for k, v := range labels {
		parts = append(parts, k+"="+v)
	}
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

func localVolumes(mounts []container.MountPoint) int {
	n := 0
	for _, m := range mounts {
		if m.Driver == "local" {
			n++
		}
	}
	return n
}

func joinMounts(mounts []container.MountPoint) string {
	var names []string
	for _, m := range mounts {
		names = append(names, cmp.Or(m.Name, m.Source))
	}
	return strings.Join(names, ",")
}

// publishers are the ports, in docker's order: by target, published, address.
func publishers(ports []container.Port) []Publisher {
	out := []Publisher{}
	for _, p := range ports {
		out = append(out, Publisher{
			URL: p.IP, TargetPort: int(p.PrivatePort), PublishedPort: int(p.PublicPort), Protocol: p.Type,
		})
	}
	slices.SortFunc(out, func(a, b Publisher) int {
		return cmp.Or(cmp.Compare(a.TargetPort, b.TargetPort), cmp.Compare(a.PublishedPort, b.PublishedPort),
			cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.URL, b.URL))
	})
	return slices.Compact(out)
}

// portText is how ps shows ports: "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp".
func portText(ports []Publisher) string {
	var parts []string
	for _, p := range ports {
		text := fmt.Sprintf("%d/%s", p.TargetPort, p.Protocol)
		if p.PublishedPort != 0 {
			host := p.URL
			if strings.Contains(host, ":") {
				host = "[" + host + "]"
			}
			text = fmt.Sprintf("%s:%d->%s", host, p.PublishedPort, text)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}
