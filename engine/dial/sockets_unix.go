//go:build unix

package dial

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// socketTargets are the places where an engine listens when nobody says
// otherwise, in the order in which they are tried.
func socketTargets(getenv func(string) string) []target {
	runDir := getenv("XDG_RUNTIME_DIR")
	if runDir == "" && runtime.GOOS == "linux" {
		runDir = "/run/user/" + strconv.Itoa(os.Getuid())
	}
	home := homeDir(getenv)
	targets := []target{{host: "unix:///var/run/docker.sock", from: "the default socket"}}
	add := func(from, dir string, path ...string) {
		if dir != "" {
			targets = append(targets, target{host: "unix://" + filepath.Join(append([]string{dir}, path...)...), from: from})
		}
	}
	add("rootless Docker", runDir, "docker.sock")
	add("rootless Docker or Docker Desktop", home, ".docker/run/docker.sock")
	add("Docker Desktop", home, ".docker/desktop/docker.sock")
	add("rootless Podman", runDir, "podman/podman.sock")
	add("Podman", "/run/podman/podman.sock")
	add("Podman machine", runDir, "podman/podman-machine-default-api.sock")
	if runtime.GOOS == "darwin" {
		add("Podman machine", getenv("TMPDIR"), "podman/podman-machine-default-api.sock")
		add("Podman machine", home, ".local/share/containers/podman/machine/podman.sock")
	}
	return targets
}

// statSocket fails as dialling would where a host is a unix socket that does
// not exist; making a client for each place to look at would cost more.
func statSocket(host string) error {
	path, ok := strings.CutPrefix(host, "unix://")
	if !ok {
		return nil
	}
	if _, err := os.Stat(path); err != nil {
		return &net.OpError{Op: "dial", Net: "unix", Err: err}
	}
	return nil
}
