package enginetest

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	networktypes "github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"
	"github.com/docker/go-units"
)

// container is a container. The engine's mutex guards it, but for the parts
// that have their own: logs, live, gate and the trees.
type container struct {
	id, name string // the name without its slash
	created  time.Time
	image    *image
	config   *containertypes.Config
	host     *containertypes.HostConfig
	networks map[string]*networktypes.EndpointSettings // by the name they were asked for
	mounts   []*mountPoint                             // by target
	tree     *tree
	state    state
	logs     *logBuffer
	live     *fanout // of the output, to those who are attached
	gate     *gate
	execs    []string
	// ports are those that are bound while it runs.
	ports nat.PortMap
	// stdin is the pipe to the process, nil where the container has none.
	stdinRead, stdinWrite *os.File

	run *run // nil: no process
	// stopping tells that somebody asked for its end: no restart.
	stopping bool
	restarts int
	backoff  time.Duration
	// restart ends a wait for the next restart; nil: none is due.
	cancelRestart func()

	exits   int // how often a process ended
	removed bool
	changed chan struct{} // closed, and made anew, when the state changes
}

// state is what inspect tells about how a container fares.
type state struct {
	Status     containertypes.ContainerState
	Pid        int
	ExitCode   int
	Error      string
	StartedAt  time.Time
	FinishedAt time.Time
	Health     *containertypes.Health
}

// active tells whether there is a process, or soon will be again.
func (s *state) active() bool {
	switch s.Status {
	case containertypes.StateRunning, containertypes.StatePaused, containertypes.StateRestarting:
		return true
	}
	return false
}

func (s *state) wire() *containertypes.State {
	out := &containertypes.State{
		Status: s.Status, Running: s.active(), Paused: s.Status == containertypes.StatePaused,
		Restarting: s.Status == containertypes.StateRestarting, Pid: s.Pid, ExitCode: s.ExitCode,
		Error: s.Error, StartedAt: stamp(s.StartedAt), FinishedAt: stamp(s.FinishedAt),
	}
	if h := s.Health; h != nil {
		out.Health = &containertypes.Health{Status: h.Status, FailingStreak: h.FailingStreak, Log: slices.Clone(h.Log)}
	}
	return out
}

// text is the status as the list gives it: "Up 2 seconds (healthy)".
func (s *state) text(now time.Time) string {
	up := "Up " + units.HumanDuration(now.Sub(s.StartedAt))
	ago := units.HumanDuration(now.Sub(s.FinishedAt)) + " ago"
	switch s.Status {
	case containertypes.StatePaused:
		return up + " (Paused)"
	case containertypes.StateRestarting:
		return fmt.Sprintf("Restarting (%d) %s", s.ExitCode, ago)
	case containertypes.StateRunning:
		switch {
		case s.Health == nil:
			return up
		case s.Health.Status == containertypes.Starting:
			return up + " (health: starting)"
		}
		return up + " (" + s.Health.Status + ")"
	}
	if s.StartedAt.IsZero() {
		return "Created"
	}
	return fmt.Sprintf("Exited (%d) %s", s.ExitCode, ago)
}

// change tells those who wait that something about the container changed. e.mu
// is held.
func (c *container) change() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// findContainer finds a container by id, name or the beginning of its id. e.mu
// is held.
func (e *Engine) findContainer(name string) (*container, error) {
	if c := e.containers[name]; c != nil {
		return c, nil
	}
	plain := strings.TrimPrefix(name, "/")
	var byID []*container
	for _, id := range sortedKeys(e.containers) {
		c := e.containers[id]
		if c.name == plain {
			return c, nil
		}
		if plain != "" && strings.HasPrefix(id, plain) {
			byID = append(byID, c)
		}
	}
	switch len(byID) {
	case 1:
		return byID[0], nil
	case 0:
		return nil, errorf(http.StatusNotFound, "No such container: %s", name)
	}
	return nil, errorf(http.StatusBadRequest, "Multiple IDs found with provided prefix: %s", name)
}

// lockContainer locks the engine and finds the path's container. On success
// the caller unlocks.
func (e *Engine) lockContainer(r *request) (*container, error) {
	e.mu.Lock()
	c, err := e.findContainer(r.vars["id"])
	if err != nil {
		e.mu.Unlock()
	}
	return c, err
}

func errNotRunning(c *container) error {
	return errorf(http.StatusConflict, "container %s is not running", c.id)
}

func (e *Engine) containerInspect(w http.ResponseWriter, r *request) error {
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	defer e.mu.Unlock()
	return writeJSON(w, http.StatusOK, e.inspect(c))
}

