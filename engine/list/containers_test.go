package list

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/compose-orchestrator/compose/project"
)

func TestPortText(t *testing.T) {
	port := func(ip string, private, public uint16, protocol string) container.Port {
		return container.Port{IP: ip, PrivatePort: private, PublicPort: public, Type: protocol}
	}
	for _, tt := range []struct {
		name  string
		ports []container.Port
		want  string
	}{
		{"none", nil, ""},
		{"exposed ones are a range", []container.Port{port("", 9001, 0, "tcp"), port("", 9000, 0, "tcp"), port("", 53, 0, "udp")}, "53/udp, 9000-9001/tcp"},
		{"same numbers are a range", []container.Port{port("0.0.0.0", 81, 81, "tcp"), port("0.0.0.0", 80, 80, "tcp"), port("0.0.0.0", 90, 90, "tcp")}, "0.0.0.0:80-81->80-81/tcp, 0.0.0.0:90->90/tcp"},
		{"others come last", []container.Port{port("::", 80, 8080, "tcp"), port("0.0.0.0", 80, 8080, "tcp"), port("", 90, 0, "tcp")}, "90/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp"},
		{"protocols and addresses apart", []container.Port{port("127.0.0.1", 80, 80, "tcp"), port("127.0.0.1", 81, 81, "udp")}, "127.0.0.1:80->80/tcp, 127.0.0.1:81->81/udp"},
		{"each once", []container.Port{port("", 80, 0, "tcp"), port("", 80, 0, "tcp")}, "80/tcp"},
	} {
		if got := portText(publishers(tt.ports)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEndpoints(t *testing.T) {
	ports := []Publisher{
		{URL: "0.0.0.0", TargetPort: 80, PublishedPort: 8080, Protocol: "tcp"},
		{URL: "::", TargetPort: 80, PublishedPort: 8080, Protocol: "tcp"},
		{URL: "127.0.0.1", TargetPort: 443, PublishedPort: 443, Protocol: "tcp"},
		{URL: "0.0.0.0", TargetPort: 5432, PublishedPort: 5433, Protocol: "tcp"},
		{URL: "::1", TargetPort: 8000, PublishedPort: 80, Protocol: "udp"},
		{URL: "", TargetPort: 9000, Protocol: "tcp"},
	}
	var got []string
	for _, e := range Endpoints(ports, "localhost") {
		got = append(got, e.Text+" "+e.URL)
	}
	want := []string{
		"http://localhost:8080 http://localhost:8080", "https://127.0.0.1 https://127.0.0.1", "5433->5432/tcp ", "[::1]:80->8000/udp ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	for host, want := range map[string]string{
		"unix:///var/run/docker.sock": "localhost", "tcp://build.example:2376": "build.example", "ssh://me@far": "far",
		"http://docker.example.com": "docker.example.com", "npipe:////./pipe/docker_engine": "localhost", "": "localhost", "tcp://[::1]:2375": "::1",
	} {
		if got := MachineOf(host); got != want {
			t.Errorf("%s: got %q, want %q", host, got, want)
		}
	}
}

// The page of a service is one that ps links, on the engine's machine.
func TestPage(t *testing.T) {
	port := func(address string, target, published int, protocol string) Publisher {
		return Publisher{URL: address, TargetPort: target, PublishedPort: published, Protocol: protocol}
	}
	for _, c := range []struct {
		ports []Publisher
		want  string
	}{
		{[]Publisher{port("0.0.0.0", 5432, 5432, "tcp"), port("0.0.0.0", 80, 8080, "tcp")}, "http://build.example:8080"},
		{[]Publisher{port("::", 8443, 443, "tcp")}, "https://build.example"},
		{[]Publisher{port("127.0.0.1", 3000, 3000, "tcp")}, "http://127.0.0.1:3000"},
		{[]Publisher{port("0.0.0.0", 53, 53, "udp"), port("0.0.0.0", 7777, 7778, "tcp")}, "http://build.example:7778"},
		{[]Publisher{port("", 80, 0, "tcp")}, ""},
	} {
		if got := Page(c.ports, MachineOf("ssh://me@build.example")); got != c.want {
			t.Errorf("%v: got %q, want %q", c.ports, got, c.want)
		}
	}
}

func TestShort(t *testing.T) {
	l := listed(container.Summary{
		ID: strings.Repeat("0123456789abcdef", 4), Names: []string{"/demo-web-1"}, Command: `sh -c 'echo "a"; sleep 1000'`,
		Labels: map[string]string{project.LabelService: "web", "a.b": "c,d"},
		Mounts: []container.MountPoint{{Name: strings.Repeat("f", 64)}, {Source: "/short"}},
	})
	short := l.Short()
	for _, tt := range [][2]string{
		{l.Command, `"sh -c 'echo \"a\"; sleep 1000'"`}, {short.Command, `"sh -c 'echo \"a\"; sl…"`},
		{short.ID, "0123456789ab"}, {short.Mounts, "ffffffffffffff…,/short"}, {l.Mounts, strings.Repeat("f", 64) + ",/short"},
		{short.Label("a.b"), "c,d"}, {short.Label("none"), ""},
	} {
		if tt[0] != tt[1] {
			t.Errorf("got %q, want %q", tt[0], tt[1])
		}
	}
}

func TestDetail(t *testing.T) {
	l := Container{Status: "Up 2 hours (unhealthy)", Health: "unhealthy"}
	l.detail(container.InspectResponse{ContainerJSONBase: &container.ContainerJSONBase{
		RestartCount: 3,
		State: &container.State{Health: &container.Health{
			Status: "unhealthy", FailingStreak: 4, Log: []*container.HealthcheckResult{{End: time.Now().Add(-time.Minute)}},
		}},
	}})
	if got, want := l.StatusDetail(), "Up 2 hours (unhealthy, about a minute ago, failed 4 times)"; got != want || *l.Restarts != 3 {
		t.Errorf("got %q and %d restarts, want %q and 3", got, *l.Restarts, want)
	}
	if got := (Container{Status: "Up 2 hours (Paused)"}).StatusDetail(); got != "Up 2 hours (Paused)" {
		t.Errorf("got %q, want the status as it is", got)
	}
}

func TestNameAndTag(t *testing.T) {
	for ref, want := range map[string][2]string{
		"alpine": {"alpine", "latest"}, "docker.io/library/alpine:3": {"alpine", "3"}, "127.0.0.1:5000/a/b:1": {"127.0.0.1:5000/a/b", "1"},
		"sha256:" + strings.Repeat("0a", 32): {}, "0123456789ab": {}, "team/app@sha256:" + strings.Repeat("0a", 32): {"team/app", ""},
	} {
		if name, tag := nameAndTag(ref); name != want[0] || tag != want[1] {
			t.Errorf("%s: got %q and %q, want %q", ref, name, tag, want)
		}
	}
}

func TestStatsOf(t *testing.T) {
	r := container.StatsResponse{ID: "i", Name: "/demo-web-1"}
	r.CPUStats = container.CPUStats{CPUUsage: container.CPUUsage{TotalUsage: 300}, SystemUsage: 2000, OnlineCPUs: 2}
	r.PreCPUStats = container.CPUStats{CPUUsage: container.CPUUsage{TotalUsage: 100}, SystemUsage: 1000}
	r.MemoryStats = container.MemoryStats{Usage: 3 << 20, Limit: 8 << 20, Stats: map[string]uint64{"inactive_file": 1 << 20}}
	r.Networks = map[string]container.NetworkStats{"eth0": {RxBytes: 1000, TxBytes: 500}, "eth1": {RxBytes: 500}}
	r.BlkioStats.IoServiceBytesRecursive = []container.BlkioStatEntry{{Op: "Read", Value: 2000}, {Op: "write", Value: 10}, {Op: "Total", Value: 9}}
	r.PidsStats.Current = 7
	got := statsOf(r)
	usage := Usage{CPU: 0.4, Memory: 2 << 20, Limit: 8 << 20, Received: 1500, Sent: 500, Read: 2000, Wrote: 10, PIDs: 7}
	if got.Usage == nil || *got.Usage != usage {
		t.Errorf("in numbers: got %+v, want %+v", got.Usage, usage)
	}
	got.Usage = nil
	want := Stats{
		BlockIO: "2kB / 10B", CPUPerc: "40.00%", Container: "i", ID: "i", MemPerc: "25.00%", MemUsage: "2MiB / 8MiB",
		Name: "demo-web-1", NetIO: "1.5kB / 500B", PIDs: "7",
	}
	if got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	r.PreCPUStats = container.CPUStats{}
	if got := statsOf(r).CPUPerc; got != "0.00%" {
		t.Errorf("a first sample: got %s, want 0.00%%", got)
	}
}

func TestEventOf(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC)
	h := eventOf(events.Message{
		Type: events.ContainerEventType, Action: "die", TimeNano: at.UnixNano(),
		Actor: events.Actor{ID: "1f", Attributes: map[string]string{
			project.LabelService: "web", project.OwnLabelPrefix + "version": "1", "name": "demo-web-1", "exitCode": "3",
		}},
	})
	want := at.Local().Format("2006-01-02 15:04:05") + ".678901 container die 1f (exitCode=3, name=demo-web-1)"
	if h.String() != want || h.Service != "web" || !h.Time.Equal(at) {
		t.Errorf("got %q of %q at %v, want %q of web at %v", h, h.Service, h.Time, want, at)
	}
}

// One that ends over and over is marked for people, however it is caught; one that was
// restarted long ago is not.
func TestFares(t *testing.T) {
	restarts := 5
	for _, test := range []struct {
		c    Container
		want string
	}{
		{Container{State: "restarting", Status: "Restarting (3) 1 second ago", ExitCode: 3}, "Restarting (3) 1 second ago"},
		{Container{State: "restarting", Status: "Restarting (3) 1 second ago", ExitCode: 3, Restarts: &restarts, Restarted: true}, "Restarting (exit 3, 5 times)"},
		{Container{State: "running", Status: "Up 1 second", Restarts: &restarts, Restarted: true}, "Up, restarted 5 times"},
		{Container{State: "running", Status: "Up 2 hours", Restarts: &restarts}, "Up 2 hours"},
	} {
		if got := test.c.Fares(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
