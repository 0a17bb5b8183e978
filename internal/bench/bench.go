package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// bench is one run of the benchmark.
type bench struct {
	compose, peer  string
	only           string // the names of the parts to measure, by comma; empty is all
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
	for _, part := range b.parts() {
		if b.only != "" && !slices.Contains(strings.Split(b.only, ","), part.name) {
			continue
		}
		if err := part.measure(ctx); err != nil {
			return false, err
		}
	}
	b.table.print(os.Stdout)
	return b.table.kept(), nil
}

// part is a group of measurements that can be asked for by name.
type part struct {
	name    string
	measure func(context.Context) error
}

// parts are all there are, in the order of their measuring: running needs what
// up has brought up.
func (b *bench) parts() []part {
	return []part{
		{"start", b.startUp}, {"load", b.load}, {"up", b.firstUp}, {"running", b.running},
		{"builds", b.builds}, {"watch", b.watch}, {"progress", b.progress}, {"logs", b.logs},
	}
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
	m, err := medians(ctx, b.runs, nil, b.program(b.compose, "version"), b.program(empty), b.program(b.peer, "version"))
	if err != nil {
		return err
	}
	ours, bare, peer := m[0], m[1], m[2]
	b.table.add(row{what: "version", ours: ours, other: bare, than: "an empty main with the same libraries", limit: bare.wall + 3*time.Millisecond})
	b.table.add(row{what: "version", ours: ours, other: peer, than: "peer", limit: share(peer.wall, 0.67)})
	return nil
}

// load: config -q against the peer.
func (b *bench) load(ctx context.Context) error {
	args := []string{"config", "-q"}
	m, err := medians(ctx, b.runs, nil, b.program(b.compose, args...), b.program(b.peer, args...))
	if err != nil {
		return err
	}
	b.table.add(row{what: b.about("config -q"), ours: m[0], other: m[1], than: "peer", limit: share(m[1].wall, 0.75)})
	return nil
}

// about names what is measured with the size of the project.
func (b *bench) about(what string) string { return fmt.Sprintf("%s, %d services", what, b.services) }

// firstUp: the creation of everything, against a client that does no more than
// that, and the peer. The project is up afterwards.
func (b *bench) firstUp(ctx context.Context) error {
	up := b.program(b.compose, "up", "-d")
	if _, err := up(ctx); err != nil {
		return err
	}
	copies, err := b.engine.copyContainers(ctx, b.project)
	if err != nil {
		return err
	}
	down := func() error {
		_, err := b.command(ctx, b.compose, "down", "-t", "0")
		return err
	}
	bare := func(ctx context.Context) (measured, error) { return b.engine.createAll(ctx, b.project, copies) }
	m, err := medians(ctx, b.longRuns, down, b.program(b.peer, "up", "-d"), up, bare)
	if err != nil {
		return err
	}
	what := b.about("first up -d")
	b.table.add(row{what: what, ours: m[1], other: m[2], than: "a bare client, 8 at a time", limit: share(m[2].wall, 1.1)})
	b.table.add(row{what: what, ours: m[1], other: m[0], than: "peer"})
	if err := down(); err != nil {
		return err
	}
	_, err = up(ctx)
	return err
}

// running: ps and a no-op up against the calls they cannot do without.
func (b *bench) running(ctx context.Context) error {
	list := func(ctx context.Context) (measured, error) { return b.engine.timeList(ctx, b.project) }
	m, err := medians(ctx, b.runs, nil, list, b.program(b.compose, "ps"), b.program(b.peer, "ps"),
		b.program(b.compose, "config", "-q"), b.program(b.compose, "up", "-d"))
	if err != nil {
		return err
	}
	ps, noop := m[1], m[4]
	b.table.add(row{what: b.about("ps"), ours: ps, other: m[0], than: "its list call", limit: m[0].wall + 40*time.Millisecond})
	b.table.add(row{what: b.about("ps"), ours: ps, other: m[2], than: "peer"})
	load := measured{wall: m[3].wall + m[0].wall, cpu: m[3].cpu}
	what := b.about("no-op up -d")
	b.table.add(row{what: what, ours: noop, other: load, than: "config -q and its list call", limit: load.wall + 60*time.Millisecond})
	b.table.add(row{what: what, memory: noop.peak, memoryLimit: 40 << 20})
	if b.peer == "" {
		return nil
	}
	// Once, untimed: the peer may see its own way to hash and recreate.
	again := b.program(b.peer, "up", "-d")
	if _, err := again(ctx); err != nil {
		return err
	}
	m, err = medians(ctx, b.runs, nil, again, b.program(b.compose, "up", "-d"))
	if err != nil {
		return err
	}
	b.table.add(row{what: what, ours: m[1], other: m[0], than: "peer"})
	return nil
}

func share(d time.Duration, of float64) time.Duration { return time.Duration(float64(d) * of) }
