package enginetest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

func memory(t *testing.T, o enginetest.Options) *subject {
	t.Helper()
	server := enginetest.Start(t, o)
	return newSubject(t, server.Client(), server.Engine)
}

// pull pulls an image and returns the last status line.
func (s *subject) pull(ref string) (string, error) {
	r, err := s.ImagePull(s.t.Context(), ref, image.PullOptions{})
	if err != nil {
		return "", err
	}
	defer r.Close()
	last := ""
	for dec := json.NewDecoder(r); ; {
		var m jsonmessage.JSONMessage
		if err := dec.Decode(&m); err == io.EOF {
			return last, nil
		} else if err != nil {
			return "", err
		}
		if m.Error != nil {
			return "", m.Error
		}
		last = m.Status
	}
}

func TestPull(t *testing.T) {
	ctx := t.Context()
	v1 := enginetest.Image{Cmd: []string{"sh"}, Labels: map[string]string{"v": "1"}}
	v2 := v1
	v2.Labels = map[string]string{"v": "2"}
	s := memory(t, enginetest.Options{Images: map[string]enginetest.Image{}, Registry: map[string]enginetest.Image{"reg.test/team/web": v1}})

	_, err := s.ImageInspect(ctx, "reg.test/team/web")
	s.fails(err, cerrdefs.IsNotFound, "No such image: reg.test/team/web:latest")
	status, err := s.pull("reg.test/team/web")
	s.check(err)
	equal(t, "first pull", status, "Status: Downloaded newer image for reg.test/team/web:latest")
	old, err := s.ImageInspect(ctx, "reg.test/team/web")
	s.check(err)
	equal(t, "label", old.Config.Labels["v"], "1")
	status, err = s.pull("reg.test/team/web")
	s.check(err)
	equal(t, "second pull", status, "Status: Image is up to date for reg.test/team/web:latest")

	s.memory.SetRegistry("reg.test/team/web", v2)
	_, err = s.pull("reg.test/team/web:latest")
	s.check(err)
	moved, err := s.ImageInspect(ctx, "reg.test/team/web")
	s.check(err)
	equal(t, "label", moved.Config.Labels["v"], "2")
	still, err := s.ImageInspect(ctx, old.ID)
	s.check(err) // the old one is there without a reference
	equal(t, "references of the old one", len(still.RepoTags), 0)
	_, err = s.ImageInspect(ctx, moved.RepoDigests[0])
	s.check(err)
	d, err := s.DistributionInspect(ctx, "reg.test/team/web", "")
	s.check(err)
	equal(t, "digest", "reg.test/team/web@"+d.Descriptor.Digest.String(), moved.RepoDigests[0])

	_, err = s.pull("et-nosuch")
	s.fails(err, cerrdefs.IsNotFound, "pull access denied for et-nosuch, repository does not exist or may require 'docker login'")
	_, err = s.pull("reg.test/team/web:other")
	s.fails(err, cerrdefs.IsNotFound, "manifest for reg.test/team/web:other not found: manifest unknown")
	_, err = s.ImagePull(ctx, "reg.test/team/web", image.PullOptions{Platform: "linux/arm64"})
	s.fails(err, cerrdefs.IsNotFound, "does not match the specified platform")
}

func TestPush(t *testing.T) {
	s := memory(t, enginetest.Options{})
	s.check(s.ImageTag(t.Context(), "busybox", "reg.test/mine:1"))
	r, err := s.ImagePush(t.Context(), "reg.test/mine:1", image.PushOptions{RegistryAuth: "e30="})
	s.check(err)
	text, err := io.ReadAll(r)
	s.check(err)
	if !strings.Contains(string(text), "1: digest: sha256:") {
		t.Errorf("got the stream %s", text)
	}
	s.memory.RemoveImage("reg.test/mine:1")
	_, err = s.pull("reg.test/mine:1")
	s.check(err)
}

