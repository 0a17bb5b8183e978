// Package list is what people and scripts are shown of an engine: containers, images,
// volumes, projects, processes, statistics and events, with the fields that Docker
// Compose prints; what explains a container's state; and containers that exist as a
// Compose file. It changes nothing.
package list

import (
	"cmp"
	"context"
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

// Container is a container as listings show it. Its fields are those of
// docker-compose ps --format json, which scripts read.
type Container struct {
	Command      string // what it was made to run, in quotes
	CreatedAt    string // local time: "2026-01-02 15:04:05 +0000 UTC"
	ExitCode     int    // of one that ended; else 0
	Health       string // "starting", "healthy", "unhealthy"; "": it has no health check
	ID           string // whole
	Image        string // the reference that it was made of, or the image's id
	Labels       string // key=value, comma-joined, sorted
	LocalVolumes string // how many of its mounts are volumes of the driver local
	Mounts       string // the volumes' names and the binds' sources, comma-joined
	Name         string
	Names        string // Name: links that others have to it are left out
	Networks     string // their names, comma-joined, sorted
	Ports        string // "0.0.0.0:8080->80/tcp, 9000/tcp"
	Project      string
	Publishers   []Publisher // the same ports
	RunningFor   string      // since its creation: "2 hours ago"
	Service      string
	Size         string // of the files that it changed: "0B", as nobody asks for it
	State        string // "created", "running", "paused", "restarting", "exited", "dead", "removing"
	Status       string // as the engine words it: "Up 2 hours (healthy)"

	// What Detail and the session's Usage add.
	Restarts      *int   `json:",omitempty"` // by the engine
	HealthChecked string `json:",omitempty"` // "12 seconds ago, failed 3 times"
	CPUPerc       string `json:",omitempty"` // "1.25%" of one processor
	MemUsage      string `json:",omitempty"` // "10.5MiB / 64MiB"
	MemPerc       string `json:",omitempty"` // "16.41%" of the limit

	// Restarted, by Detail: the engine has restarted it, and it runs again for a few seconds
	// alone, or does not run.
	Restarted bool `json:"-"`

	Created time.Time `json:"-"` // to the second
	Number  int       `json:"-"` // of the replica; 0: it has none
	OneOff  bool      `json:"-"` // made by run

	command string // without quotes
	labels  map[string]string
	mounts  []string
}

// Ref is how events name the container.
func (l Container) Ref() event.Ref {
	return event.Ref{Kind: event.Container, Name: l.Name, Service: l.Service, Number: l.Number}
}

// SetHealth says how the container is, where it runs and the engine's list did not tell.
func (l *Container) SetHealth(health string) {
	if l.State == "running" && l.Health == "" && health != "" {
		text := health
		if health == "starting" {
			text = "health: starting"
		}
		l.Health, l.Status = health, l.Status+" ("+text+")"
	}
}

// Label is the value of a label; templates call it.
func (l Container) Label(name string) string { return l.labels[name] }

// Uses tells whether the container mounts a volume.
func (l Container) Uses(volume string) bool { return slices.Contains(l.mounts, volume) }

// Short is the container as it is listed for people: the id in 12 digits, long
// commands and names of mounts cut.
func (l Container) Short() Container {
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

// Containers returns a project's containers by name, in one call. Its error is the
// engine's.
func Containers(ctx context.Context, c api.Reader, name string) ([]Container, error) {
	found, err := observe.Summaries(ctx, c, name)
	if err != nil {
		return nil, err
	}
	var out []Container
	for _, s := range found {
		if s.Labels[project.LabelOneOff] != "" {
			out = append(out, listed(s))
		}
	}
	slices.SortFunc(out, func(a, b Container) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func listed(s container.Summary) Container {
	created := time.Unix(s.Created, 0)
	_, health, code := observe.ParseStatus(s.State, s.Status)
	l := Container{
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
	l.Number = project.ReplicaNumber(s.Labels)
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
