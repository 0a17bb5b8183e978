//go:build !windows

package main

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

// An interrupt ends an attached up in whatever phase it is: with the code that
// shells know, nothing running, and the terminal as it was.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		phase, file string
		route       enginetest.Route
		fault       enginetest.Fault
		shows       []string // before each interrupt
	}{
		{
			phase: "pulling", file: "web: {image: elsewhere}",
			route: "POST /images/create", fault: enginetest.Fault{Hang: true},
			shows: []string{"Pulling"},
		},
		{
			phase: "building", file: `web: {build: {dockerfile_inline: "FROM alpine"}}`,
			route: "POST /build", fault: enginetest.Fault{Hang: true},
			shows: []string{"Building"},
		},
		{
			phase: "creating", file: "web: {image: alpine, command: sleep infinity, stop_grace_period: 0s}",
			route: "POST /containers/create", fault: enginetest.Fault{Delay: time.Second},
			shows: []string{"Creating"},
		},
		{
			phase: "waiting", file: `db: {image: alpine, command: sleep infinity, stop_grace_period: 0s, healthcheck: {test: "false", interval: 1h}}
  web: {image: alpine, command: sleep infinity, depends_on: {db: {condition: service_healthy}}}`,
			shows: []string{"Waiting"},
		},
		{
			phase: "attached", file: "web: {image: alpine, command: sleep infinity, stop_grace_period: 0s}",
			shows: []string{"detach"},
		},
		{
			phase: "stopping", file: `web: {image: alpine, command: [sh, -c, "trap '' TERM; echo deaf; while true; do sleep 1; done"], stop_grace_period: 1h}`,
			shows: []string{"deaf", "Stopping"},
		},
	} {
		t.Run(c.phase, func(t *testing.T) {
			t.Parallel()
			file := "name: pty\nservices:\n  " + c.file + "\n"
			dir, server := terminalProjectOf(t, file)
			if c.route != "" {
				server.Engine.Fault(c.route, c.fault)
			}
			p := onPTY(t, dir, server.Host, "--progress", "tty", "up")
			for _, text := range c.shows {
				p.expect(text)
				p.keys("\x03")
			}
			p.ends(130)
			if n := running(t, dir, server); n != 0 {
				t.Errorf("%d containers run, want none", n)
			}
		})
	}
}

// A command that stops containers waits for them after an interrupt, says so, and
// ends at the second one: a container may take its hour.
func TestInterruptedStop(t *testing.T) {
	t.Parallel()
	dir, server := terminalProjectOf(t, "name: pty\nservices:\n  web: {image: alpine, command: [sh, -c, \"trap '' TERM; sleep infinity\"], stop_grace_period: 1h}\n")
	up := onPTY(t, dir, server.Host, "up", "-d")
	up.ends(0)
	p := onPTY(t, dir, server.Host, "--progress", "tty", "stop")
	p.expect("Stopping")
	p.keys("\x03")
	p.expect("press Ctrl+C again")
	p.keys("\x03")
	p.expect("Interrupted")
	p.ends(130)
}

// A third interrupt ends the program also where the engine answers nothing, and the
// terminal is as it was.
func TestInterruptStuck(t *testing.T) {
	t.Parallel()
	dir, server := terminalProject(t)
	p := onPTY(t, dir, server.Host, "--progress", "tty", "up")
	p.expect("restart") // the menu, with what needs running services
	for _, route := range []enginetest.Route{"POST /containers/{id}/stop", "POST /containers/{id}/kill"} {
		server.Engine.Fault(route, enginetest.Fault{Hang: true})
		p.keys("\x03")
		awaitCalls(t, server, route, 1)
	}
	p.keys("\x03")
	p.ends(130)
}

// An attached up whose containers have ended, and whose logs do not end, is not deaf
// to interrupts.
func TestInterruptStalledLogs(t *testing.T) {
	t.Parallel()
	dir, server := terminalProjectOf(t, "name: pty\nservices:\n  web: {image: alpine, command: [echo, hello]}\n")
	server.Engine.Fault("GET /containers/{id}/logs", enginetest.Fault{Hang: true})
	p := onPTY(t, dir, server.Host, "--progress", "tty", "up")
	awaitCalls(t, server, "GET /containers/{id}/logs", 1)
	time.Sleep(200 * time.Millisecond) // until it has ended, most likely; else the first interrupt stops it
	p.keys("\x03")
	time.Sleep(200 * time.Millisecond)
	p.keys("\x03")
	p.ends(130)
}

// Nor is one that waits to be attached to what it is about to start.
func TestInterruptStalledAttach(t *testing.T) {
	t.Parallel()
	dir, server := terminalProjectOf(t, "name: pty\nservices:\n  web: {image: alpine, command: [echo, hello], logging: {driver: none}}\n")
	server.Engine.Fault("POST /containers/{id}/attach", enginetest.Fault{Hang: true})
	p := onPTY(t, dir, server.Host, "--progress", "tty", "up")
	awaitCalls(t, server, "POST /containers/{id}/attach", 1)
	p.keys("\x03")
	p.expect("press Ctrl+C again")
	p.keys("\x03")
	p.ends(130)
}

// What a container prints at once is shown, however late the engine says what ran
// before: the first listing of an attached up asks for that.
func TestAttachedFirstLine(t *testing.T) {
	t.Parallel()
	for _, late := range []int{0, 1} { // which of the two first listings is a slow one
		file := "name: pty\nservices:\n  web: {image: alpine, command: [sh, -c, 'echo first; sleep infinity'], stop_grace_period: 0s}\n"
		dir, server := terminalProjectOf(t, file)
		server.Engine.Fault("GET /containers/json", enginetest.Fault{After: late, Times: 1, Delay: time.Second})
		p := onPTY(t, dir, server.Host, "--progress", "tty", "up")
		p.expect("first")
		p.keys("\x03")
		p.ends(130)
	}
}

// An attached up that Ctrl-Z stops leaves a terminal that a shell can use, and has
// its display and its keys again when it goes on.
func TestSuspended(t *testing.T) {
	t.Parallel()
	dir, server := terminalProject(t)
	up := composeCommand(t, dir, server.Host)
	shell := exec.CommandContext(t.Context(), "bash", "-mc", "compose --progress tty up; echo a shell; read x; fg")
	shell.Dir, shell.Env = up.Dir, up.Env
	p := &atTerminal{terminalCommand: newTerminal(t, 100, 30, shell)}
	p.before = p.state()
	p.start(p)
	p.expect("restart") // the menu, with what needs running services
	p.keys("\x1a")
	p.expect("a shell")
	if p.state() != p.before {
		t.Error("the terminal is not the shell's")
	}
	out := p.text()
	if hidden(out) {
		t.Errorf("the cursor is hidden in the shell: %q", out)
	}
	p.keys("\n")
	p.expectAfter(out, "restart")
	p.keys("/")
	p.expectAfter(out, "search:")
	p.keys("\x03")
	p.ends(130)
}

// hidden tells whether a terminal that shows out has no cursor.
func hidden(out string) bool {
	return strings.LastIndex(out, "\x1b[?25l") > strings.LastIndex(out, "\x1b[?25h")
}