func TestCallsAreCounted(t *testing.T) {
	s := memory(t, enginetest.Options{})
	s.memory.ResetCalls()
	id := s.run("-a", sh("true"))
	s.inspect(id)
	s.inspect(id)
	calls := s.memory.Calls()
	for route, want := range map[enginetest.Route]int{
		enginetest.ContainerCreate: 1, enginetest.ContainerStart: 1, enginetest.ContainerInspect: 2, enginetest.ContainerList: 0,
	} {
		equal(t, string(route), calls[route], want)
	}
}

func TestFaults(t *testing.T) {
	ctx := t.Context()
	s := memory(t, enginetest.Options{})
	list := func(ctx context.Context) error {
		_, err := s.ContainerList(ctx, containertypes.ListOptions{})
		return err
	}
	s.memory.Fault(enginetest.ContainerList, enginetest.Fault{Status: 500, Message: "out of order", Times: 1, After: 1})
	s.check(list(ctx))
	s.fails(list(ctx), cerrdefs.IsInternal, "out of order")
	s.check(list(ctx))

	s.memory.Fault(enginetest.ContainerList, enginetest.Fault{DropConnection: true}) // net/http tries once more
	s.fails(list(ctx), nil, "EOF")
	s.memory.ClearFaults()
	s.check(list(ctx))

	s.memory.Fault(enginetest.ContainerList, enginetest.Fault{Hang: true})
	hasty, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if err := list(hasty); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v from a request that hangs", err)
	}
	s.memory.ClearFaults()
	s.check(list(ctx))
}