// inspect is the container as the API tells it. e.mu is held.
func (e *Engine) inspect(c *container) containertypes.InspectResponse {
	command := append(slices.Clone([]string(c.config.Entrypoint)), c.config.Cmd...)
	out := containertypes.InspectResponse{
		ContainerJSONBase: &containertypes.ContainerJSONBase{
			ID: c.id, Created: stamp(c.created), Name: "/" + c.name, Image: c.image.id,
			Path: command[0], Args: append([]string{}, command[1:]...),
			State: c.state.wire(), RestartCount: c.restarts, Driver: "overlay2", Platform: "linux",
			HostConfig: c.host,
		},
		Config: c.config,
		Mounts: c.mountPoints(),
		NetworkSettings: &containertypes.NetworkSettings{
			Networks: map[string]*networktypes.EndpointSettings{},
		},
	}
	if !c.state.StartedAt.IsZero() {
		out.LogPath = dataRoot + "/containers/" + c.id + "/" + c.id + "-json.log"
	}
	for _, id := range c.execs {
		if x := e.execs[id]; x != nil && x.running {
			out.ExecIDs = append(out.ExecIDs, id)
		}
	}
	out.GraphDriver.Name = "overlay2"
	for name, ep := range c.networks {
		out.NetworkSettings.Networks[name] = ep.Copy()
	}
	out.NetworkSettings.Ports = nat.PortMap{}
	if c.ports != nil {
		out.NetworkSettings.Ports = c.ports
		out.NetworkSettings.SandboxID = c.id
		out.NetworkSettings.SandboxKey = "/var/run/docker/netns/" + c.id[:12]
	}
	return out
}

// containerList lists the running containers, with all=1 every one, the newest
// first.
func (e *Engine) containerList(w http.ResponseWriter, r *request) error {
	args, err := r.filters("ancestor", "before", "exited", "expose", "health", "id", "is-task",
		"label", "name", "network", "publish", "since", "status", "volume")
	if err != nil {
		return err
	}
	for _, s := range args.Get("status") {
		if err := containertypes.ValidateContainerState(s); err != nil {
			return errorf(http.StatusBadRequest, "%v", err)
		}
	}
	limit, err := r.seconds("limit")
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	all := r.flag("all") || args.Contains("status") || limit != nil && *limit > 0
	var list []*container
	for _, c := range e.containers {
		if (all || c.state.active()) && e.matchContainer(args, c) {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b *container) int {
		if d := b.created.Compare(a.created); d != 0 {
			return d
		}
		return strings.Compare(a.name, b.name)
	})
	if limit != nil && *limit > 0 && len(list) > *limit {
		list = list[:*limit]
	}
	out := make([]containertypes.Summary, 0, len(list))
	for _, c := range list {
		out = append(out, e.summary(c))
	}
	return writeJSON(w, http.StatusOK, out)
}

// summary is a container's entry in the list. e.mu is held.
func (e *Engine) summary(c *container) containertypes.Summary {
	command := append(slices.Clone([]string(c.config.Entrypoint)), c.config.Cmd...)
	for i, word := range command {
		if i > 0 && strings.ContainsAny(word, " '") {
			command[i] = "'" + word + "'"
		}
	}
	out := containertypes.Summary{
		ID: c.id, Names: []string{"/" + c.name}, Image: c.config.Image, ImageID: c.image.id,
		Command: strings.Join(command, " "), Created: c.created.Unix(), Ports: c.portList(),
		Labels: c.config.Labels, State: c.state.Status, Status: c.state.text(e.now()),
		NetworkSettings: &containertypes.NetworkSettingsSummary{Networks: map[string]*networktypes.EndpointSettings{}},
		Mounts:          c.mountPoints(),
	}
	if out.Labels == nil {
		out.Labels = map[string]string{}
	}
	if have := e.images[c.image.id]; have == nil || e.tags[familiar(c.config.Image)] != c.image.id {
		out.Image = c.image.id // the reference names another image by now
	}
	out.HostConfig.NetworkMode = string(c.host.NetworkMode)
	out.HostConfig.Annotations = c.host.Annotations
	for i := range out.Mounts {
		if m := &out.Mounts[i]; m.Type == "volume" && c.mounts[i].anonymous {
			m.Source = ""
		}
	}
	for name, ep := range c.networks {
		short := ep.Copy()
		short.Aliases, short.DNSNames, short.Links, short.DriverOpts = nil, nil, nil, nil
		out.NetworkSettings.Networks[name] = short
	}
	return out
}
