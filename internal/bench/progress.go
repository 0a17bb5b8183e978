package main

import (
	"cmp"
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
	var engine []time.Duration
	withEngine := func(run contender) contender {
		return func(ctx context.Context) (measured, error) {
			before := engineTime()
			m, err := run(ctx)
			engine = append(engine, engineTime()-before)
			return m, err
		}
	}
	m, err := medians(ctx, b.longRuns, down,
		withEngine(b.onTerminal(b.compose, in("--progress", "tty", "up", "-d")...)),
		withEngine(b.onTerminal(b.compose, in("--progress", "quiet", "up", "-d")...)))
	if err != nil {
		return err
	}
	shown, quiet := m[0], m[1]
	what := fmt.Sprintf("first up -d, %d services, on a terminal", displayed)
	b.table.add(row{what: what, ours: shown, other: quiet, than: "--progress quiet", limit: share(quiet.wall, 1.03)})
	slices.Sort(engine)
	all := quiet.cpu + engine[len(engine)/2]
	b.table.add(row{
		what: what + ": the display's processor time", ours: measured{wall: max(shown.cpu-quiet.cpu, 0)},
		other: measured{wall: all}, than: "quiet's, and dockerd's and containerd's", limit: share(all, 0.01),
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

// engineTime is the processor time that the machine's dockerd and containerd have
// used, in steps of 10 ms: 0 where /proc does not tell.
func engineTime() time.Duration {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	var sum time.Duration
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state ppid ...: see proc(5). The name may hold anything.
		from, to := strings.Index(string(text), "("), strings.LastIndex(string(text), ")")
		if from < 0 || to < from || !slices.Contains([]string{"dockerd", "containerd"}, string(text[from+1:to])) {
			continue
		}
		fields := strings.Fields(string(text[to+1:]))
		if len(fields) < 13 {
			continue
		}
		user, err1 := strconv.Atoi(fields[11])
		system, err2 := strconv.Atoi(fields[12])
		if cmp.Or(err1, err2) == nil {
			sum += time.Duration(user+system) * 10 * time.Millisecond
		}
	}
	return sum
}
