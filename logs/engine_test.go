package logs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/event"
)

// dial connects to the real engine, if the test is asked to run on it.
func dial(t testing.TB) *client.Client {
	if os.Getenv("COMPOSE_TEST_ENGINE") != "1" {
		t.Skip("COMPOSE_TEST_ENGINE is not 1")
	}
	c, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// create makes a container that runs a shell script, and removes it in the end.
func create(t testing.TB, c *client.Client, script string, change func(*container.Config, *container.HostConfig)) Target {
	name := fmt.Sprintf("log-%d-%d", os.Getpid(), time.Now().UnixNano())
	cfg := &container.Config{Image: "alpine", Cmd: []string{"sh", "-c", script}}
	host := &container.HostConfig{Init: new(bool)}
	*host.Init = true // ends at once when told to
	if change != nil {
		change(cfg, host)
	}
	made, err := c.ContainerCreate(t.Context(), cfg, host, nil, nil, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.ContainerRemove(context.Background(), made.ID, container.RemoveOptions{Force: true}); err != nil {
			t.Errorf("removing %s: %v", name, err)
		}
	})
	return Target{Source: event.Source{ID: made.ID, Name: name, Number: 1}, TTY: cfg.Tty}
}

// runOnce runs a container to its end.
func runOnce(t testing.TB, c *client.Client, target Target) {
	t.Helper()
	ended, errs := c.ContainerWait(t.Context(), target.ID, container.WaitConditionNextExit)
	if err := c.ContainerStart(t.Context(), target.ID, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case err := <-errs:
		t.Fatal(err)
	}
}

func TestEngineShow(t *testing.T) {
	c := dial(t)
	long := "head -c 100000 /dev/zero | tr '\\0' x; echo"
	xs := strings.Repeat("x", 100_000)
	tty := func(cfg *container.Config, _ *container.HostConfig) { cfg.Tty = true }
	driver := func(name string) func(*container.Config, *container.HostConfig) {
		return func(_ *container.Config, host *container.HostConfig) { host.LogConfig.Type = name }
	}
	tests := []struct {
		name, script string
		change       func(*container.Config, *container.HostConfig)
		runs         int
		want         []string
	}{
		{"plain", "echo one; echo; printf two", nil, 1, []string{"one", "", "two"}},
		{"bytes", `echo one; printf 'a\000\377b\r\n'; echo; printf two`, driver("local"), 1, []string{"one", "a\x00\xffb\r", "", "two"}},
		{"long line", long + "; echo next", nil, 1, []string{xs, "next"}},
		{"long line, local", long + "; echo next", driver("local"), 1, []string{xs, "next"}},
		{"long line, terminal", long + "; echo next", tty, 1, []string{xs, "next"}},
		{"run after run without a line end", "echo one; printf two", nil, 2, []string{"one", "two", "one", "two"}},
		{"run after run without a line end, terminal", "echo one; printf two", tty, 2, []string{"one", "two", "one", "two"}},
		{"none", "echo unseen", driver("none"), 1, []string{"its logging driver keeps nothing to read"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target := create(t, c, tt.script, tt.change)
			for range tt.runs {
				runOnce(t, c, target)
			}
			var h heard
			if err := Show(t.Context(), c, []Target{target}, Options{Timestamps: true}, h.sink); err != nil {
				t.Fatal(err)
			}
			got := h.texts()
			for i, g := range got {
				_, got[i], _ = strings.Cut(g, ": ")
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %.300q, want %.300q", got, tt.want)
			}
		})
	}
}

// pass hands an engine's events of containers on to a follower, as a session
// does, until the returned function is called.
func pass(t *testing.T, c *client.Client, changes chan<- Change, targets ...Target) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	f := filters.NewArgs(filters.Arg("type", "container"), filters.Arg("event", "start"), filters.Arg("event", "die"))
	for _, target := range targets {
		f.Add("container", target.ID)
	}
	began := time.Now()
	// Since then, for the engine answers before it listens.
	heard, errs := c.Events(ctx, events.ListOptions{Filters: f, Since: engineTime(began)})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case e := <-heard:
				i := slices.IndexFunc(targets, func(t Target) bool { return t.ID == e.Actor.ID })
				ch := Change{Target: targets[i], At: began}
				if e.Action == events.ActionDie {
					ch.At = time.Unix(0, e.TimeNano)
					ch.Exit = &event.Exit{Source: targets[i].Source}
					fmt.Sscan(e.Actor.Attributes["exitCode"], &ch.Exit.Code)
				}
				changes <- ch
			case <-errs:
				return
			}
		}
	}()
	return func() { cancel(); <-done; close(changes) }
}

