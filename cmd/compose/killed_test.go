//go:build !windows

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/project"
)

// An up that is killed at any call that changes the engine leaves what the next
// one brings to the state that one alone would have: the same containers with the
// same addresses, names and anonymous volumes, and nothing beside them.
func TestKilledUp(t *testing.T) {
	t.Parallel()
	killAtEachCall(t, "up", (*killing).up)
}

// So does an apply that is killed: called again it goes on with its plan, which no step of
// its own makes stale.
func TestKilledApply(t *testing.T) {
	t.Parallel()
	killAtEachCall(t, "apply", (*killing).apply)
}

// killAtEachCall brings each case about with a command, and a kill at each call.
func killAtEachCall(t *testing.T, command string, change func(*killing) func() *exec.Cmd) {
	t.Helper()
	host := ""
	if os.Getenv("COMPOSE_TEST_ENGINE") == "1" {
		needAlpine(t)
	} else {
		server := enginetest.Start(t, enginetest.Options{})
		host = server.Host
	}
	for _, c := range killedCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := newKilling(t, host, command, c)
			k.change = change
			want, calls := k.run(0)
			if calls == 0 || !strings.Contains(want, "running") {
				t.Fatalf("%d calls, which end with\n%s", calls, want)
			}
			for n := 1; n <= calls; n += killEvery {
				if got, _ := k.run(n); got != want {
					t.Errorf("killed at call %d of %d:\n%s\nwant:\n%s", n, calls, got, want)
				}
			}
		})
	}
}

// killedCase is an up of the file after, where that of before ran.
type killedCase struct {
	name, before, after string
	args                []string
}

const killedService = `{image: alpine, command: [sleep, "1000"], stop_grace_period: 0s, `

var killedCases = []killedCase{
	{
		name: "network",
		before: `services:
  web: ` + killedService + `networks: {back: {ipv4_address: SUBNET.10, aliases: [foo]}, front: {}}}
  side: ` + killedService + `network_mode: "service:web"}
  db: ` + killedService + `networks: [back]}
  gone: ` + killedService + `networks: {back: {aliases: [bar]}}}
networks: {front: {}, back: {ipam: {config: [{subnet: SUBNET.0/24}]}}}
`,
		after: `services:
  web: ` + killedService + `networks: {back: {ipv4_address: SUBNET.10, aliases: [foo]}, front: {}}}
  side: ` + killedService + `network_mode: "service:web"}
  db: ` + killedService + `networks: [back]}
networks: {front: {}, back: {labels: {a: b}, ipam: {config: [{subnet: SUBNET.0/24}]}}}
`,
		args: []string{"web"},
	},
	{
		name: "volume",
		before: `services:
  db: ` + killedService + `scale: 2, volumes: ["data:/data", "/cache"]}
volumes: {data: {}}
`,
		after: `services:
  db: ` + killedService + `scale: 2, volumes: ["data:/data", "/cache"]}
volumes: {data: {labels: {a: b}}}
`,
		args: []string{"--yes"},
	},
}

// killing runs a case again and again.
type killing struct {
	*testing.T
	killedCase
	dir, project string
	gate         *gate
	c            *client.Client
	// change prepares what brings the project to the file after, and makes the command.
	change func(*killing) func() *exec.Cmd
}

// up brings the project up.
func (k *killing) up() func() *exec.Cmd {
	return func() *exec.Cmd { return k.command("after.yaml", append([]string{"up", "-d"}, k.args...)...) }
}

// apply plans now, and carries that out.
func (k *killing) apply() func() *exec.Cmd {
	k.Helper()
	const changes = 2 // the exit code
	saving := k.command("after.yaml", append([]string{"plan", "-o", "plan.json"}, k.args...)...)
	if out, err := saving.CombinedOutput(); saving.ProcessState.ExitCode() != changes {
		k.Fatalf("%v: %v\n%s", saving.Args, err, out)
	}
	return func() *exec.Cmd { return composeCommand(k.T, k.dir, k.gate.host, "apply", "plan.json") }
}

