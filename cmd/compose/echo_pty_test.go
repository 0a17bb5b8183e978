//go:build !windows

package main

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// waitingFile is a project whose up waits until its service db is made ready.
const waitingFile = `name: pty
services:
  db: {image: alpine, command: sleep infinity, stop_grace_period: 0s, healthcheck: {test: "test -e /ready", interval: 50ms, retries: 100000}}
  web: {image: alpine, command: sleep infinity, stop_grace_period: 0s, depends_on: {db: {condition: service_healthy}}}
`

// What is typed while the display is drawn does not show, and the terminal is as it was
// when the command has ended, whatever ended it.
func TestTypedIsHidden(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(p *atTerminal)
		code int
	}{
		"Ctrl-C":             {func(p *atTerminal) { p.keys("\x03") }, 130},
		"SIGTERM":            {func(p *atTerminal) { p.signal(syscall.SIGTERM) }, 130},
		"SIGTERM, the group": {func(p *atTerminal) { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM) }, 130},
		"SIGHUP":             {func(p *atTerminal) { p.signal(syscall.SIGHUP) }, -1},
		"SIGQUIT":            {func(p *atTerminal) { p.keys("\x1c") }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, server := terminalProjectOf(t, waitingFile)
			p := onPTY(t, dir, server.Host, "--progress", "tty", "up", "-d")
			p.expect("to be healthy, for web")
			p.keys("xyzzy\n")
			p.expectAfter(p.text(), "Waiting") // one more frame
			test.end(p)
			p.ends(test.code)
			if strings.Contains(p.text(), "xyzzy") {
				t.Errorf("what was typed shows: %q", p.text())
			}
		})
	}
}

// So it is where Ctrl-Z brings a shell meanwhile, which shows what is typed at it.
func TestTypedIsHiddenSuspended(t *testing.T) {
	t.Parallel()
	dir, server := terminalProjectOf(t, waitingFile)
	up := composeCommand(t, dir, server.Host)
	shell := exec.CommandContext(t.Context(), "bash", "-mc", "compose --progress tty up -d; echo a shell; read x; fg")
	shell.Dir, shell.Env = up.Dir, up.Env
	p := &atTerminal{terminalCommand: newTerminal(t, 100, 30, shell)}
	p.before = p.state()
	p.start(p)
	p.expect("to be healthy, for web")
	p.keys("\x1a")
	p.expect("a shell")
	if p.state() != p.before {
		t.Error("the terminal is not the shell's")
	}
	out := p.text()
	p.keys("echoed\n")
	p.expectAfter(out, "echoed")
	p.expectAfter(out, "to be healthy, for web")
	out = p.text()
	p.keys("xyzzy")
	p.expectAfter(out, "Waiting")
	p.keys("\x03")
	p.expectAfter(out, "Interrupted: db runs on; compose down ends it")
	p.ends(130)
	if strings.Contains(p.text(), "xyzzy") {
		t.Errorf("what was typed shows: %q", p.text())
	}
}
