package main

import (
	"bufio"
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
	"syscall"
	"time"
)

// manyFiles is how many files the bursts of the watch measurement have.
const manyFiles = 1000

// watchFile is a project whose one service follows a folder.
const watchFile = `services:
  web:
    image: alpine
    command: ["/seen/seer"]
    init: true
    stop_grace_period: 0s
    volumes: [./seen:/seen]
    develop:
      watch:
        - {action: sync, path: ./src, target: /app}
`

// seer is the service's program: it tells through a bind mount what it sees.
const seer = `package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	said := ""
	for ; ; time.Sleep(500 * time.Microsecond) {
		text, _ := os.ReadFile("/app/file.txt")
		many, _ := filepath.Glob("/app/many*")
		if now := fmt.Sprintf("%d %s", len(many), text); now != said {
			said = now
			_ = os.WriteFile("/seen/new", []byte(now), 0o644)
			_ = os.Rename("/seen/new", "/seen/state")
		}
	}
}
`

// watchTimes are what one program took, from the save to the sight of it in the
// container.
type watchTimes struct {
	median, p99     time.Duration // of one file
	writes, deletes time.Duration // of manyFiles
}

// watch: saves under compose watch, and under the peer's. The engine is one that
// can mount this machine's folders.
func (b *bench) watch(ctx context.Context) error {
	ours, err := b.watchOne(ctx, b.compose)
	if err != nil {
		return err
	}
	var peer watchTimes
	if b.peer != "" {
		if peer, err = b.watchOne(ctx, b.peer); err != nil {
			return err
		}
	}
	for _, r := range []struct {
		what        string
		ours, other time.Duration
		limit       time.Duration
	}{
		{"watch, a save to visible, median", ours.median, peer.median, 30 * time.Millisecond},
		{"watch, a save to visible, 99th percentile", ours.p99, peer.p99, 100 * time.Millisecond},
		{"watch, 1,000 files changed", ours.writes, peer.writes, time.Second},
		{"watch, 1,000 files deleted", ours.deletes, peer.deletes, 500 * time.Millisecond},
	} {
		b.table.add(row{what: r.what, ours: measured{wall: r.ours}, other: measured{wall: r.other}, than: "peer", limit: r.limit})
	}
	return nil
}

// watchOne measures one program.
func (b *bench) watchOne(ctx context.Context, program string) (t watchTimes, err error) {
	dir, err := os.MkdirTemp(b.dir, "watch-")
	if err != nil {
		return t, err
	}
	name := strings.ToLower(b.project + "-" + filepath.Base(dir))
	s := saves{src: filepath.Join(dir, "src"), state: filepath.Join(dir, "seen", "state")}
	err = errors.Join(os.Mkdir(s.src, 0o755), os.Mkdir(filepath.Join(dir, "seen"), 0o755),
		os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(watchFile), 0o644), buildSeer(ctx, dir))
	if err != nil {
		return t, err
	}
	cmd := exec.CommandContext(ctx, program, "-p", name, "watch")
	cmd.Dir = dir
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		return t, err
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
		w.Close()
		down := exec.CommandContext(context.WithoutCancel(ctx), b.compose, "-p", name, "down", "-t", "0")
		down.Dir = dir
		err = errors.Join(err, down.Run())
	}()
	if err := awaitLine(r, "Watch enabled"); err != nil {
		return t, err
	}
	return s.measure(ctx)
}

// awaitLine reads until a line with the text, and discards what follows.
func awaitLine(r io.Reader, text string) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			go func() { _, _ = io.Copy(io.Discard, r) }() // ends with the writer's end
			return nil
		}
	}
	return fmt.Errorf("the program ended before it said %q", text)
}

// buildSeer builds the service's program for a container without libraries.
func buildSeer(ctx context.Context, dir string) error {
	source := filepath.Join(dir, "seer.go")
	if err := os.WriteFile(source, []byte(seer), 0o644); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, "seen", "seer"), source)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the watched program: %w: %s", err, out)
	}
	return nil
}

// saves are changes here that are waited for there.
type saves struct{ src, state string }

func (s saves) measure(ctx context.Context) (t watchTimes, err error) {
	if _, err := s.save(ctx, 0); err != nil { // warms both up
		return t, err
	}
	var one []time.Duration
	for i := range 100 {
		took, err := s.save(ctx, i+1)
		if err != nil {
			return t, err
		}
		one = append(one, took)
	}
	slices.Sort(one)
	t.median, t.p99 = one[len(one)/2], one[len(one)*99/100]
	began := time.Now()
	for i := range manyFiles {
		if err := os.WriteFile(filepath.Join(s.src, fmt.Sprint("many", i)), []byte("x"), 0o644); err != nil {
			return t, err
		}
	}
	if err := s.until(ctx, func() bool { return s.many() == manyFiles }); err != nil {
		return t, err
	}
	t.writes = time.Since(began)
	time.Sleep(time.Second) // what the watcher still hears of the writes is no part of the deletes
	began = time.Now()
	for i := range manyFiles {
		if err := os.Remove(filepath.Join(s.src, fmt.Sprint("many", i))); err != nil {
			return t, err
		}
	}
	err = s.until(ctx, func() bool { return s.many() == 0 })
	t.deletes = time.Since(began)
	return t, err
}

// save changes the one file, and returns how long it took to arrive.
func (s saves) save(ctx context.Context, n int) (time.Duration, error) {
	text := fmt.Sprintf("version %d of the file\n", n)
	began := time.Now()
	if err := os.WriteFile(filepath.Join(s.src, "file.txt"), []byte(text), 0o644); err != nil {
		return 0, err
	}
	err := s.until(ctx, func() bool {
		_, got, _ := strings.Cut(s.seen(), " ")
		return got == text
	})
	took := time.Since(began)
	time.Sleep(50 * time.Millisecond) // people do not save faster
	return took, err
}

// seen is what the service saw last: how many files of the burst, and the text of
// the one.
func (s saves) seen() string {
	text, _ := os.ReadFile(s.state) // not there before the first sight
	return string(text)
}

func (s saves) many() int {
	count, _, _ := strings.Cut(s.seen(), " ")
	n, _ := strconv.Atoi(count)
	return n
}

// until looks every half millisecond: there is no event to wait for across the
// container's border.
func (s saves) until(ctx context.Context, done func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for !done() {
		if ctx.Err() != nil {
			return fmt.Errorf("a change did not arrive: %w", ctx.Err())
		}
		time.Sleep(500 * time.Microsecond)
	}
	return nil
}
