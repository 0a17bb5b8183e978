package enginetest

import (
	"net/http"

	"github.com/docker/docker/api/types"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/api/types/system"
)

// engineVersion is the Docker version whose behaviour is followed.
const engineVersion = "28.5.2"

func (e *Engine) ping(w http.ResponseWriter, r *request) error {
	h := w.Header()
	h.Set("Cache-Control", "no-cache, no-store, must-revalidate")
	h.Set("Pragma", "no-cache")
	h.Set("Builder-Version", "1") // the classic one: there is no BuildKit here
	h.Set("Swarm", "inactive")
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if r.Method == http.MethodHead {
		h.Set("Content-Length", "0")
		return nil
	}
	_, err := w.Write([]byte("OK"))
	return err
}

func (e *Engine) version(w http.ResponseWriter, _ *request) error {
	v := types.Version{
		Version: engineVersion, APIVersion: e.product.Load().apiVersion, MinAPIVersion: minAPIVersion,
		GitCommit: "enginetest", GoVersion: "go1.26", Os: "linux", Arch: "amd64",
		KernelVersion: "6.1.0", BuildTime: "2026-01-01T00:00:00.000000000+00:00",
	}
	v.Platform.Name = "enginetest"
	v.Components = []types.ComponentVersion{{
		Name: "Engine", Version: engineVersion,
		Details: map[string]string{
			"ApiVersion": e.product.Load().apiVersion, "MinAPIVersion": minAPIVersion,
			"Arch": "amd64", "Os": "linux", "KernelVersion": "6.1.0", "Experimental": "false",
		},
	}}
	return writeJSON(w, http.StatusOK, v)
}

func (e *Engine) info(w http.ResponseWriter, _ *request) error {
	e.mu.Lock()
	info := system.Info{
		ID: "enginetest", Name: "enginetest", ServerVersion: engineVersion,
		Containers: len(e.containers), Images: len(e.images),
		Driver: "overlay2", LoggingDriver: "json-file", CgroupDriver: "cgroupfs", CgroupVersion: "2",
		KernelVersion: "6.1.0", OperatingSystem: "enginetest", OSType: "linux", Architecture: "x86_64",
		NCPU: 2, MemTotal: 8 << 30, DockerRootDir: dataRoot, SystemTime: stamp(e.now()),
		MemoryLimit: true, SwapLimit: true, CPUCfsPeriod: true, CPUCfsQuota: true, CPUShares: true,
		CPUSet: true, PidsLimit: true, IPv4Forwarding: true, OomKillDisable: true,
		IndexServerAddress: "https://index.docker.io/v1/", RegistryConfig: &registry.ServiceConfig{},
		DefaultRuntime: "runc", Labels: []string{}, SecurityOptions: []string{"name=seccomp,profile=builtin"},
		Plugins: system.PluginsInfo{
			Volume: []string{"local"}, Network: []string{"bridge", "host", "ipvlan", "macvlan", "null", "overlay"},
			Log: []string{"json-file", "local", "none"},
		},
	}
	for _, c := range e.containers {
		switch c.state.Status {
		case containertypes.StateRunning, containertypes.StateRestarting:
			info.ContainersRunning++
		case containertypes.StatePaused:
			info.ContainersPaused++
		default:
			info.ContainersStopped++
		}
	}
	e.mu.Unlock()
	return writeJSON(w, http.StatusOK, info)
}
