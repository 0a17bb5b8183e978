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
	"github.com/docker/go-units"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
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

	// What Detail and Usage add.
	Restarts      *int   `json:",omitempty"`
	HealthChecked string `json:",omitempty"` // "12 seconds ago, failed 3 times"
	CPUPerc       string `json:",omitempty"`
	MemUsage      string `json:",omitempty"`
	MemPerc       string `json:",omitempty"`

	Created time.Time `json:"-"`
	Number  int       `json:"-"`
	OneOff  bool      `json:"-"`

	command string
	labels  map[string]string
	mounts  []string
}

// Ref is how events name the container.
func (l Listed) Ref() event.Ref {
	return event.Ref{Kind: event.Container, Name: l.Name, Service: l.Service, Number: l.Number}
}

// Label is the value of a label; templates call it.
func (l Listed) Label(name string) string { return l.labels[name] }

// Short is the container as it is listed for people: the id in 12 digits, long
// commands and names of mounts cut.
func (l Listed) Short() Listed {
	l.ID = spec.ShortID(l.ID)
	l.Command = strconv.Quote(ellipsis(l.command, 20))
	short := make([]string, len(l.mounts))
	for i, m := range l.mounts {
		short[i] = ellipsis(m, 15)
	}
	l.Mounts = strings.Join(short, ",")
	return l
}

// ellipsis cuts a text to n characters, the last of which says so.
func ellipsis(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return text
}

// List returns a project's containers by name, in one call.
func List(ctx context.Context, c api.Reader, name string) ([]Listed, error) {
	found, err := observe.Summaries(ctx, c, name)
	if err != nil {
		return nil, err
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
	_, health, code := observe.ParseStatus(s.State, s.Status)
	l := Listed{
		Command:      strconv.Quote(s.Command),
		command:      s.Command,
		labels:       s.Labels,
		mounts:       mountNames(s.Mounts),
		CreatedAt:    created.String(),
		ExitCode:     code,
		Health:       string(health),
		ID:           s.ID,
		Image:        s.Image,
		Labels:       joinLabels(s.Labels),
		LocalVolumes: strconv.Itoa(localVolumes(s.Mounts)),
		Name:         observe.OwnName(s.Names),
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
	l.Names, l.Mounts = l.Name, strings.Join(l.mounts, ",")
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

// Restarting tells whether a container that just ended is started again by the
// engine, or runs already. One that is gone is not.
func Restarting(ctx context.Context, c api.Reader, id string) (bool, error) {
	inspected, err := c.ContainerInspect(ctx, id)
	if err != nil {
		return false, fmt.Errorf("inspecting container %s: %w", id, err)
	}
	if inspected.State == nil {
		return false, errors.New("the engine tells no state")
	}
	return inspected.State.Restarting || inspected.State.Running, nil
}

// Printing says how a container prints.
type Printing struct {
	TTY bool // on a terminal
	// Since is when a user or a tool last started the container, by the engine's
	// clock, or its creation where the engine has restarted it since: then the
	// time of the start is not known any more. Zero: it never ran.
	Since time.Time
}

// InspectPrinting asks the engine how a container prints.
func InspectPrinting(ctx context.Context, c api.Reader, id string) (Printing, error) {
	inspected, err := c.ContainerInspect(ctx, id)
	if err != nil {
		return Printing{}, fmt.Errorf("inspecting container %s: %w", id, err)
	}
	p := Printing{TTY: inspected.Config != nil && inspected.Config.Tty}
	since := inspected.Created
	if inspected.RestartCount == 0 && inspected.State != nil {
		since = inspected.State.StartedAt
	}
	// A time that cannot be read is like none: all is shown then.
	p.Since, _ = time.Parse(time.RFC3339Nano, since)
	return p, nil
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

func mountNames(mounts []container.MountPoint) []string {
	var names []string
	for _, m := range mounts {
		names = append(names, cmp.Or(m.Name, m.Source))
	}
	return names
}