func newKilling(t *testing.T, host, command string, c killedCase) *killing {
	t.Helper()
	k := &killing{T: t, killedCase: c, dir: t.TempDir(), project: fmt.Sprintf("ckill%d%s%s", os.Getpid(), command, c.name)}
	for name, text := range map[string]string{"before.yaml": c.before, "after.yaml": c.after} {
		if err := os.WriteFile(filepath.Join(k.dir, name), []byte(strings.ReplaceAll(text, "SUBNET", ownSubnet(len(command)-len("up")))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	k.c = clientAt(t, host)
	k.gate = newGate(t, strings.TrimPrefix(k.c.DaemonHost(), "unix://"))
	t.Cleanup(func() {
		_ = k.command("before.yaml", "down", "-v", "--remove-orphans").Run()
		_ = k.c.Close()
	})
	return k
}

func (k *killing) command(file string, args ...string) *exec.Cmd {
	return composeCommand(k.T, k.dir, k.gate.host, append([]string{"-p", k.project, "-f", file}, args...)...)
}

// run brings the case about, with a kill at the call of that number (0: none),
// and returns what there is then and how many calls there were.
func (k *killing) run(at int) (state string, calls int) {
	k.Helper()
	must := func(cmd *exec.Cmd) {
		k.Helper()
		if out, err := cmd.CombinedOutput(); err != nil {
			k.Fatalf("%v: %v\n%s", cmd.Args, err, out)
		}
	}
	must(k.command("before.yaml", "down", "-v", "--remove-orphans"))
	must(k.command("before.yaml", "up", "-d"))
	before := k.look()
	change := k.change(k)
	killed := change()
	var out bytes.Buffer
	killed.Stdout, killed.Stderr = &out, &out
	k.gate.set(at, func() { _ = killed.Process.Kill() })
	err := k.gate.start(killed)
	if err == nil {
		err = killed.Wait()
	}
	calls = k.gate.set(0, nil)
	if (err != nil) != (at > 0) {
		k.Fatalf("killed at %d: %v\n%s", at, err, out.String())
	}
	if at > 0 {
		must(change())
	}
	return k.compare(before), calls
}

// look inspects the project's containers, by name.
func (k *killing) look() map[string]container.InspectResponse {
	k.Helper()
	ctx := context.Background()
	mine := filters.NewArgs(filters.Arg("label", project.LabelProject+"="+k.project))
	list, err := k.c.ContainerList(ctx, container.ListOptions{All: true, Filters: mine})
	if err != nil {
		k.Fatal(err)
	}
	found := map[string]container.InspectResponse{}
	for _, s := range list {
		c, err := k.c.ContainerInspect(ctx, s.ID)
		if err != nil {
			k.Fatal(err)
		}
		found[c.Name] = c
	}
	return found
}

// compare says what of each container is as before, and which volumes there are.
func (k *killing) compare(before map[string]container.InspectResponse) string {
	k.Helper()
	var b strings.Builder
	now := k.look()
	for _, name := range slices.Sorted(maps.Keys(now)) {
		c, was := now[name], before[name]
		fmt.Fprintf(&b, "%s %s same: %t", name, c.State.Status, was.ContainerJSONBase != nil && c.ID == was.ID)
		for _, network := range slices.Sorted(maps.Keys(c.NetworkSettings.Networks)) {
			e := c.NetworkSettings.Networks[network]
			aliases := slices.DeleteFunc(slices.Clone(e.Aliases), func(a string) bool { return a == c.ID[:12] }) // API before 1.45
			fmt.Fprintf(&b, " %s %s", network, aliases)
			if e.IPAMConfig != nil && e.IPAMConfig.IPv4Address != "" {
				fmt.Fprintf(&b, " %s %s", e.IPAMConfig.IPv4Address, e.IPAddress)
			}
		}
		var volumes []string
		for _, m := range c.Mounts {
			kept := slices.ContainsFunc(was.Mounts, func(o container.MountPoint) bool { return o.Name == m.Name })
			volumes = append(volumes, fmt.Sprintf(" %s kept: %t", m.Destination, kept))
		}
		slices.Sort(volumes)
		b.WriteString(strings.Join(volumes, "") + "\n")
	}
	list, err := k.c.VolumeList(context.Background(), volume.ListOptions{Filters: filters.NewArgs(filters.Arg("label", project.LabelProject+"="+k.project))})
	if err != nil {
		k.Fatal(err)
	}
	for _, v := range list.Volumes {
		b.WriteString(v.Name + "\n")
	}
	return b.String()
}

// gate stands between a program and the engine, and counts the calls that change
// something.
type gate struct {
	host  string
	proxy *httputil.ReverseProxy

	passing sync.WaitGroup // requests that change something and are under way

	mu    sync.Mutex // guards below
	calls int
	at    int
	do    func()
}

// newGate listens in front of the engine at a socket.
func newGate(t *testing.T, socket string) *gate {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "gate")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "d.sock"))
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{host: "unix://" + filepath.Join(dir, "d.sock")}
	g.proxy = httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "engine"})
	g.proxy.FlushInterval, g.proxy.ErrorLog = -1, log.New(io.Discard, "", 0) // of cut requests
	g.proxy.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}}
	server := &http.Server{Handler: g}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
		_ = os.RemoveAll(dir)
	})
	return g
}

// set begins to count anew: do is called in place of the call of that number,
// which gets no answer. It returns how many calls there were.
func (g *gate) set(at int, do func()) int {
	g.passing.Wait() // what a killed program had sent is not for the next one to meet on its way
	g.mu.Lock()
	defer g.mu.Unlock()
	calls := g.calls
	g.calls, g.at, g.do = 0, at, do
	return calls
}

// start starts a program, before any request of it is looked at.
func (g *gate) start(cmd *exec.Cmd) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return cmd.Start()
}

// ServeHTTP passes a request on, unless the program was killed.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	writes := r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasSuffix(r.URL.Path, "/wait")
	if writes {
		g.calls++
	}
	over := g.at > 0 && g.calls >= g.at
	if over && g.do != nil {
		g.do()
		g.do = nil
	}
	if writes && !over {
		g.passing.Add(1)
		defer g.passing.Done()
	}
	g.mu.Unlock()
	if over {
		panic(http.ErrAbortHandler)
	}
	g.proxy.ServeHTTP(w, r)
}
