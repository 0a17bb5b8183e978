package enginetest

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	networktypes "github.com/docker/docker/api/types/network"
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
