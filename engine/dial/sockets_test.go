//go:build unix

package dial

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/hint"
)

// CONTAINER_HOST stands for Podman's sockets, and no service is started beside it.
func TestContainerHost(t *testing.T) {
	dir := shortDir(t)
	t.Setenv("PATH", dir) // no podman
	vars := map[string]string{"XDG_RUNTIME_DIR": dir, "HOME": dir, containerHost: "unix://" + dir + "/p.sock"}
	o := Options{Getenv: env(vars)}
	targets, err := searchedTargets(o)
	if err != nil {
		t.Fatal(err)
	}
	if last := targets[len(targets)-1]; last.host != vars[containerHost] || last.from != containerHost {
		t.Errorf("last target: got %+v", last)
	}
	for _, target := range targets {
		if strings.Contains(target.from, "Podman") {
			t.Errorf("a socket of Podman's is tried: %+v", target)
		}
	}
	_, err = dialer{options: o}.search(t.Context(), targets[len(targets)-1:])
	if err == nil || strings.Contains(err.Error(), "podman system service") {
		t.Errorf("got %v, want no attempt to start a service", err)
	}
	vars[containerHost] = "gopher://x"
	if _, err := searchedTargets(o); err == nil || !strings.Contains(err.Error(), containerHost) {
		t.Errorf("got %v, want an error that names CONTAINER_HOST", err)
	}
}

// The hint names the Podman machines that were not tried.
func TestOtherMachines(t *testing.T) {
	dir := shortDir(t)
	if err := os.Mkdir(filepath.Join(dir, "podman"), 0o700); err != nil {
		t.Fatal(err)
	}
	lab := deadSocket(t, filepath.Join(dir, "podman", "lab-api.sock"))
	deadSocket(t, filepath.Join(dir, "podman", "podman-machine-default-api.sock"))
	d := dialer{options: Options{Getenv: env(map[string]string{"XDG_RUNTIME_DIR": dir}), FindOnly: true}}
	_, err := d.search(t.Context(), nil)
	if got := hint.Of(err); strings.Count(got, "a Podman machine") != 1 || !strings.Contains(got, "DOCKER_HOST="+lab+" ") {
		t.Errorf("got hint %q", got)
	}
}

// A socket that takes a connection and says nothing is passed over, and is an error
// where it was named.
func TestSocketThatAnswersNothing(t *testing.T) {
	dir := shortDir(t)
	path := filepath.Join(dir, "mute.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	second := listen(t, docker28, filepath.Join(dir, "b.sock"))
	d := dialer{options: Options{Getenv: env(nil), FindOnly: true}, patience: 50 * time.Millisecond}
	mute := target{host: "unix://" + path, from: "DOCKER_HOST"}
	c, err := d.search(t.Context(), []target{mute, {host: second}})
	if err != nil || c.Host != second {
		t.Fatalf("got %+v, %v, want the socket that answers", c, err)
	}
	defer func() { _ = c.Close() }()
	_, err = d.explicit(t.Context(), mute)
	if !Unreachable(err) || !strings.Contains(err.Error(), "has not answered for 50ms (from DOCKER_HOST)") {
		t.Errorf("got %v, want an engine that does not answer", err)
	}
}
