package enginetest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

// subject is an engine under test, the one of this package or a real one, with
// what a case made of it so far.
type subject struct {
	*client.Client
	t      *testing.T
	name   string             // a prefix of this case's own for the names of things
	memory *enginetest.Engine // nil on a real engine
}

var subjects atomic.Int64

// both runs a case on the engine in memory and, with COMPOSE_TEST_ENGINE=1, on
// the one that DOCKER_HOST names.
func both(t *testing.T, f func(t *testing.T, s *subject)) {
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		server := enginetest.Start(t, enginetest.Options{})
		f(t, newSubject(t, server.Client(), server.Engine))
	})
	if os.Getenv("COMPOSE_TEST_ENGINE") != "1" {
		return
	}
	t.Run("real", func(t *testing.T) {
		t.Parallel()
		c, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		f(t, newSubject(t, c, nil))
	})
}

func newSubject(t *testing.T, c *client.Client, e *enginetest.Engine) *subject {
	s := &subject{Client: c, t: t, memory: e, name: fmt.Sprintf("et-%d-%d", os.Getpid(), subjects.Add(1))}
	t.Cleanup(s.clean)
	return s
}

// clean removes everything whose name begins with the case's prefix.
func (s *subject) clean() {
	ctx := context.Background()
	named := filters.NewArgs(filters.Arg("name", s.name))
	list, _ := s.ContainerList(ctx, containertypes.ListOptions{All: true, Filters: named})
	for _, c := range list {
		_ = s.ContainerRemove(ctx, c.ID, containertypes.RemoveOptions{Force: true, RemoveVolumes: true})
	}
	networks, _ := s.NetworkList(ctx, network.ListOptions{Filters: named})
	for _, n := range networks {
		_ = s.NetworkRemove(ctx, n.ID)
	}
	volumes, _ := s.VolumeList(ctx, volume.ListOptions{Filters: named})
	for _, v := range volumes.Volumes {
		_ = s.VolumeRemove(ctx, v.Name, true)
	}
}

// spec is what a case says of a container.
type spec struct {
	containertypes.Config
	Host containertypes.HostConfig
	Net  network.NetworkingConfig
}

// sh is a container of busybox that runs a script.
func sh(script string) spec {
	return spec{Config: containertypes.Config{Image: "busybox", Cmd: []string{"sh", "-c", script}}}
}

// create makes a container under the case's prefix and returns its id.
func (s *subject) create(name string, c spec) string {
	s.t.Helper()
	id, err := s.tryCreate(name, c)
	s.check(err)
	return id
}

func (s *subject) tryCreate(name string, c spec) (string, error) {
	r, err := s.ContainerCreate(s.t.Context(), &c.Config, &c.Host, &c.Net, nil, s.name+name)
	return r.ID, err
}

func (s *subject) start(id string) {
	s.t.Helper()
	s.check(s.ContainerStart(s.t.Context(), id, containertypes.StartOptions{}))
}

func (s *subject) run(name string, c spec) string {
	s.t.Helper()
	id := s.create(name, c)
	s.start(id)
	return id
}

// wait waits until the container does not run and returns its exit code.
func (s *subject) wait(id string) int {
	s.t.Helper()
	done, failed := s.ContainerWait(s.t.Context(), id, containertypes.WaitConditionNotRunning)
	select {
	case r := <-done:
		return int(r.StatusCode)
	case err := <-failed:
		s.t.Fatal(err)
	}
	return -1
}

// waitListed waits until listings have a container in the state. A real engine
// answers a wait before it brings its list up to date, and then tells the event.
func (s *subject) waitListed(id, state string) {
	s.t.Helper()
	mine := filters.NewArgs(filters.Arg("container", id))
	happened, failed := s.Events(s.t.Context(), events.ListOptions{Since: "1", Filters: mine})
	for {
		list, err := s.ContainerList(s.t.Context(), containertypes.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("id", id))})
		s.check(err)
		if len(list) == 1 && list[0].State == state {
			return
		}
		select {
		case <-happened:
		case err := <-failed:
			s.t.Fatal(err)
		}
	}
}

