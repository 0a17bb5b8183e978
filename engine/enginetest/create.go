package enginetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/mount"
	networktypes "github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"
)

var containerName = regexp.MustCompile(`^/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$`)

// containerCreate makes a container. Docker's order of the checks is kept: the
// request, the image, the references to other containers, the name, the mounts.
func (e *Engine) containerCreate(w http.ResponseWriter, r *request) error {
	req := containertypes.CreateRequest{}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		return errorf(http.StatusBadRequest, "invalid JSON: %v", err)
	}
	if req.Config == nil {
		return errorf(http.StatusBadRequest, "config cannot be empty in order to create a container")
	}
	if req.HostConfig == nil {
		req.HostConfig = &containertypes.HostConfig{}
	}
	if req.NetworkingConfig == nil {
		req.NetworkingConfig = &networktypes.NetworkingConfig{}
	}
	if err := gateVersion(r.version, &req); err != nil {
		return err
	}
	if err := validate(&req); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.newContainer(&req, r.query("name"), r.query("platform"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, containertypes.CreateResponse{ID: c.id, Warnings: []string{}})
}

// gateVersion refuses or drops what the version asked for did not have.
func gateVersion(version string, req *containertypes.CreateRequest) error {
	older := func(v string) bool { return versions.LessThan(version, v) }
	if older("1.44") {
		if req.Healthcheck != nil {
			req.Healthcheck.StartInterval = 0
		}
		if names := sortedKeys(req.NetworkingConfig.EndpointsConfig); len(names) > 1 {
			return errorf(http.StatusBadRequest, "Container cannot be created with multiple network endpoints: %s", strings.Join(names, ", "))
		}
	}
	for _, m := range req.HostConfig.Mounts {
		if older("1.45") && m.VolumeOptions != nil && m.VolumeOptions.Subpath != "" {
			return errorf(http.StatusBadRequest, "VolumeOptions.Subpath needs API v1.45 or newer")
		}
		if older("1.48") && m.Type == mount.TypeImage {
			return errorf(http.StatusBadRequest, `Mount type "Image" needs API v1.48 or newer`)
		}
	}
	return nil
}

// validate checks what can be checked of a request without the engine's state.
func validate(req *containertypes.CreateRequest) error {
	bad := func(format string, args ...any) error { return errorf(http.StatusBadRequest, format, args...) }
	if s := req.StopSignal; s != "" {
		if _, ok := parseSignal(s); !ok {
			return bad("invalid signal: %s", s)
		}
	}
	switch p := req.HostConfig.RestartPolicy; p.Name {
	case "", containertypes.RestartPolicyDisabled, containertypes.RestartPolicyAlways,
		containertypes.RestartPolicyUnlessStopped, containertypes.RestartPolicyOnFailure:
		if p.MaximumRetryCount != 0 && p.Name != containertypes.RestartPolicyOnFailure {
			return bad("invalid restart policy: maximum retry count can only be used with 'on-failure'")
		}
		if req.HostConfig.AutoRemove && p.Name != "" && p.Name != containertypes.RestartPolicyDisabled {
			return bad("can't create 'AutoRemove' container with restart policy")
		}
	default:
		return bad("invalid restart policy: unknown policy '%s'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'", p.Name)
	}
	mode := req.HostConfig.NetworkMode
	switch {
	case mode.IsContainer() && len(req.HostConfig.PortBindings) > 0:
		return bad("conflicting options: port publishing and the container type network mode")
	case mode.IsContainer() && len(req.ExposedPorts) > 0:
		return bad("conflicting options: port exposing and the container type network mode")
	case mode.IsContainer() && req.Hostname != "":
		return bad("conflicting options: hostname and the network mode")
	case mode.IsContainer() && len(req.HostConfig.Links) > 0:
		return bad("conflicting options: container type network can't be used with links. This would result in undefined behavior")
	case mode.IsHost() && len(req.HostConfig.Links) > 0:
		return bad("conflicting options: host type networking can't be used with links. This would result in undefined behavior")
	}
	return validateHealth(req.Healthcheck)
}

func validateHealth(h *containertypes.HealthConfig) error {
	if h == nil {
		return nil
	}
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"Interval", int64(h.Interval)}, {"Timeout", int64(h.Timeout)},
		{"StartPeriod", int64(h.StartPeriod)}, {"StartInterval", int64(h.StartInterval)},
	} {
		if f.value != 0 && f.value < int64(containertypes.MinimumDuration) {
			return errorf(http.StatusBadRequest, "%s in Healthcheck cannot be less than %s", f.name, containertypes.MinimumDuration)
		}
	}
	if h.Retries < 0 {
		return errorf(http.StatusBadRequest, "Retries in Healthcheck cannot be negative")
	}
	return nil
}

