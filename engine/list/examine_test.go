//go:build unix

package list

import (
	"fmt"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// TestExamineHost: ports are held by containers, by other programs, or free;
// sources of bind mounts are missing where nobody makes them.
func TestExamineHost(t *testing.T) {
	held, outside := takePort(t)
	defer held.Close()
	other, free := takePort(t)
	other.Close()
	dir := t.TempDir()
	testbed.WriteProject(t, dir, fmt.Sprintf(`
name: demo
services:
  web:
    image: alpine
    ports: ["127.0.0.1:%[1]s:1", "127.0.0.2:%[1]s:1", "7002:2", "127.0.0.1:%[2]s:3", "7100-7110:4", "5", "%[1]s:6/udp"]
    volumes:
      - ./made:/made
      - {type: bind, source: ./missing, target: /missing, bind: {create_host_path: false}}
      - {type: bind, source: ., target: /there, bind: {create_host_path: false}}
`, free, outside))
	p := testbed.Load(t, dir)
	server := enginetest.Start(t, enginetest.Options{})
	testbed.Publish(t, server, "x-db-1", map[string]string{project.LabelProject: "x", project.LabelService: "db"}, "127.0.0.1", free)
	testbed.Publish(t, server, "demo-web-1", map[string]string{project.LabelProject: "demo", project.LabelService: "web"}, "0.0.0.0", "7002")

	local, err := ExamineHost(t.Context(), server.Client(), p, "web", planner.Engine{})
	if err != nil {
		t.Fatal(err)
	}
	want := planner.Host{
		Taken: []planner.TakenPort{
			{Port: free + "/tcp", Holder: "container x-db-1 of project x (service db)"},
			{Port: outside + "/tcp", Holder: "a program outside the engine"},
		},
		Missing: []string{dir + "/missing"},
	}
	if !reflect.DeepEqual(local, want) {
		t.Errorf("got %+v, want %+v", local, want)
	}
	remote, err := ExamineHost(t.Context(), server.Client(), p, "web", planner.Engine{Remote: true})
	if err != nil || len(remote.Missing) > 0 || !reflect.DeepEqual(remote.Taken, want.Taken[:1]) {
		t.Errorf("elsewhere: got %+v (%v), want the container alone", remote, err)
	}
}

// takePort takes a port of the machine.
func takePort(t *testing.T) (net.Listener, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return l, port
}

func TestCauseOf(t *testing.T) {
	const layers = "failed to create task for container: failed to create shim task: OCI runtime create failed: " +
		"runc create failed: unable to start container process: "
	for text, want := range map[string]string{
		layers + `exec: "nosuch": executable file not found in $PATH`:                      `exec: "nosuch": executable file not found in $PATH`,
		layers + `error mounting "/a" to rootfs at "/b": not a directory`:                  `error mounting "/a" to rootfs at "/b": not a directory`,
		"driver failed programming: Bind for 0.0.0.0:80 failed: port is already allocated": "Bind for 0.0.0.0:80 failed: port is already allocated",
		"something else": "something else",
	} {
		if got := causeOf(text); got != want {
			t.Errorf("%s:\ngot %s\nwant %s", text, got, want)
		}
	}
}

func TestProbeOf(t *testing.T) {
	ended := time.Unix(1000, 0)
	check := &container.HealthConfig{Test: []string{"CMD", "curl", "-f", "x"}, Timeout: time.Second}
	run := func(code int, output string) *container.Health {
		return &container.Health{FailingStreak: 2, Log: []*container.HealthcheckResult{
			{ExitCode: 0}, {ExitCode: code, Output: output, End: ended},
		}}
	}
	late := probeOf(run(-1, "Health check exceeded timeout (1s): wait\n"), check)
	want := &planner.Probe{
		Test: "curl -f x", Failures: 2, Retries: 3, Timeout: time.Second, ExitCode: -1,
		Output: "Health check exceeded timeout (1s): wait", Ended: ended.UTC(),
	}
	if !reflect.DeepEqual(late, want) {
		t.Errorf("got %+v, want %+v", late, want)
	}
	if p := probeOf(run(-1, "exec failed: no such file"), check); p.Timeout != 0 {
		t.Errorf("what could not be run did not take too long: %+v", p)
	}
	if p := probeOf(&container.Health{}, check); p != nil {
		t.Errorf("none has run: got %+v", p)
	}
}

// TestExamineEnded: a container that ended by itself, and one that is gone.
func TestExamineEnded(t *testing.T) {
	server := enginetest.Start(t, enginetest.Options{})
	c := server.Client()
	created, err := c.ContainerCreate(t.Context(), &container.Config{
		Image: "alpine", Cmd: []string{"sh", "-c", "echo one; echo two >&2; echo three; exit 3"},
	}, nil, nil, nil, "demo-web-1")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.ContainerStart(t.Context(), created.ID, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	ended, failed := c.ContainerWait(t.Context(), created.ID, container.WaitConditionNotRunning)
	select {
	case <-ended:
	case err := <-failed:
		t.Fatal(err)
	}
	f, gone, err := Examine(t.Context(), c, created.ID, ExamineOptions{Tail: 2})
	if err != nil || gone {
		t.Fatal(gone, err)
	}
	if got := strings.Join(f.Logs, " "); got != "two three" {
		t.Errorf("got %q", got)
	}
	if f.Started.IsZero() || f.Finished.Before(f.Started) || f.Stopped || len(f.Signals) > 0 {
		t.Errorf("got %+v", f)
	}
	if _, gone, err := Examine(t.Context(), c, "nosuch", ExamineOptions{}); err != nil || !gone {
		t.Errorf("one that is gone: got %v, %v", gone, err)
	}
}
