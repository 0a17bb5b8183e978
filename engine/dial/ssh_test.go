//go:build unix

package dial

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sshSocket is the variable that tells the stand-in for ssh where to connect.
const sshSocket = "COMPOSE_TEST_SSH_SOCKET"

// Called by the name ssh, the test program is what `ssh HOST docker system
// dial-stdio` would be: its standard streams are a connection to an engine. The machine
// called podman has no docker.
func init() {
	if filepath.Base(os.Args[0]) != "ssh" {
		return
	}
	if line := strings.Join(os.Args, " "); strings.Contains(line, " me@podman ") && !strings.HasSuffix(line, " podman --url=unix:///run/p.sock system dial-stdio") {
		os.Stderr.WriteString("sh: docker: not found\n")
		os.Exit(127)
	}
	conn, err := net.Dial("unix", os.Getenv(sshSocket))
	if err != nil {
		os.Stderr.WriteString("ssh: connect to host: " + err.Error() + "\n")
		os.Exit(255)
	}
	go func() {
		_, _ = io.Copy(conn, os.Stdin)
		_ = conn.(*net.UnixConn).CloseWrite()
	}()
	_, _ = io.Copy(os.Stdout, conn)
	os.Exit(0)
}

func TestSSH(t *testing.T) {
	dir := shortDir(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "ssh")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	path := filepath.Join(dir, "engine.sock")
	t.Setenv(sshSocket, path)
	listen(t, docker28, path)

	c := dialHere(t, Options{Getenv: env(map[string]string{"DOCKER_HOST": "ssh://me@build"})})
	if !c.Remote || !c.Engine.Remote || c.Host != "ssh://me@build" || c.From != "DOCKER_HOST" {
		t.Errorf("got %+v", c)
	}
	if c.Engine.Arch != "riscv64" { // the engine's, not this machine's
		t.Errorf("arch: got %q", c.Engine.Arch)
	}

	c = dialHere(t, Options{Host: "ssh://me@podman/run/p.sock"})
	if c.Host != "ssh://me@podman/run/p.sock" || c.Engine.Version != "28.5.2" {
		t.Errorf("podman at the other end: got %+v", c)
	}

	t.Setenv(sshSocket, filepath.Join(dir, "nobody.sock"))
	_, err = Dial(t.Context(), Options{ConfigDir: dir, Host: "ssh://me@away", Getenv: env(nil)})
	if !Unreachable(err) {
		t.Errorf("got %v, want an error of an engine that does not answer", err)
	}
}