// newContainer makes the container of a valid request. e.mu is held.
func (e *Engine) newContainer(req *containertypes.CreateRequest, name, platform string) (*container, error) {
	img, err := &image{tree: newTree(), scratch: true, os: "linux", arch: "amd64"}, error(nil)
	if req.Image != "" { // without one, the container is empty
		if img, err = e.findImage(req.Image); err != nil {
			return nil, err
		}
	}
	if have := img.os + "/" + img.arch; platform != "" && platform != img.os && !strings.HasPrefix(platform, have) {
		return nil, errorf(http.StatusNotFound, "image with reference %s was found but its platform (%s) does not match the specified platform (%s)", req.Image, have, platform)
	}
	config := mergeConfig(req.Config, &img.config)
	if len(config.Entrypoint) == 0 && len(config.Cmd) == 0 {
		return nil, errorf(http.StatusBadRequest, "no command specified")
	}
	if err := e.checkReferences(string(req.HostConfig.IpcMode), string(req.HostConfig.PidMode)); err != nil {
		return nil, err
	}
	id := e.newID()
	if name, err = e.claimName(name, id); err != nil {
		return nil, err
	}
	c := &container{
		id: id, name: name, created: e.now(), image: img, config: config, host: req.HostConfig,
		tree: img.tree.clone(), logs: newLogBuffer(), live: &fanout{}, gate: &gate{},
		changed: make(chan struct{}),
	}
	c.state.Status = containertypes.StateCreated
	e.fillHost(c)
	e.fillNetworks(c, req.NetworkingConfig)
	if err := e.checkLinks(c.host.Links); err != nil {
		return nil, err
	}
	if err := e.mountAll(c); err != nil {
		return nil, err
	}
	if c.config.WorkingDir != "" {
		_ = makeDirs(e.view(c), c.config.WorkingDir) // refused below a read-only mount, as by the runtime
	}
	e.containers[id] = c
	e.containerEvent(c, events.ActionCreate, nil)
	return c, nil
}

