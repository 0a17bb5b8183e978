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
    deploy: {replicas: %d}
    command: ["/seen/seer"]
    init: true
    stop_grace_period: 0s
    volumes: [./seen:/seen]
    develop:
      watch:
        - {action: sync, path: ./src, target: /app}
`

// seer is the service's program: it tells through a bind mount what it sees,
// under the container's name. It looks when the kernel says that something
// changed: many of them that look all the time would be what is measured.
const seer = `package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

func main() {
	_ = os.MkdirAll("/app", 0o755)
	notify, err := syscall.InotifyInit()
	if err == nil {
		_, err = syscall.InotifyAddWatch(notify, "/app", syscall.IN_CREATE|syscall.IN_MODIFY|syscall.IN_CLOSE_WRITE|syscall.IN_MOVED_TO|syscall.IN_DELETE)
	}
	if err != nil {
		panic(err)
	}
	name, _ := os.Hostname()
	said, buffer := "", make([]byte, 64<<10)
	for {
		text, _ := os.ReadFile("/app/file.txt")
		many, _ := filepath.Glob("/app/many*")
		if now := fmt.Sprintf("%d %s", len(many), text); now != said {
			said = now
			_ = os.WriteFile("/seen/new-"+name, []byte(now), 0o644)
			_ = os.Rename("/seen/new-"+name, "/seen/state-"+name)
		}
		_, _ = syscall.Read(notify, buffer)
	}
}
`

// manyReplicas is how many containers of one service a save is followed to.
const manyReplicas = 20

// watchTimes are what one program took, from the save to the sight of it in the
// container.
type watchTimes struct {
	median, p99     time.Duration // of one file
	writes, deletes time.Duration // of manyFiles
}

// watch: saves under compose watch, and under the peer's. The engine is one that
// can mount this machine's folders.
func (b *bench) watch(ctx context.Context) error {
	ours, err := b.watchOne(ctx, b.compose, 1, saves.measure)
	if err != nil {
		return err
	}
	all, err := b.watchOne(ctx, b.compose, manyReplicas, saves.measureOne)
	if err != nil {
		return err
	}
	var peer, peerAll watchTimes
	if b.peer != "" {
		if peer, err = b.watchOne(ctx, b.peer, 1, saves.measure); err != nil {
			return err
		}
		if peerAll, err = b.watchOne(ctx, b.peer, manyReplicas, saves.measureOne); err != nil {
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
	what := fmt.Sprintf("watch, a save to visible in %d replicas", manyReplicas)
	b.table.add(row{what: what, ours: measured{wall: all.median}, other: measured{wall: ours.median}, than: "one replica", limit: 2 * ours.median})
	b.table.add(row{what: what, ours: measured{wall: all.median}, other: measured{wall: peerAll.median}, than: "peer"})
	return nil
}

// watchOne measures one program with a number of replicas.
func (b *bench) watchOne(ctx context.Context, program string, replicas int, measure func(saves, context.Context) (watchTimes, error)) (t watchTimes, err error) {
	dir, err := os.MkdirTemp(b.dir, "watch-")
	if err != nil {
		return t, err
	}
	name := strings.ToLower(b.project + "-" + filepath.Base(dir))
	s := saves{src: filepath.Join(dir, "src"), seen: filepath.Join(dir, "seen"), replicas: replicas}
	err = errors.Join(os.Mkdir(s.src, 0o755), os.Mkdir(filepath.Join(dir, "seen"), 0o755),
		os.WriteFile(filepath.Join(dir, "compose.yaml"), fmt.Appendf(nil, watchFile, replicas), 0o644), buildProgram(ctx, filepath.Join(dir, "seen", "seer"), seer))
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
	return measure(s, ctx)
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

// buildProgram builds a program of one file for containers.
func buildProgram(ctx context.Context, binary, source string) error {
	file := binary + ".go"
	if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, file)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w: %s", filepath.Base(file), err, out)
	}
	return nil
}

// saves are changes in src that are waited for in all replicas, which tell in
// seen.
type saves struct {
	src, seen string
	replicas  int
}

// measureOne saves one file again and again.
func (s saves) measureOne(ctx context.Context) (t watchTimes, err error) {
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
	return t, nil
}

// measure also writes and deletes many.
func (s saves) measure(ctx context.Context) (t watchTimes, err error) {
	if t, err = s.measureOne(ctx); err != nil {
		return t, err
	}
	began := time.Now()
	for i := range manyFiles {
		if err := os.WriteFile(filepath.Join(s.src, fmt.Sprint("many", i)), []byte("x"), 0o644); err != nil {
			return t, err
		}
	}
	if err := s.until(ctx, s.have(manyFiles)); err != nil {
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
	err = s.until(ctx, s.have(0))
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
	err := s.until(ctx, func(state string) bool {
		_, got, _ := strings.Cut(state, " ")
		return got == text
	})
	took := time.Since(began)
	time.Sleep(50 * time.Millisecond) // people do not save faster
	return took, err
}

// have tells a state with so many files of the burst.
func (s saves) have(n int) func(state string) bool {
	return func(state string) bool {
		count, _, _ := strings.Cut(state, " ")
		return count == strconv.Itoa(n)
	}
}

// until waits until all replicas are in a state: how many files of the burst they
// see, and the text of the one. It looks every half millisecond: there is no event
// to wait for across the container's border.
func (s saves) until(ctx context.Context, done func(state string) bool) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for !s.all(done) {
		if ctx.Err() != nil {
			states, _ := filepath.Glob(filepath.Join(s.seen, "state-*"))
			return fmt.Errorf("a change did not arrive in all %d replicas, of which %d told of something: %w", s.replicas, len(states), ctx.Err())
		}
		time.Sleep(500 * time.Microsecond)
	}
	return nil
}

func (s saves) all(done func(state string) bool) bool {
	states, _ := filepath.Glob(filepath.Join(s.seen, "state-*"))
	for _, name := range states {
		if text, err := os.ReadFile(name); err != nil || !done(string(text)) {
			return false
		}
	}
	return len(states) == s.replicas
}
