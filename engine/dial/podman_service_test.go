//go:build unix

package dial

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// podmanFile is the variable that names the file into which the stand-in for podman
// writes its process id.
const podmanFile = "COMPOSE_TEST_PODMAN_PID"

// Called by the name podman, the test program is a `podman system service` on the
// socket that it was handed. Called by the name holder, it has started such a service,
// prints its host, and waits.
func init() {
	switch filepath.Base(os.Args[0]) {
	case "podman":
		serveAsPodman()
	case "holder":
		c, err := dialer{options: Options{Getenv: os.Getenv}}.search(context.Background(), nil)
		if err != nil {
			os.Stdout.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Stdout.WriteString(c.Host + "\n")
		select {}
	}
}

func serveAsPodman() {
	l, err := net.FileListener(os.NewFile(3, "socket"))
	if err != nil || os.Getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) || os.Getenv("LISTEN_FDS") != "1" {
		os.Stderr.WriteString("no socket was handed over\n")
		os.Exit(125)
	}
	if err := os.WriteFile(os.Getenv(podmanFile), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		os.Exit(125)
	}
	go func() { _ = http.Serve(l, greeter{"1.41", "Libpod/4.3.1 (linux)"}) }()
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	<-asked
	os.Exit(0)
}

// serviceOf makes a folder with the stand-ins for podman and for a program that uses
// it, and the system's own programs, the only ones on PATH.
func serviceOf(t *testing.T) (dir string) {
	t.Helper()
	dir = shortDir(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"podman", "holder"} {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	t.Setenv("TMPDIR", dir)
	t.Setenv(podmanFile, filepath.Join(dir, "pid"))
	return dir
}

// nothingLeft waits until neither the service nor its folder is there.
func nothingLeft(t *testing.T, dir string) {
	t.Helper()
	written, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(written))
	if err != nil {
		t.Fatal(err)
	}
	for {
		folders, _ := filepath.Glob(filepath.Join(dir, "compose-podman-*"))
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) && len(folders) == 0 {
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("process %d or folders %v are left", pid, folders)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestPodmanServiceEndsWithTheConnection(t *testing.T) {
	dir := serviceOf(t)
	c, err := dialer{options: Options{Getenv: env(nil)}}.search(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Engine.Name != "podman" {
		t.Errorf("engine: got %+v", c.Engine)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	nothingLeft(t, dir)
}

func TestPodmanServiceEndsWithAProgramThatIsKilled(t *testing.T) {
	dir := serviceOf(t)
	holder := exec.Command(filepath.Join(dir, "holder"))
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(said, "unix://"+dir) {
		t.Errorf("got %q, %v, want the host of a service", said, err)
	}
	_ = holder.Process.Kill()
	_ = holder.Wait()
	nothingLeft(t, dir)
}
