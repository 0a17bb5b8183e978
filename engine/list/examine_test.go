//go:build unix

package list

import (
	"fmt"
	"net"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/engine/observe"
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
	n, _ := strconv.Atoi(outside)
	holder := observe.Listener(planner.Engine{}, "tcp", n) // this program, or one that is not known
	want := planner.Host{
		Taken: []planner.TakenPort{
			{Port: free + "/tcp", Holder: "container x-db-1 of project x (service db)"},
			{Port: outside + "/tcp", Holder: holder},
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
