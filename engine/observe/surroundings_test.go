//go:build unix

package observe

import (
	"net"
	"os"
	"reflect"
	"strconv"
	"testing"

	"github.com/docker/docker/api/types/system"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Only what is asked for costs a call, and no call is made twice.
func TestSurroundingsCalls(t *testing.T) {
	server := enginetest.Start(t, enginetest.Options{})
	testbed.Publish(t, server, "x-db-1", map[string]string{project.LabelProject: "x", project.LabelService: "db"}, "127.0.0.1", "7001")
	for _, test := range []struct {
		look planner.Look
		want map[enginetest.Route]int
	}{
		{planner.Look{}, map[enginetest.Route]int{}},
		{planner.Look{Containers: true}, map[enginetest.Route]int{enginetest.ContainerList: 1}},
		{planner.Look{Containers: true, Networks: true, Images: true, GPUs: true, Devices: []string{"/dev/null"}}, map[enginetest.Route]int{
			enginetest.ContainerList: 1, enginetest.NetworkList: 1, enginetest.Info: 1,
		}},
	} {
		server.ResetCalls()
		around, err := Surroundings(t.Context(), server.Client(), planner.Engine{}, test.look)
		if err != nil {
			t.Fatal(err)
		}
		calls := server.Calls()
		delete(calls, enginetest.PingHead)
		if !reflect.DeepEqual(calls, test.want) {
			t.Errorf("%+v: got %v, want %v", test.look, calls, test.want)
		}
		if test.look.Containers && (len(around.Containers) != 1 || around.Containers[0].String() != "container x-db-1 of project x (service db)") {
			t.Errorf("got %+v", around.Containers)
		}
	}
}

// What of the engine cannot be had is left out, and said.
func TestSurroundingsFailing(t *testing.T) {
	server := enginetest.Start(t, enginetest.Options{})
	server.Fault(enginetest.Info, enginetest.Fault{Status: 500, Message: "no"})
	around, err := Surroundings(t.Context(), server.Client(), planner.Engine{}, planner.Look{Networks: true, Images: true})
	if err == nil || len(around.Networks) == 0 || around.Machine.Arch != "" {
		t.Errorf("got %+v, %v", around, err)
	}
}

// Programs and devices are looked for where the engine runs on this machine.
func TestMachine(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := planner.Port{Number: l.Addr().(*net.TCPAddr).Port, Protocol: "tcp"}
	apart := planner.Port{Address: "127.0.0.2", Number: taken.Number, Protocol: "tcp"}
	look := planner.Look{Ports: []planner.Port{taken, apart}, Devices: []string{"/dev/null", "/dev/nosuch"}, Images: true}
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	info := system.Info{Name: name, Architecture: "aarch64", DockerRootDir: t.TempDir()}
	m := machineOf(t.Context(), info, planner.Engine{}, look)
	if m.Arch != "arm64" || m.Programs[taken] == "" || m.Programs[apart] != "" || len(m.Programs) != 1 {
		t.Errorf("got %+v; port %s", m, strconv.Itoa(taken.Number))
	}
	if m.Here && (!reflect.DeepEqual(m.MissingDevices, []string{"/dev/nosuch"}) || m.DataRoot == "") {
		t.Errorf("got %+v", m)
	}
	info.Name = "another"
	if m := machineOf(t.Context(), info, planner.Engine{}, look); m.Here || len(m.MissingDevices) > 0 || m.DataRoot != "" {
		t.Errorf("in a container: got %+v", m)
	}
	if m := machineOf(t.Context(), system.Info{Name: name}, planner.Engine{Remote: true}, look); m.Here || len(m.Programs) > 0 {
		t.Errorf("elsewhere: got %+v", m)
	}
}
