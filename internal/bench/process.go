package main

import (
	"bytes"
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
	peak int64 // bytes of resident memory; 0 where the system does not tell
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
	return measured{wall: took, peak: peakMemory(cmd.ProcessState)}, nil
}

// call is a program with its arguments; no program, no measurement.
type call struct {
	program string
	args    []string
}

// median runs the calls in turns, so that what else the machine does befalls
// all of them alike, and returns each one's median.
func (b *bench) median(ctx context.Context, calls ...call) ([]time.Duration, error) {
	times := make([][]time.Duration, len(calls))
	for range b.runs {
		for i, c := range calls {
			if c.program == "" {
				continue
			}
			m, err := b.command(ctx, c.program, c.args...)
			if err != nil {
				return nil, err
			}
			times[i] = append(times[i], m.wall)
		}
	}
	medians := make([]time.Duration, len(calls))
	for i := range times {
		medians[i] = median(times[i])
	}
	return medians, nil
}

// median is 0 of nothing.
func median(times []time.Duration) time.Duration {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[len(times)/2]
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
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building an empty main: %w\n%s", err, out)
	}
	return binary, nil
}