// A pull that stalls has said how far it is, and goes on when it is let.
func TestStall(t *testing.T) {
	s := memory(t, enginetest.Options{Registry: map[string]enginetest.Image{"big": {}}})
	goOn := make(chan struct{})
	s.memory.Fault("POST /images/create", enginetest.Fault{Stall: goOn, Writes: 2})
	news, err := s.ImagePull(t.Context(), "big", image.PullOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer news.Close()
	lines := bufio.NewScanner(news)
	for range 2 {
		if !lines.Scan() {
			t.Fatal("the pull ended: ", lines.Err())
		}
	}
	more := make(chan bool)
	go func() { more <- lines.Scan() }()
	select {
	case <-more:
		t.Error("it went on by itself: ", lines.Text())
	case <-time.After(20 * time.Millisecond):
		close(goOn)
		if !<-more {
			t.Error("it did not go on")
		}
	}
}

func TestVersions(t *testing.T) {
	s := memory(t, enginetest.Options{APIVersion: "1.43"})
	if _, err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.NegotiateAPIVersion(t.Context())
	equal(t, "negotiated version", s.ClientVersion(), "1.43")
	for version, want := range map[string]string{
		"1.44": "client version 1.44 is too new. Maximum supported API version is 1.43",
		"1.40": "client version 1.40 is too old. Minimum supported API version is 1.41",
	} {
		c, err := client.NewClientWithOpts(client.WithHost(s.DaemonHost()), client.WithVersion(version))
		s.check(err)
		_, err = c.ContainerList(t.Context(), containertypes.ListOptions{})
		s.fails(err, nil, want)
		s.check(c.Close())
	}
}

func TestIDsDependOnNothing(t *testing.T) {
	ids := func() string {
		s := memory(t, enginetest.Options{})
		// The case's prefix differs, the ids do not.
		return s.create("-a", sh("true")) + s.create("-b", sh("true"))
	}
	equal(t, "ids of a second engine", ids(), ids())
}

func TestHostFolders(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte("of the host\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := sh("cat /d/f /f; echo changed >/d/f; true")
	c.Host.Binds = []string{dir + ":/d", filepath.Join(dir, "f") + ":/f:ro"}
	for _, folders := range [][]string{nil, {dir}} {
		s := memory(t, enginetest.Options{HostFolders: folders})
		id := s.run("-a", c)
		s.wait(id)
		out, _ := s.logs(id, containertypes.LogsOptions{})
		want := ""
		if folders != nil {
			want = "of the host\nof the host\n"
		}
		equal(t, "output", out, want)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "f")); err != nil || string(data) != "of the host\n" {
		t.Errorf("the host's file is %q now, %v", data, err)
	}
}

func TestPrograms(t *testing.T) {
	greet := func(ctx context.Context, p *enginetest.Process) int {
		name, err := io.ReadAll(p.Stdin)
		if err != nil {
			return 1
		}
		_, _ = io.WriteString(p.Stdout, p.Getenv("GREETING")+" "+string(name)+strings.Join(p.Args[1:], ",")+"\n")
		select {
		case sig := <-p.Signals():
			return sig
		case <-ctx.Done():
			return 1
		}
	}
	s := memory(t, enginetest.Options{Images: map[string]enginetest.Image{"greeter": {
		Cmd: []string{"greet", "you", "there"}, Env: []string{"GREETING=hello"}, Scratch: true,
		Programs: map[string]enginetest.Program{"greet": greet},
	}}})
	c := spec{}
	c.Image = "greeter"
	id := s.run("-a", c)
	s.waitLog(id, "hello you,there")
	s.stop(id, 10)
	equal(t, "exit code", s.inspect(id).State.ExitCode, 15)
	c.Cmd = []string{"sh", "-c", "true"}
	err := s.ContainerStart(t.Context(), s.create("-b", c), containertypes.StartOptions{})
	s.fails(err, cerrdefs.IsInvalidArgument, `exec: "sh": executable file not found in $PATH`)
}

// TestCloseEndsEverything closes an engine in the middle of it all.
func TestCloseEndsEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	server, err := enginetest.Listen(enginetest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := server.Client()
	if err != nil {
		t.Fatal(err)
	}
	s := &subject{Client: c, t: t, name: "et-close", memory: server.Engine}
	busy := sh("sleep 100 & while :; do echo x | cat; done")
	busy.Healthcheck = &containertypes.HealthConfig{Test: []string{"CMD", "sleep", "100"}, Interval: time.Millisecond}
	id := s.run("-a", busy)
	crashing := sh("exit 1")
	crashing.Host.RestartPolicy.Name = "always"
	s.run("-b", crashing)
	reading := sh("read x")
	reading.OpenStdin = true
	reader := s.run("-c", reading)

	var streams sync.WaitGroup
	follow, err := s.ContainerLogs(t.Context(), id, containertypes.LogsOptions{ShowStdout: true, Follow: true})
	s.check(err)
	streams.Go(func() { _, _ = io.Copy(io.Discard, follow) })
	messages, errs := s.Events(t.Context(), events.ListOptions{})
	streams.Go(func() {
		for {
			select {
			case <-messages:
			case <-errs:
				return
			}
		}
	})
	h, err := s.ContainerAttach(t.Context(), reader, containertypes.AttachOptions{Stream: true, Stdin: true, Stdout: true})
	s.check(err)
	streams.Go(func() { _, _ = io.Copy(io.Discard, h.Reader) })

	server.Close()
	streams.Wait()
	s.check(follow.Close())
	h.Close()
	s.check(c.Close())
	http.DefaultClient.CloseIdleConnections()
	for range 500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	buf := make([]byte, 1<<20)
	t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
}

func TestManyAtOnce(t *testing.T) {
	s := memory(t, enginetest.Options{})
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			c := sh("echo line; exit 2")
			c.Host.Binds = []string{s.name + "-shared:/v"}
			r, err := s.ContainerCreate(t.Context(), &c.Config, &c.Host, &c.Net, nil, s.name+"-"+string(rune('a'+i/10))+string(rune('a'+i%10)))
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.ContainerStart(t.Context(), r.ID, containertypes.StartOptions{}); err != nil {
				t.Error(err)
			}
			done, errs := s.ContainerWait(t.Context(), r.ID, containertypes.WaitConditionNotRunning)
			select {
			case d := <-done:
				if d.StatusCode != 2 {
					t.Errorf("got the exit code %d", d.StatusCode)
				}
			case err := <-errs:
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
