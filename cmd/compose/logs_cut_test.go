//go:build !windows

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// cutter passes connections on to an engine, and can cut all of them.
type cutter struct {
	listener net.Listener

	mu   sync.Mutex // guards below
	open []net.Conn
}

func newCutter(t *testing.T, to string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{listener: l}
	network, address, _ := strings.Cut(to, "://")
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial(network, address)
			if err != nil {
				in.Close()
				continue
			}
			c.mu.Lock()
			c.open = append(c.open, in, out)
			c.mu.Unlock()
			for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
				serving.Go(func() {
					_, _ = io.Copy(way[0], way[1])
					way[0].Close()
				})
			}
		}
	})
	t.Cleanup(func() {
		l.Close()
		c.cut()
		serving.Wait()
	})
	return c
}

func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.open {
		conn.Close()
	}
	c.open = nil
}

// A follower of logs goes on where it was when the engine's connections broke:
// no line is lost, none comes twice.
func TestLogsThroughCut(t *testing.T) {
	t.Parallel()
	file := `name: pty
services:
  web: {image: alpine, stop_grace_period: 0s, command: [sh, -c, "i=0; while true; do i=$$((i+1)); echo line $$i; sleep 0.1; done"]}
`
	dir, server := terminalProjectOf(t, file)
	if out, err := composeCommand(t, dir, server.Host, "up", "-d").CombinedOutput(); err != nil {
		t.Fatalf("up: %v\n%s", err, out)
	}
	c := newCutter(t, server.Host)
	cmd := composeCommand(t, dir, "tcp://"+c.listener.Addr().String(), "logs", "-f", "--no-log-prefix")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for i := 1; i <= 40; i++ {
		if !lines.Scan() {
			t.Fatalf("the output ended before line %d", i)
		}
		if got, want := lines.Text(), fmt.Sprint("line ", i); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		if i == 15 || i == 30 { // readings last for longer than a second by then
			c.cut()
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}
