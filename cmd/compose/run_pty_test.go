//go:build !windows

package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/docker/docker/client"
)

// A terminal to type at is enough for run: what is printed may go through a pipe,
// and has the terminal's size all the same.
func TestTerminalRunPiped(t *testing.T) {
	t.Parallel()
	dir, server := terminalProject(t)
	for _, c := range []struct {
		name string
		args []string
		want bool
	}{
		{"by itself", nil, true},
		{"none wanted", []string{"-T"}, false},
		{"nothing typed", []string{"-i=false"}, true},
	} {
		args := append([]string{"run", "--name", "one"}, c.args...)
		cmd := composeCommand(t, dir, server.Host, append(args, "web", "true")...)
		p := &atTerminal{terminalCommand: newTerminal(t, 100, 30, cmd)}
		p.before = p.state()
		var piped bytes.Buffer
		cmd.Stdout = &piped
		p.start(p)
		p.ends(0)
		if tty := hasTerminal(t, server.Host, "one"); tty != c.want {
			t.Errorf("%s: a terminal: %v, want %v", c.name, tty, c.want)
		}
		if err := composeCommand(t, dir, server.Host, "down", "--remove-orphans").Run(); err != nil {
			t.Fatal(err)
		}
	}
}

// hasTerminal tells whether the processes of a container have one.
func hasTerminal(t *testing.T, host, name string) bool {
	t.Helper()
	c, err := client.NewClientWithOpts(client.WithHost(host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	found, err := c.ContainerInspect(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return found.Config.Tty
}