func (s *subject) inspect(id string) containertypes.InspectResponse {
	s.t.Helper()
	c, err := s.ContainerInspect(s.t.Context(), id)
	s.check(err)
	return c
}

func (s *subject) stop(id string, seconds int) {
	s.t.Helper()
	s.check(s.ContainerStop(s.t.Context(), id, containertypes.StopOptions{Timeout: &seconds}))
}

func (s *subject) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// fails checks an error's text and its kind.
func (s *subject) fails(err error, is func(error) bool, words ...string) {
	s.t.Helper()
	if err == nil {
		s.t.Fatalf("got no error, want one with %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			s.t.Errorf("got %q, want it to have %q", err, w)
		}
	}
	if is != nil && !is(err) {
		s.t.Errorf("got %q of type %T, which is of another kind than wanted", err, err)
	}
}

// logs returns a container's output and errors.
func (s *subject) logs(id string, o containertypes.LogsOptions) (stdout, stderr string) {
	s.t.Helper()
	o.ShowStdout, o.ShowStderr = true, true
	r, err := s.ContainerLogs(s.t.Context(), id, o)
	s.check(err)
	defer r.Close()
	var out, errs bytes.Buffer
	_, err = stdcopy.StdCopy(&out, &errs, r)
	s.check(err)
	return out.String(), errs.String()
}

// exec runs a command in a container and returns its output and exit code.
func (s *subject) exec(id string, stdin string, cmd ...string) (string, int) {
	s.t.Helper()
	x, err := s.ContainerExecCreate(s.t.Context(), id, containertypes.ExecOptions{
		Cmd: cmd, AttachStdin: stdin != "", AttachStdout: true, AttachStderr: true,
	})
	s.check(err)
	h, err := s.ContainerExecAttach(s.t.Context(), x.ID, containertypes.ExecAttachOptions{})
	s.check(err)
	defer h.Close()
	if stdin != "" {
		_, err = io.WriteString(h.Conn, stdin)
		s.check(err)
		s.check(h.CloseWrite())
	}
	var out bytes.Buffer
	_, err = stdcopy.StdCopy(&out, &out, h.Reader)
	s.check(err)
	// The stream may end just before the exit code is recorded.
	for range 100 {
		i, err := s.ContainerExecInspect(s.t.Context(), x.ID)
		s.check(err)
		if !i.Running {
			return out.String(), i.ExitCode
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatal("the command's end was not recorded")
	return "", 0
}

// listing is a container's entry in the list.
func (s *subject) listing(name string) containertypes.Summary {
	s.t.Helper()
	list, err := s.ContainerList(s.t.Context(), containertypes.ListOptions{
		All: true, Filters: filters.NewArgs(filters.Arg("name", "^/"+s.name+name+"$")),
	})
	s.check(err)
	if len(list) != 1 {
		s.t.Fatalf("got %d containers of the name %s, want one", len(list), s.name+name)
	}
	return list[0]
}

// happened returns the events of containers, networks and volumes of this case
// since a time, as "type action".
func (s *subject) happened(since time.Time, args ...filters.KeyValuePair) []string {
	s.t.Helper()
	messages, errs := s.Events(s.t.Context(), events.ListOptions{
		Since: since.Format(time.RFC3339Nano), Until: strconv.FormatInt(time.Now().Unix(), 10) + fmt.Sprintf(".%09d", time.Now().Nanosecond()),
		Filters: filters.NewArgs(args...),
	})
	var out []string
	for {
		select {
		case m := <-messages:
			out = append(out, string(m.Type)+" "+string(m.Action))
		case err := <-errs:
			if err != io.EOF {
				s.t.Fatal(err)
			}
			return out
		}
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func equalList(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}
