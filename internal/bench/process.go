package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// measured is what one process took.
type measured struct {
	wall time.Duration
	cpu  time.Duration // of the process, user and system; 0 for what is no process
	peak int64         // bytes of resident memory; 0 where the system does not tell
}

// command runs a program in the project's folder.
func (b *bench) command(ctx context.Context, program string, args ...string) (measured, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = b.dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	began := time.Now()
	err := cmd.Run()
	took := time.Since(began)
	if err != nil {
		return measured{}, fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, stderr.String())
	}
	return measured{
		wall: took,
		cpu:  cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		peak: peakMemory(cmd.ProcessState),
	}, nil
}

// contender is something to measure: nil, no measurement.
type contender func(ctx context.Context) (measured, error)

// program is a contender that runs a program in the project's folder; of no
// program it is nil.
func (b *bench) program(name string, args ...string) contender {
	if name == "" {
		return nil
	}
	return func(ctx context.Context) (measured, error) { return b.command(ctx, name, args...) }
}

// medians measures the contenders in turns, so that what else the machine does
// befalls all of them alike, and returns each one's medians. before, where it is
// not nil, is called before every measurement and not measured.
func medians(ctx context.Context, rounds int, before func() error, contenders ...contender) ([]measured, error) {
	all := make([][]measured, len(contenders))
	for round := range rounds {
		order := slices.All(contenders)
		if round%2 == 1 { // what a run leaves to the next one is not always the same one's
			order = slices.Backward(contenders)
		}
		for i, run := range order {
			if run == nil {
				continue
			}
			if before != nil {
				if err := before(); err != nil {
					return nil, err
				}
			}
			m, err := run(ctx)
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], m)
		}
	}
	out := make([]measured, len(contenders))
	for i, of := range all {
		out[i] = measured{
			wall: median(of, func(m measured) time.Duration { return m.wall }),
			cpu:  median(of, func(m measured) time.Duration { return m.cpu }),
			peak: median(of, func(m measured) int64 { return m.peak }),
		}
	}
	return out, nil
}

// median is that of one field; 0 of nothing.
func median[T cmp.Ordered](of []measured, field func(measured) T) T {
	var values []T
	for _, m := range of {
		values = append(values, field(m))
	}
	slices.Sort(values)
	if len(values) == 0 {
		var zero T
		return zero
	}
	return values[len(values)/2]
}

// buildEmpty builds a main that does nothing and links what cmd/compose links.
// It stands in the module, by an overlay, since some of that is internal.
func buildEmpty(ctx context.Context, dir string) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-f", `{{join .Imports "\n"}}`, "./cmd/compose").Output()
	if err != nil {
		return "", fmt.Errorf("listing what cmd/compose imports: %w", err)
	}
	source := "package main\n\nimport (\n"
	for _, path := range strings.Fields(string(out)) {
		source += fmt.Sprintf("\t_ %q\n", path)
	}
	source += ")\n\nfunc main() {}\n"
	file := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
		return "", err
	}
	place, err := filepath.Abs("internal/bench/empty/main.go")
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {place: file}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o644); err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "empty")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w",
		"-overlay", filepath.Join(dir, "overlay.json"), "-o", binary, "./internal/bench/empty")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as script/build does
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building an empty main: %w\n%s", err, out)
	}
	return binary, nil
}
