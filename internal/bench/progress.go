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

// displayed is how many services the display is measured with.
const displayed = 200

// progress: what the display on a terminal costs, in time and in processor time.
func (b *bench) progress(ctx context.Context) (err error) {
	file := filepath.Join(b.dir, "progress.yaml")
	if err := os.WriteFile(file, []byte(composeFile(displayed)), 0o644); err != nil {
		return err
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
	var all []time.Duration // that the runs without the display took, the engine's side included
	m, err := medians(ctx, b.longRuns, down,
		b.onTerminal(b.compose, in("--progress", "tty", "up", "-d")...),
		func(ctx context.Context) (measured, error) {
			before := machineTime()
			m, err := quietly(ctx)
			all = append(all, machineTime()-before)
			return m, err
		})
	if err != nil {
		return err
	}
	shown, quiet := m[0], m[1]
	what := fmt.Sprintf("first up -d, %d services, on a terminal", displayed)
	b.table.add(row{what: what, ours: shown, other: quiet, than: "--progress quiet", limit: share(quiet.wall, 1.03)})
	slices.Sort(all)
	run := all[len(all)/2]
	b.table.add(row{
		what: what + ": the display's processor time", ours: measured{wall: max(shown.cpu-quiet.cpu, 0)},
		other: measured{wall: run}, than: "all of a quiet run's, the engine's included", limit: share(run, 0.01),
	})
	return nil
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
