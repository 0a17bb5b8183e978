package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// logContainers print logLines lines of 71 bytes each.
	logContainers = 5
	logLines      = 200_000
	// tickLines are read of a container that prints 1,000 lines a second.
	tickLines = 10_000
)

// logFile is a project whose services print and end.
func logFile() string {
	var s bytes.Buffer
	s.WriteString("services:\n")
	for n := range logContainers {
		fmt.Fprintf(&s, "  s%d:\n    image: alpine\n    init: true\n    stop_grace_period: 0s\n    command: [awk, %q]\n", n,
			fmt.Sprintf(`BEGIN { for (i = 1; i <= %d; i++) printf "%%06d GET /index.html HTTP/1.1 200 a line of a common length %%08d\n", i, i }`, logLines))
	}
	return s.String()
}

// tickFile is a project with a service that prints a thousand lines a second and
// one that is silent: a line waits for what that might print.
const tickFile = `services:
  ticker: {image: alpine, command: [/ticker], init: true, stop_grace_period: 0s, volumes: [./ticker:/ticker]}
  silent: {image: alpine, command: [sleep, "3600"], init: true, stop_grace_period: 0s}
`

// ticker prints when it printed each line.
const ticker = `package main

import (
	"os"
	"strconv"
	"time"
)

func main() {
	for range time.Tick(time.Millisecond) {
		os.Stdout.WriteString(strconv.FormatInt(time.Now().UnixNano(), 10) + "\n")
	}
}
`

// logs: what containers have printed, against as many docker logs in parallel,
// and how late a follower is.
func (b *bench) logs(ctx context.Context) error {
	return errors.Join(b.readLogs(ctx), b.followLogs(ctx))
}

// logProject writes a project of its own and brings it up. The returned function
// removes it.
func (b *bench) logProject(ctx context.Context, name, file string) (args []string, down func() error, err error) {
	path := filepath.Join(b.dir, name+".yaml")
	if err := os.WriteFile(path, []byte(file), 0o644); err != nil {
		return nil, nil, err
	}
	args = slices.Clip([]string{"-f", path, "-p", b.project + "-" + name})
	down = func() error {
		_, err := b.command(context.WithoutCancel(ctx), b.compose, append(args, "down", "-t", "0")...)
		return err
	}
	_, err = b.command(ctx, b.compose, append(args, "up", "-d")...)
	return args, down, err
}

func (b *bench) readLogs(ctx context.Context) (err error) {
	args, down, err := b.logProject(ctx, "logs", logFile())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, down()) }()
	wait := append(args, "wait")
	for n := range logContainers {
		wait = append(wait, fmt.Sprint("s", n))
	}
	if _, err := b.command(ctx, b.compose, wait...); err != nil {
		return err
	}
	docker, err := exec.LookPath("docker")
	if err != nil {
		return err
	}
	bare := func(ctx context.Context) (measured, error) { return b.bareLogs(ctx, docker) }
	m, err := medians(ctx, b.longRuns, nil, bare, b.program(b.compose, append(args, "logs")...))
	if err != nil {
		return err
	}
	what := fmt.Sprintf("logs, %d x %d lines", logContainers, logLines)
	b.table.add(row{what: what, ours: m[1], other: m[0], than: "as many docker logs in parallel", limit: share(m[0].wall, 1.05)})
	b.table.add(row{what: what, memory: m[1].peak, memoryLimit: 32 << 20})
	return nil
}

// bareLogs has docker's own client read the logs of all containers at once.
func (b *bench) bareLogs(ctx context.Context, docker string) (measured, error) {
	began := time.Now()
	var mu sync.Mutex
	var all measured
	var g errgroup.Group
	for n := range logContainers {
		g.Go(func() error {
			m, err := b.command(ctx, docker, "logs", fmt.Sprintf("%s-logs-s%d-1", b.project, n))
			mu.Lock()
			defer mu.Unlock()
			all.cpu += m.cpu
			return err
		})
	}
	err := g.Wait()
	all.wall = time.Since(began)
	return all, err
}

func (b *bench) followLogs(ctx context.Context) (err error) {
	if err := buildProgram(ctx, filepath.Join(b.dir, "ticker"), ticker); err != nil {
		return err
	}
	args, down, err := b.logProject(ctx, "ticks", tickFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, down()) }()
	late, err := b.lateness(ctx, append(args, "logs", "-f", "--no-log-prefix", "--tail", "0"))
	if err != nil {
		return err
	}
	slices.Sort(late)
	what := "logs -f, a line to visible, "
	b.table.add(row{what: what + "median", ours: measured{wall: late[len(late)/2]}})
	b.table.add(row{what: what + "99th percentile", ours: measured{wall: late[len(late)*99/100]}, limit: 20 * time.Millisecond})
	b.table.add(row{what: what + "the latest", ours: measured{wall: late[len(late)-1]}})
	return nil
}

// lateness is how long after its printing each line of the ticker came.
func (b *bench) lateness(ctx context.Context, args []string) (late []time.Duration, err error) {
	cmd := exec.CommandContext(ctx, b.compose, args...)
	cmd.Dir = b.dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
	}()
	lines := bufio.NewScanner(out)
	for len(late) < tickLines && lines.Scan() {
		now := time.Now()
		ns, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("reading the ticker's line: %w", err)
		}
		late = append(late, now.Sub(time.Unix(0, ns)))
	}
	if len(late) < tickLines {
		return nil, fmt.Errorf("logs -f ended after %d lines", len(late))
	}
	return late, nil
}
