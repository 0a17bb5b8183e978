//go:build !windows

package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/term"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

// talker is a project whose services talk until they are stopped.
func talker(t *testing.T) (dir string, server *enginetest.Server) {
	t.Helper()
	file := `name: pty
services:
  web: {image: alpine, command: [sh, -c, "trap 'echo bye; exit 0' TERM; echo web is up; while true; do sleep 1; done"], ports: ["18080:80"]}
  job: {image: alpine, command: [sh, -c, "trap 'exit 0' TERM; echo job is up; while true; do sleep 1; done"]}
`
	return terminalProjectOf(t, file)
}

// running are the ids of the project's containers that run.
func running(t *testing.T, dir string, server *enginetest.Server) int {
	t.Helper()
	out, err := composeCommand(t, dir, server.Host, "ps", "-q").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(out), "\n")
}

// attachedUp is an up on a terminal that shows its menu and both services.
func attachedUp(t *testing.T, dir string, server *enginetest.Server) *atTerminal {
	t.Helper()
	p := onPTY(t, dir, server.Host, "--progress", "tty", "up")
	p.expect("rebuild") // all is up
	p.expect("web is up")
	p.expect("job is up")
	return p
}

func TestMenuDetach(t *testing.T) {
	t.Parallel()
	dir, server := talker(t)
	p := attachedUp(t, dir, server)
	p.keys("d")
	p.expect("detached")
	p.ends(0)
	if n := running(t, dir, server); n != 2 {
		t.Errorf("%d containers run, want both", n)
	}
}

func TestMenuRestart(t *testing.T) {
	t.Parallel()
	dir, server := talker(t)
	p := onPTY(t, dir, server.Host, "--progress", "tty", "up", "--abort-on-container-exit")
	p.expect("web is up")
	p.expect("rebuild") // all is up
	p.keys("rwe\r")
	p.expect("Restarting 1/1")
	p.expect("bye")
	p.keys("/bye\r")
	p.expect(`"bye" is in 1 of the latest`)
	p.keys("\x03")
	p.expect("Gracefully Stopping")
	p.ends(130)
	if n := running(t, dir, server); n != 0 {
		t.Errorf("%d containers run, want none", n)
	}
}

func TestMenuOff(t *testing.T) {
	t.Parallel()
	dir, server := talker(t)
	p := onPTY(t, dir, server.Host, "--progress", "tty", "up", "--menu=false")
	p.expect("web is up")
	p.keys("d\x03")
	p.ends(130)
	if strings.Contains(p.text(), "detach") {
		t.Errorf("there is a menu: %q", p.text())
	}
}

// An attached up owns what it shows: when its terminal goes, so do they. What
// only looks at them leaves them alone.
func TestHangUp(t *testing.T) {
	t.Parallel()
	dir, server := talker(t)
	p := attachedUp(t, dir, server)
	if p.state() == (term.State{}) || p.state() == p.before {
		t.Error("the terminal does not give keys")
	}
	look := onPTY(t, dir, server.Host, "logs", "-f")
	look.expect("web is up")
	if err := look.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	_ = look.cmd.Wait()
	if n := running(t, dir, server); n != 2 {
		t.Errorf("%d containers run, want both", n)
	}
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.ends(130)
	if n := running(t, dir, server); n != 0 {
		t.Errorf("%d containers run, want none", n)
	}
}

// Nobody reads the output any more: it ends, and takes what it owns along.
func TestBrokenPipe(t *testing.T) {
	t.Parallel()
	dir, server := talker(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := composeCommand(t, dir, server.Host, "up")
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := r.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	r.Close()
	_ = cmd.Wait()
	if n := running(t, dir, server); n != 0 {
		t.Errorf("%d containers run, want none", n)
	}
}
