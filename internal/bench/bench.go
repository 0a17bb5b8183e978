package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// bench is one run of the benchmark.
type bench struct {
	compose, peer  string
	services       int
	runs, longRuns int

	dir     string // of the project
	project string
	engine  *bareClient
	table   table
}

// run measures everything and tells whether all promises are kept. It removes
// what it made.
func (b *bench) run(ctx context.Context) (kept bool, err error) {
	if b.compose, err = filepath.Abs(b.compose); err != nil {
		return false, err
	}
	if b.dir, err = os.MkdirTemp("", "compose-bench-"); err != nil {
		return false, err
	}
	defer os.RemoveAll(b.dir)
	b.project = filepath.Base(b.dir)
	if err := os.WriteFile(filepath.Join(b.dir, "compose.yaml"), []byte(composeFile(b.services)), 0o644); err != nil {
		return false, err
	}
	b.engine = dialBare(os.Getenv("DOCKER_HOST"))
	defer func() {
		_, downErr := b.command(context.WithoutCancel(ctx), b.compose, "down", "-t", "0", "-v")
		err = errors.Join(err, downErr)
	}()
	for _, part := range []func(context.Context) error{b.startUp, b.load, b.firstUp, b.running} {
		if err := part(ctx); err != nil {
			return false, err
		}
	}
	b.table.print(os.Stdout)
	return b.table.kept(), nil
}

// composeFile is a project of n services on one network that depend on nothing.
func composeFile(n int) string {
	var s strings.Builder
	s.WriteString("services:\n")
	for i := range n {
		fmt.Fprintf(&s, "  service%03d:\n    image: alpine\n    command: [\"sleep\", \"3600\"]\n", i)
		fmt.Fprintf(&s, "    stop_grace_period: 0s\n    environment:\n      NUMBER: \"%d\"\n    labels:\n      bench: \"yes\"\n", i)
	}
	return s.String()
}

// startUp: version against an empty main and the peer.
func (b *bench) startUp(ctx context.Context) error {
	empty, err := buildEmpty(ctx, b.dir)
	if err != nil {
		return err
	}
	times, err := b.median(ctx, call{empty, nil}, call{b.compose, []string{"version"}}, call{b.peer, []string{"version"}})
	if err != nil {
		return err
	}
	bare, ours, peer := times[0], times[1], times[2]
	b.table.add(row{what: "version", ours: ours, other: bare, than: "an empty main with the same libraries", limit: bare + 3*time.Millisecond})
	b.table.add(row{what: "version", ours: ours, other: peer, than: "peer", limit: share(peer, 0.67)})
	return nil
}

// load: config -q against the peer.
func (b *bench) load(ctx context.Context) error {
	args := []string{"config", "-q"}
	times, err := b.median(ctx, call{b.compose, args}, call{b.peer, args})
	if err != nil {
		return err
	}
	b.table.add(row{what: fmt.Sprintf("config -q, %d services", b.services), ours: times[0], other: times[1], than: "peer", limit: share(times[1], 0.75)})
	return nil
}

// firstUp: the creation of everything, against a client that does no more than
// that, and the peer. The project is up afterwards.
func (b *bench) firstUp(ctx context.Context) error {
	var copies []copied
	contenders := []struct {
		times []time.Duration
		up    func() (time.Duration, error)
	}{
		{up: func() (time.Duration, error) { return b.up(ctx, b.peer) }},
		{up: func() (time.Duration, error) { return b.up(ctx, b.compose) }},
		{up: func() (time.Duration, error) { return b.engine.createAll(ctx, b.project, copies) }},
	}
	if _, err := b.up(ctx, b.compose); err != nil {
		return err
	}
	copies, err := b.engine.copyContainers(ctx, b.project)
	if err != nil {
		return err
	}
	for range b.longRuns {
		for i := range contenders {
			if _, err := b.command(ctx, b.compose, "down", "-t", "0"); err != nil {
				return err
			}
			took, err := contenders[i].up()
			if err != nil {
				return err
			}
			contenders[i].times = append(contenders[i].times, took)
		}
	}
	peer, ours, bare := median(contenders[0].times), median(contenders[1].times), median(contenders[2].times)
	what := fmt.Sprintf("first up -d, %d services", b.services)
	b.table.add(row{what: what, ours: ours, other: bare, than: "a bare client, 8 at a time", limit: share(bare, 1.1)})
	b.table.add(row{what: what, ours: ours, other: peer, than: "peer"})
	if _, err := b.command(ctx, b.compose, "down", "-t", "0"); err != nil {
		return err
	}
	_, err = b.up(ctx, b.compose)
	return err
}

// up times a detached up; of no program it is 0.
func (b *bench) up(ctx context.Context, program string) (time.Duration, error) {
	if program == "" {
		return 0, nil
	}
	m, err := b.command(ctx, program, "up", "-d")
	return m.wall, err
}

// running: ps and a no-op up against the calls they cannot do without.
func (b *bench) running(ctx context.Context) error {
	list, err := b.engine.timeList(ctx, b.project, b.runs)
	if err != nil {
		return err
	}
	up := []string{"up", "-d"}
	times, err := b.median(ctx, call{b.compose, []string{"ps"}}, call{b.peer, []string{"ps"}},
		call{b.compose, []string{"config", "-q"}}, call{b.compose, up})
	if err != nil {
		return err
	}
	what := fmt.Sprintf("ps, %d containers", b.services)
	b.table.add(row{what: what, ours: times[0], other: list, than: "its list call", limit: list + 40*time.Millisecond})
	b.table.add(row{what: what, ours: times[0], other: times[1], than: "peer"})
	noop, load := times[3], times[2]+list
	what = fmt.Sprintf("no-op up -d, %d services", b.services)
	b.table.add(row{what: what, ours: noop, other: load, than: "config -q and its list call", limit: load + 60*time.Millisecond})

	m, err := b.command(ctx, b.compose, up...)
	if err != nil {
		return err
	}
	b.table.add(row{what: what, memory: m.peak, memoryLimit: 40 << 20})
	if b.peer == "" {
		return nil
	}
	// Once, untimed: the peer may see its own way to hash and recreate.
	if _, err := b.command(ctx, b.peer, up...); err != nil {
		return err
	}
	times, err = b.median(ctx, call{b.peer, up})
	if err != nil {
		return err
	}
	b.table.add(row{what: what, ours: noop, other: times[0], than: "peer"})
	return nil
}

func share(d time.Duration, of float64) time.Duration { return time.Duration(float64(d) * of) }