// Quick containers are shown completely, each exit behind its lines, whether
// the engine restarts them or somebody else does.
func TestEngineFollow(t *testing.T) {
	c := dial(t)
	for _, tty := range []bool{false, true} {
		target := create(t, c, "for i in 1 2 3; do echo line $i; done; exit 7", func(cfg *container.Config, host *container.HostConfig) {
			cfg.Tty = tty
			host.RestartPolicy = container.RestartPolicy{Name: container.RestartPolicyOnFailure, MaximumRetryCount: 2}
		})
		other := create(t, c, "echo hello", nil)
		changes := make(chan Change)
		exits := make(chan event.Exit, 10)
		var h heard
		done := make(chan error, 1)
		go func() {
			done <- Follow(t.Context(), c, changes, Options{}, func(e event.Event) {
				h.sink(e)
				if x, ok := e.(event.Exit); ok {
					exits <- x
				}
			})
		}()
		stop := pass(t, c, changes, target, other)
		if err := c.ContainerStart(t.Context(), target.ID, container.StartOptions{}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			<-exits
		}
		for range 3 {
			if err := c.ContainerStart(t.Context(), other.ID, container.StartOptions{}); err != nil {
				t.Fatal(err)
			}
			<-exits
		}
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		var want []string
		for range 3 {
			want = append(want, ": line 1", ": line 2", ": line 3", " exited 7")
		}
		for range 3 {
			want = append(want, ": hello", " exited 0")
		}
		got := h.texts()
		for i, g := range got {
			got[i] = strings.TrimPrefix(strings.TrimPrefix(g, target.Name), other.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("tty %v: got %q\nwant %q", tty, got, want)
		}
	}
}

// A container that is restarted while it writes as fast as it can loses no line
// and has none twice.
func TestEngineFollowRestarts(t *testing.T) {
	c := dial(t)
	target := create(t, c, `i=0; while true; do i=$((i+1)); echo $i; done`, nil)
	changes := make(chan Change)
	lines := make(chan string, 1000)
	done := make(chan error, 1)
	go func() {
		done <- Follow(t.Context(), c, changes, Options{}, func(e event.Event) {
			switch e := e.(type) {
			case event.Logs:
				for _, l := range e {
					lines <- string(l.Text)
				}
			case event.Exit:
				lines <- "exit"
			}
		})
		close(lines)
	}()
	stop := pass(t, c, changes, target)
	if err := c.ContainerStart(t.Context(), target.ID, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	n, runs := 0, 0
	var ending sync.WaitGroup
	defer ending.Wait()
	for text := range lines {
		n++
		switch text {
		case "exit":
			n = 0
			if runs++; runs == 3 {
				stop()
			}
		case fmt.Sprint(n):
		default:
			t.Fatalf("run %d: got line %s, want %d", runs, text, n)
		}
		if n == 2000 {
			end := c.ContainerRestart
			if runs == 2 {
				end = c.ContainerStop
			}
			ending.Go(func() {
				grace := 5 // without any the engine may unmount the container under its next run
				if err := end(context.Background(), target.ID, container.StopOptions{Timeout: &grace}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// BenchmarkEngine reads 5 logs of 200,000 lines, and as many plain `docker logs`
// in parallel do the same for comparison.
func BenchmarkEngine(b *testing.B) {
	c := dial(b)
	var targets []Target
	for range 5 {
		target := create(b, c, `i=0; while [ $i -lt 200000 ]; do i=$((i+1)); echo "$i GET /index.html HTTP/1.1 200 a line of a common length"; done`, nil)
		if err := c.ContainerStart(b.Context(), target.ID, container.StartOptions{}); err != nil {
			b.Fatal(err)
		}
		targets = append(targets, target)
	}
	for _, target := range targets {
		ended, errs := c.ContainerWait(b.Context(), target.ID, container.WaitConditionNotRunning)
		select {
		case <-ended:
		case err := <-errs:
			b.Fatal(err)
		}
	}
	b.Run("docker", func(b *testing.B) {
		for b.Loop() {
			var cmds []*exec.Cmd
			for _, target := range targets {
				cmd := exec.Command("docker", "logs", target.ID)
				cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				cmds = append(cmds, cmd)
			}
			for _, cmd := range cmds {
				if err := cmd.Wait(); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("show", func(b *testing.B) {
		for b.Loop() {
			n := 0
			var out bytes.Buffer
			err := Show(b.Context(), c, targets, Options{}, func(e event.Event) {
				out.Reset()
				for _, l := range e.(event.Logs) {
					n++
					out.Write(l.Text)
				}
			})
			if err != nil || n != 1_000_000 {
				b.Fatal(n, err)
			}
		}
	})
}
