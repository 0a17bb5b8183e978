//go:build unix

package dial

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// dockerSockets are the places where Docker listens when nobody says otherwise, in
// the order in which they are tried.
func dockerSockets(getenv func(string) string) []target {
	home := homeDir(getenv)
	return slices.Concat(
		socket("the default socket", "/var/run/docker.sock"),
		socket("rootless Docker", runtimeDir(getenv), "docker.sock"),
		socket("rootless Docker or Docker Desktop", home, ".docker/run/docker.sock"),
		socket("Docker Desktop", home, ".docker/desktop/docker.sock"),
	)
}

// podmanSockets are those of Podman.
func podmanSockets(getenv func(string) string) []target {
	const machine = "podman/podman-machine-default-api.sock"
	targets := slices.Concat(
		socket("rootless Podman", runtimeDir(getenv), "podman/podman.sock"),
		socket("Podman", "/run/podman/podman.sock"),
		socket("Podman machine", runtimeDir(getenv), machine),
	)
	if runtime.GOOS == "darwin" {
		targets = slices.Concat(targets,
			socket("Podman machine", getenv("TMPDIR"), machine),
			socket("Podman machine", homeDir(getenv), ".local/share/containers/podman/machine/podman.sock"))
	}
	return targets
}

// socket is a place below a folder; none where the folder is unknown.
func socket(from, dir string, path ...string) []target {
	if dir == "" {
		return nil
	}
	return []target{{host: "unix://" + filepath.Join(append([]string{dir}, path...)...), from: from}}
}

// runtimeDir is the folder of the user's own sockets; "" where there is none.
func runtimeDir(getenv func(string) string) string {
	if dir := getenv("XDG_RUNTIME_DIR"); dir != "" || runtime.GOOS != "linux" {
		return dir
	}
	return "/run/user/" + strconv.Itoa(os.Getuid())
}

// otherMachines are the hosts of Podman machines that have a name of their own. They
// are not tried: which of them is meant, the user says.
func otherMachines(getenv func(string) string) []string {
	var hosts []string
	for _, dir := range []string{runtimeDir(getenv), getenv("TMPDIR")} {
		found, _ := filepath.Glob(filepath.Join(dir, "podman", "*-api.sock")) // a mistake in the pattern alone
		for _, path := range found {
			if dir != "" && filepath.Base(path) != "podman-machine-default-api.sock" {
				hosts = append(hosts, "unix://"+path)
			}
		}
	}
	return hosts
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
