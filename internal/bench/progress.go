package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/creack/pty"
)

const (
	// displayed is how many services the display's processor time is measured
	// with.
	displayed = 200
	// timed is how many its time is: the starts of hundreds of containers differ
	// by more from run to run than a display takes. There are timedRounds times as
	// many rounds of them.
	timed       = 60
	timedRounds = 3
)

// progress: what the display on a terminal costs, in time and in processor time.
func (b *bench) progress(ctx context.Context) error {
	m, _, err := b.display(ctx, timed, timedRounds*b.longRuns)
	if err != nil {
		return err
	}
	b.table.add(row{
		what: fmt.Sprintf("first up -d, %d services, on a terminal", timed),
		ours: m[0], other: m[1], than: "--progress quiet", limit: share(m[1].wall, 1.03),
	})
	m, run, err := b.display(ctx, displayed, b.longRuns)
	if err != nil {
		return err
	}
	b.table.add(row{
		what: fmt.Sprintf("first up -d, %d services, on a terminal: the display's processor time", displayed),
		ours: measured{wall: max(m[0].cpu-m[1].cpu, 0)}, other: measured{wall: run},
		than: "all of a quiet run's, the engine's included", limit: share(run, 0.01),
	})
	return nil
}

// display measures first ups of a number of services, on a terminal and quietly
// there, and the processor time of all that ran during a quiet one.
func (b *bench) display(ctx context.Context, services, rounds int) (m []measured, run time.Duration, err error) {
	file := filepath.Join(b.dir, "progress.yaml")
	if err := os.WriteFile(file, []byte(composeFile(services)), 0o644); err != nil {
		return nil, 0, err
	}
	in := func(args ...string) []string {
		return append([]string{"-f", file, "-p", b.project + "-progress"}, args...)
	}
	down := func() error {
		_, err := b.command(context.WithoutCancel(ctx), b.compose, in("down", "-t", "0")...)
		return err
	}
	defer func() { err = errors.Join(err, down()) }()
	quietly := b.onTerminal(b.compose, in("--progress", "quiet", "up", "-d")...)
	var all []time.Duration
	m, err = medians(ctx, rounds, down,
		b.onTerminal(b.compose, in("--progress", "tty", "up", "-d")...),
		func(ctx context.Context) (measured, error) {
			before := machineTime()
			m, err := quietly(ctx)
			all = append(all, machineTime()-before)
			return m, err
		})
	if err != nil {
		return nil, 0, err
	}
	slices.Sort(all)
	return m, all[len(all)/2], nil
}

// onTerminal is a contender that runs a program on a pseudo-terminal of 80
// columns and 24 rows that is read as fast as it is written to.
func (b *bench) onTerminal(name string, args ...string) contender {
	return func(ctx context.Context) (measured, error) {
		ours, theirs, err := pty.Open()
		if err != nil {
			return measured{}, err
		}
		defer ours.Close()
		if err := pty.Setsize(ours, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
			return measured{}, err
		}
		read := make(chan struct{})
		go func() {
			_, _ = io.Copy(io.Discard, ours) // ends with an error when the other side is closed
			close(read)
		}()
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Dir = b.dir
		cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
		began := time.Now()
		err = cmd.Run()
		took := time.Since(began)
		theirs.Close()
		<-read
		if err != nil {
			return measured{}, fmt.Errorf("%s %s on a terminal: %w", name, strings.Join(args, " "), err)
		}
		return measured{wall: took, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peak: peakMemory(cmd.ProcessState)}, nil
	}
}

// machineTime is the processor time that everything on this machine has used, in
// steps of 10 ms: 0 where there is no /proc/stat. See proc(5).
func machineTime() time.Duration {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	var sum time.Duration
	for i, field := range strings.Fields(line)[1:] { // user nice system idle iowait irq softirq steal ...
		if n, err := strconv.Atoi(field); err == nil && !slices.Contains([]int{3, 4}, i) && i < 7 {
			sum += time.Duration(n) * 10 * time.Millisecond
		}
	}
	return sum
}