// claimName checks a new container's name, and makes one up for "".
func (e *Engine) claimName(name, id string) (string, error) {
	if name == "" {
		return "container_" + id[:12], nil
	}
	if !containerName.MatchString(name) {
		return "", errorf(http.StatusBadRequest, "Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name)
	}
	name = strings.TrimPrefix(name, "/")
	for _, c := range e.containers {
		if c.name == name {
			return "", errorf(http.StatusConflict, `Conflict. The container name "/%s" is already in use by container "%s". You have to remove (or rename) that container to be able to reuse that name.`, name, c.id)
		}
	}
	return name, nil
}

// checkReferences checks that modes of the form container:NAME name one.
func (e *Engine) checkReferences(modes ...string) error {
	for _, mode := range modes {
		name, ok := strings.CutPrefix(mode, "container:")
		if !ok {
			continue
		}
		if _, err := e.findContainer(name); err != nil {
			return errorf(http.StatusBadRequest, "%v", err)
		}
	}
	return nil
}

func (e *Engine) checkLinks(links []string) error {
	for _, l := range links {
		name, _, _ := strings.Cut(l, ":")
		if _, err := e.findContainer(name); err != nil {
			return errorf(http.StatusBadRequest, "could not get container for %s: %v", name, err)
		}
	}
	return nil
}

// mergeConfig is the configuration of a container: what was asked for, and the
// image's where nothing was.
func mergeConfig(asked, img *containertypes.Config) *containertypes.Config {
	c := *asked
	names := map[string]bool{}
	for _, kv := range c.Env {
		name, _, _ := strings.Cut(kv, "=")
		names[name] = true
	}
	c.Env = slices.DeleteFunc(slices.Clone(c.Env), func(kv string) bool { return !strings.Contains(kv, "=") })
	for _, kv := range img.Env {
		if name, _, _ := strings.Cut(kv, "="); !names[name] {
			c.Env = append(c.Env, kv)
		}
	}
	if len(c.Entrypoint) == 0 {
		if len(c.Cmd) == 0 {
			c.Cmd = img.Cmd
		}
		if c.Entrypoint == nil {
			c.Entrypoint = img.Entrypoint
		}
	}
	if len(c.Entrypoint) == 1 && c.Entrypoint[0] == "" {
		c.Entrypoint = nil
	}
	c.User = first(c.User, img.User)
	c.WorkingDir = first(c.WorkingDir, img.WorkingDir)
	c.StopSignal = first(c.StopSignal, img.StopSignal)
	c.ExposedPorts = merged(c.ExposedPorts, img.ExposedPorts)
	c.Volumes = merged(c.Volumes, img.Volumes)
	c.Labels = merged(c.Labels, img.Labels)
	c.Healthcheck = mergeHealth(c.Healthcheck, img.Healthcheck)
	return &c
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// merged is both maps in one; the first one's values count.
func merged[M ~map[K]V, K comparable, V any](asked, img M) M {
	if len(asked) == 0 && len(img) == 0 {
		return asked
	}
	out := maps.Clone(img)
	if out == nil {
		out = M{}
	}
	maps.Copy(out, asked)
	return out
}

func mergeHealth(asked, img *containertypes.HealthConfig) *containertypes.HealthConfig {
	if asked == nil || img == nil {
		if asked == nil {
			return img
		}
		return asked
	}
	h := *asked
	if len(h.Test) == 0 {
		h.Test = img.Test
	}
	if h.Interval == 0 {
		h.Interval = img.Interval
	}
	if h.Timeout == 0 {
		h.Timeout = img.Timeout
	}
	if h.StartPeriod == 0 {
		h.StartPeriod = img.StartPeriod
	}
	if h.StartInterval == 0 {
		h.StartInterval = img.StartInterval
	}
	if h.Retries == 0 {
		h.Retries = img.Retries
	}
	return &h
}

// fillHost sets what the engine decides where nothing was asked for.
func (e *Engine) fillHost(c *container) {
	h := c.host
	if h.NetworkMode == "" || h.NetworkMode == "default" {
		h.NetworkMode = "bridge"
	}
	if h.IpcMode == "" {
		h.IpcMode = "private"
	}
	if h.CgroupnsMode == "" {
		h.CgroupnsMode = "private"
	}
	if h.RestartPolicy.Name == "" {
		h.RestartPolicy.Name = containertypes.RestartPolicyDisabled
	}
	if h.LogConfig.Type == "" {
		h.LogConfig.Type = "json-file"
	}
	if h.LogConfig.Config == nil {
		h.LogConfig.Config = map[string]string{}
	}
	if h.ShmSize == 0 {
		h.ShmSize = 64 << 20
	}
	if h.Runtime == "" {
		h.Runtime = "runc"
	}
	if c.config.Hostname == "" && !h.NetworkMode.IsContainer() {
		c.config.Hostname = c.id[:12]
	}
	if h.NetworkMode.IsHost() {
		c.config.Hostname = "enginetest"
	}
	hosts := "127.0.0.1\tlocalhost\n"
	for _, extra := range h.ExtraHosts {
		if name, address, ok := strings.Cut(extra, ":"); ok {
			hosts += address + "\t" + name + "\n"
		}
	}
	c.tree.put("/etc/hostname", &node{mode: 0o644, data: []byte(c.config.Hostname + "\n")})
	c.tree.put("/etc/hosts", &node{mode: 0o644, data: []byte(hosts)})
	for _, dir := range []string{"/dev", "/proc", "/sys", "/tmp"} {
		if c.tree.get(dir) == nil {
			c.tree.put(dir, &node{mode: os.ModeDir | 0o755})
		}
	}
}

// fillNetworks notes the networks that the container is to join at its start.
func (e *Engine) fillNetworks(c *container, asked *networktypes.NetworkingConfig) {
	c.networks = map[string]*networktypes.EndpointSettings{}
	if c.host.NetworkMode.IsContainer() {
		return
	}
	for name, ep := range asked.EndpointsConfig {
		if ep == nil {
			ep = &networktypes.EndpointSettings{}
		}
		kept := ep.Copy()
		// Told by id, the network is kept under its name.
		if n := e.networks[name]; n != nil {
			name = n.name
		}
		kept.NetworkID, kept.EndpointID, kept.IPAddress, kept.Gateway = "", "", "", ""
		c.networks[name] = kept
	}
	if len(c.networks) == 0 {
		c.networks[c.host.NetworkMode.NetworkName()] = &networktypes.EndpointSettings{}
	}
}

// Names lists what an engine has, for the messages of tests.
func (e *Engine) Names() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var lines []string
	for _, c := range e.containers {
		lines = append(lines, fmt.Sprintf("container %s %s", c.name, c.state.Status))
	}
	for _, n := range e.networks {
		if !n.predefined {
			lines = append(lines, "network "+n.name)
		}
	}
	for name := range e.volumes {
		lines = append(lines, "volume "+name)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
