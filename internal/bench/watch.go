package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
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
    environment: {GOMAXPROCS: "1"}
    stop_grace_period: 0s
    volumes: [./seen:/seen]
    develop:
      watch:
        - {action: sync, path: ./src, target: /app}
`

// seer is the service's program: it tells what it sees, a line each time, through
// a socket in a bind mount. It looks when the kernel says that something changed.
// There are many of it, whose time is measured with that of the programs: it is
// to take little.
const seer = `package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
)

func main() {
	_ = os.MkdirAll("/app", 0o755)
	notify, err := syscall.InotifyInit()
	if err == nil {
		_, err = syscall.InotifyAddWatch(notify, "/app", syscall.IN_CREATE|syscall.IN_CLOSE_WRITE|syscall.IN_MOVED_TO|syscall.IN_DELETE)
	}
	if err != nil {
		panic(err)
	}
	bench, err := net.Dial("unix", "/seen/socket")
	if err != nil {
		panic(err)
	}
	said, buffer, many := "", make([]byte, 64<<10), map[string]bool{}
	for {
		text, _ := os.ReadFile("/app/file.txt")
		if now := fmt.Sprintf("%d %s\n", len(many), strings.TrimSpace(string(text))); now != said {
			said = now
			_, _ = bench.Write([]byte(now))
		}
		n, _ := syscall.Read(notify, buffer)
		for b := buffer[:max(n, 0)]; len(b) > 0; {
			mask, size := binary.NativeEndian.Uint32(b[4:]), binary.NativeEndian.Uint32(b[12:])
			name, _, _ := bytes.Cut(b[16:16+size], []byte{0})
			b = b[16+size:]
			switch {
			case !bytes.HasPrefix(name, []byte("many")):
			case mask&syscall.IN_DELETE != 0:
				delete(many, string(name))
			default:
				many[string(name)] = true
			}
		}
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
	s := saves{src: filepath.Join(dir, "src"), seen: newSightings(), replicas: replicas}
	err = errors.Join(os.Mkdir(s.src, 0o755), os.Mkdir(filepath.Join(dir, "seen"), 0o755),
		os.WriteFile(filepath.Join(dir, "compose.yaml"), fmt.Appendf(nil, watchFile, replicas), 0o644), buildProgram(ctx, filepath.Join(dir, "seen", "seer"), seer))
	if err != nil {
		return t, err
	}
	listener, err := net.Listen("unix", filepath.Join(dir, "seen", "socket"))
	if err != nil {
		return t, err
	}
	defer listener.Close()
	go s.seen.listen(listener)
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

// saves are changes in src that are waited for until all replicas have seen them.
type saves struct {
	src      string
	seen     *sightings
	replicas int
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
	text := fmt.Sprintf("version %d of the file", n)
	began := time.Now()
	if err := os.WriteFile(filepath.Join(s.src, "file.txt"), []byte(text), 0o644); err != nil {
		return 0, err
	}
	err := s.until(ctx, func(state string) bool {
		_, got, _ := strings.Cut(state, " ")
		return got == text
	})
	took := time.Since(began)
	time.Sleep(150 * time.Millisecond) // people do not save faster
	return took, err
}

// have tells a state with so many files of the burst.
func (s saves) have(n int) func(state string) bool {
	return func(state string) bool {
		count, _, _ := strings.Cut(state, " ")
		return count == strconv.Itoa(n)
	}
}

// until waits until all replicas have reported a state: how many files of the burst
// they see, and the text of the one.
func (s saves) until(ctx context.Context, done func(state string) bool) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		there, changed := s.seen.count(done)
		if there == s.replicas {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("a change arrived in %d of %d replicas: %w", there, s.replicas, ctx.Err())
		}
	}
}

// sightings are the last states that the replicas reported.
type sightings struct {
	mu      sync.Mutex
	states  map[net.Conn]string
	changed chan struct{} // closed when one tells something
}

func newSightings() *sightings {
	return &sightings{states: map[net.Conn]string{}, changed: make(chan struct{})}
}

// listen takes in what replicas tell until the listener is closed.
func (s *sightings) listen(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			for lines := bufio.NewScanner(c); lines.Scan(); {
				s.tell(c, lines.Text())
			}
		}()
	}
}

func (s *sightings) tell(c net.Conn, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states[c] = state
	close(s.changed)
	s.changed = make(chan struct{})
}

// count is how many replicas are in a state, and what closes when that changes.
func (s *sightings) count(done func(state string) bool) (there int, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, state := range s.states {
		if done(state) {
			there++
		}
	}
	return there, s.changed
}
