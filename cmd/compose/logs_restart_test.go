//go:build !windows

package main

import (
	"bufio"
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// Of a container that is restarted again and again, fast, each run's line and
// each end are shown once and in their order.
func TestLogsThroughRestarts(t *testing.T) {
	t.Parallel()
	const restarts = 10
	file := `name: pty
services:
  stays: {image: alpine, stop_grace_period: 0s, command: [sleep, "1000"]}
  web: {image: alpine, stop_grace_period: 0s, command: [sh, -c, "echo begun; sleep 1000"]}
`
	dir, server := terminalProjectOf(t, file)
	if out, err := composeCommand(t, dir, server.Host, "up", "-d").CombinedOutput(); err != nil {
		t.Fatalf("up: %v\n%s", err, out)
	}
	cmd := composeCommand(t, dir, server.Host, "logs", "-f")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	next := func(want string) {
		t.Helper()
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), want) {
			t.Fatalf("got %q, want %q", lines.Text(), want)
		}
	}
	next("web-1    | begun")
	done := make(chan error, 1)
	go func() {
		for i := range restarts {
			if out, err := composeCommand(t, dir, server.Host, "restart", "web").CombinedOutput(); err != nil {
				done <- fmt.Errorf("restart %d: %w\n%s", i, err, out)
				return
			}
		}
		done <- nil
	}()
	for range restarts {
		next("web-1 exited with code")
		next("web-1    | begun")
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}
