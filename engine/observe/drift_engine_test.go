package observe

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/dial"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// someID is a container's id as changes show it.
var someID = regexp.MustCompile(`\b[0-9a-f]{12}\b`)

// everything uses all attributes whose effect a container shows.
const everything = `
name: obs-drift
services:
  full:
    image: docker.io/library/alpine:latest
    command: ["sleep", "1000"]
    entrypoint: ["env"]
    environment: {A: "1", EMPTY: "", SECRET: hunter2}
    labels: {com.example.a: "1", empty: ""}
    user: "0:0"
    working_dir: /srv
    hostname: full
    domainname: example.test
    tty: true
    stdin_open: true
    stop_signal: SIGINT
    stop_grace_period: 3s
    init: true
    restart: on-failure:3
    healthcheck: {test: ["CMD", "true"], interval: 30s, timeout: 5s, retries: 2, start_period: 1s}
    ports: ["127.0.0.1:18311:80", "18312:81/udp", "82"]
    expose: ["90"]
    volumes:
      - ./src:/src
      - ./ro:/ro:ro
      - data:/data
      - /anonymous
      - {type: tmpfs, target: /t1, tmpfs: {size: 1m}}
      - {type: bind, source: ./src, target: /long, bind: {create_host_path: false, propagation: private}}
      - {type: volume, source: data, target: /nocopy, volume: {nocopy: true}}
    tmpfs: ["/t2:size=64k,mode=700"]
    networks:
      default: {aliases: [other]}
      fixed: {ipv4_address: 10.231.7.9, priority: 5}
    extra_hosts: ["a.test:10.0.0.1", "b.test:10.0.0.2"]
    dns: [10.0.0.3]
    dns_search: [example.test]
    dns_opt: ["ndots:2"]
    cap_add: [NET_ADMIN]
    cap_drop: [cap_chown]
    devices: ["/dev/null:/dev/nothing"]
    device_cgroup_rules: ["c 1:3 mr"]
    group_add: ["4"]
    security_opt: ["no-new-privileges:true"]
    read_only: true
    ipc: shareable
    pid: host
    sysctls: {net.core.somaxconn: "1024"}
    ulimits: {nofile: {soft: 1000, hard: 2000}, nproc: 100}
    shm_size: 32m
    mem_limit: 64m
    mem_reservation: 32m
    cpus: 0.5
    cpu_shares: 512
    cpuset: "0"
    pids_limit: 100
    oom_score_adj: 100
    logging: {driver: json-file, options: {max-size: 1m}}
    secrets: [token]
  plain:
    image: redis
  limited:
    image: nginx
    privileged: true
    deploy: {resources: {limits: {memory: 64m, cpus: "0.25", pids: 50}, reservations: {memory: 16m}}, restart_policy: {condition: any}}
    healthcheck: {disable: true}
    depends_on: [plain]
  beside:
    image: alpine
    command: sleep 1000
    network_mode: service:plain
    volumes_from: [plain:ro]
  hosted:
    image: alpine
    command: sleep 1000
    network_mode: host
    ipc: host
    uts: host
  short:
    image: alpine
    build: {context: .}
    command: sleep 1000
    links: [plain:alias]
    env_file: [vars.env]
volumes: {data: {}}
networks:
  fixed: {ipam: {config: [{subnet: 10.231.7.0/24}]}}
secrets: {token: {file: ./token}}
`

// everythingFiles are what the file refers to.
var everythingFiles = map[string]string{"token": "hunter2", "vars.env": "FROM_FILE=1\n", "src/a": "", "ro/a": ""}

// driftBed brings everything up with docker-compose.
func driftBed(t *testing.T) (c *dial.Conn, dir string) {
	t.Helper()
	c = testbed.Real(t)
	dir = t.TempDir()
	for name, content := range everythingFiles {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	testbed.WriteProject(t, dir, everything)
	t.Cleanup(func() {
		testbed.WriteProject(t, dir, everything)
		testbed.Peer(t, dir, "down", "-v", "-t", "0")
	})
	testbed.Peer(t, dir, "up", "-d", "--no-build")
	// Once more: a recreated container has inherited its anonymous volumes.
	testbed.Peer(t, dir, "up", "-d", "--no-build", "--force-recreate", "-t", "0", "full")
	return c, dir
}

// drifts compares every container with its service, whatever the hash.
func drifts(t *testing.T, c *dial.Conn, dir string) map[string]*planner.Drift {
	t.Helper()
	o := Options{Project: testbed.Load(t, dir), Engine: c.Engine, Skip: Drift | Images}
	s, err := Project(t.Context(), c.Client, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Bind.ContainerID, o.Bind.APIVersion = firstContainer(s.Containers), c.Engine.APIVersion
	all := map[string]*planner.Drift{}
	for i := range s.Containers {
		found := &s.Containers[i]
		if _, ok := o.Project.Services[found.Service]; !ok {
			continue
		}
		if all[found.Service], err = driftOf(t.Context(), c.Client, o, found); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// What docker-compose made of a file shows no difference to what we would make
// of it, and each change of the file shows.
func TestDriftEngine(t *testing.T) {
	testbed.NeedAPI(t, "1.42", "an old one gives a privileged container what this machine may not have")
	c, dir := driftBed(t)
	t.Run("made by docker-compose", func(t *testing.T) { testPeerDrift(t, c, dir) })
	t.Run("made by us", func(t *testing.T) { testOwnDrift(t, c, dir) })
	t.Run("changed", func(t *testing.T) { testChanges(t, c, dir) })
}

func testPeerDrift(t *testing.T, c *dial.Conn, dir string) {
	s, err := Project(t.Context(), c.Client, Options{Project: testbed.Load(t, dir), Engine: c.Engine})
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range s.Containers {
		if found.Service == "full" && found.Drift == nil {
			t.Error("docker-compose 2.40 hashes bind mounts otherwise; full should have been compared")
		}
	}
	for service, d := range drifts(t, c, dir) {
		if d == nil {
			t.Errorf("%s: not compared", service)
		} else if len(d.Changes) != 0 || d.SameTool {
			t.Errorf("%s as docker-compose made it: got %+v", service, d)
		}
	}
}

// driftChanges are edits of a service, and the differences that they show as.
var driftChanges = []struct{ service, old, new, want string }{
	{"full", "alpine:latest", "alpine:3", "image alpine:latest alpine:3"},
	{"full", `command: ["sleep", "1000"]`, `command: ["sleep", "2000"]`, "command sleep 1000 sleep 2000"},
	{"full", `entrypoint: ["env"]`, `entrypoint: ["env", "-i"]`, "entrypoint env env -i"},
	{"full", `A: "1",`, `A: "2",`, "environment.A 1 2"},
	{"full", `SECRET: hunter2`, `SECRET: hunter3`, "environment.SECRET"},
	{"full", `SECRET: hunter2`, ``, "environment.SECRET"},
	{"full", `com.example.a: "1"`, `com.example.b: "1"`, "labels.com.example.a 1; labels.com.example.b 1"},
	{"full", `user: "0:0"`, `user: "1"`, "user 0:0 1"},
	{"full", "working_dir: /srv", "", "working_dir /srv"},
	{"full", "hostname: full", "", "hostname full"},
	{"full", "domainname: example.test", "", "domainname example.test"},
	{"full", "tty: true", "", "tty true"},
	{"full", "stdin_open: true", "", "stdin_open true"},
	{"full", "SIGINT", "SIGQUIT", "stop_signal SIGINT SIGQUIT"},
	{"full", "period: 3s", "period: 4s", "stop_grace_period 3 4"},
	{"full", "init: true", "", "init true"},
	{"full", "on-failure:3", "always", "restart on-failure:3 always"},
	{"full", "restart: on-failure:3", "", "restart on-failure:3"},
	{"full", "interval: 30s", "interval: 31s", "healthcheck.interval 30s 31s"},
	{"full", `["CMD", "true"]`, `["CMD", "false"]`, "healthcheck.test CMD true CMD false"},
	{"full", "18311", "18313", "ports.80 127.0.0.1:18311:80/tcp 127.0.0.1:18313:80/tcp"},
	{"full", `, "82"`, ``, "expose 80 81/udp 82 90 80 81/udp 90; ports.82 82/tcp"},
	{"full", `expose: ["90"]`, ``, "expose 80 81/udp 82 90 80 81/udp 82"},
	{"full", "./src:/src", "./ro:/src", "volumes./src bind DIR/src bind DIR/ro"},
	{"full", "./ro:/ro:ro", "./ro:/ro", "volumes./ro bind DIR/ro ro bind DIR/ro"},
	{"full", "data:/data", "data:/data2", "volumes./data volume obs-drift_data; volumes./data2 volume obs-drift_data"},
	{"full", "/anonymous", "data:/anonymous", "volumes./anonymous volume volume obs-drift_data"},
	{"full", "size: 1m", "size: 2m", "volumes./t1 tmpfs size=1048576 tmpfs size=2097152"},
	{"full", "propagation: private", "propagation: rprivate", "volumes./long bind DIR/src private bind DIR/src"},
	{"full", "mode=700", "mode=777", "volumes./t2 tmpfs mode=700 size=64k tmpfs mode=777 size=64k"},
	{"full", "aliases: [other]", "aliases: [another]", "networks.obs-drift_default.aliases full obs-drift-full-1 other another full obs-drift-full-1"},
	{"full", "10.231.7.9", "10.231.7.8", "networks.obs-drift_fixed.ipv4_address 10.231.7.9 10.231.7.8"},
	{"full", `fixed: {ipv4_address: 10.231.7.9, priority: 5}`, ``, "networks.obs-drift_fixed connected; networks.obs-drift_fixed.aliases full obs-drift-full-1; networks.obs-drift_fixed.ipv4_address 10.231.7.9"},
	{"full", "10.0.0.2", "10.0.0.4", "extra_hosts a.test:10.0.0.1 b.test:10.0.0.2 a.test:10.0.0.1 b.test:10.0.0.4"},
	{"full", "dns: [10.0.0.3]", "", "dns 10.0.0.3"},
	{"full", "dns_search: [example.test]", "", "dns_search example.test"},
	{"full", "ndots:2", "ndots:3", "dns_opt ndots:2 ndots:3"},
	{"full", "[NET_ADMIN]", "[NET_ADMIN, SYS_TIME]", "cap_add CAP_NET_ADMIN CAP_NET_ADMIN CAP_SYS_TIME"},
	{"full", "cap_drop: [cap_chown]", "", "cap_drop CAP_CHOWN"},
	{"full", "/dev/nothing", "/dev/nix", "devices /dev/null:/dev/nothing:rwm /dev/null:/dev/nix:rwm"},
	{"full", "c 1:3 mr", "c 1:3 r", "device_cgroup_rules c 1:3 mr c 1:3 r"},
	{"full", `group_add: ["4"]`, "", "group_add 4"},
	{"full", `["no-new-privileges:true"]`, "[]", "security_opt no-new-privileges=true"},
	{"full", "read_only: true", "", "read_only true"},
	{"full", "pid: host", "", "pid host"},
	{"full", `"1024"`, `"1025"`, `sysctls {"net.core.somaxconn":"1024"} {"net.core.somaxconn":"1025"}`},
	{"full", "hard: 2000", "hard: 3000", "ulimits.nofile 1000:2000 1000:3000"},
	{"full", "shm_size: 32m", "", "shm_size 33554432"},
	{"full", "mem_limit: 64m", "mem_limit: 65m", "mem_limit 64MiB 65MiB"},
	{"full", "mem_reservation: 32m", "mem_reservation: 31m", "mem_reservation 32MiB 31MiB"},
	{"full", "cpus: 0.5", "", "cpus 0.5"},
	{"full", "cpu_shares: 512", "", "cpu_shares 512"},
	{"full", `cpuset: "0"`, "", "cpuset 0"},
	{"full", "pids_limit: 100", "", "pids_limit 100"},
	{"full", "oom_score_adj: 100", "", "oom_score_adj 100"},
	{"full", "max-size: 1m", "max-size: 2m", "logging.options.max-size"},
	{"full", "secrets: [token]", "", "volumes./run/secrets/token bind DIR/token ro"},
	{"limited", "privileged: true", "", "privileged true"},
	{"limited", "memory: 64m", "memory: 65m", "mem_limit 64MiB 65MiB"},
	{"limited", "condition: any", "condition: none", "restart always"},
	{"limited", "healthcheck: {disable: true}", "", "healthcheck.test NONE"},
	{"beside", "service:plain", "service:limited", "network_mode container:ID container:ID"},
	{"beside", "[plain:ro]", "[hosted]", "volumes_from ID ID"},
	{"hosted", "uts: host", "", "uts host"},
	{"hosted", "network_mode: host", "network_mode: none", "network_mode host none"},
	{"plain", "image: redis", "image: redis\n    command: redis-server", "command redis-server --bind 0.0.0.0 --protected-mode no redis-server"},
	{"plain", "image: redis", "image: redis\n    hostname: other", "hostname other"},
	{"short", "plain:alias", "plain:alias2", "networks.obs-drift_default.links LINKS"},
}

// testChanges: each change of the file shows, and no secret does.
func testChanges(t *testing.T, c *dial.Conn, dir string) {
	for _, tt := range driftChanges {
		if strings.Count(everything, tt.old) == 0 {
			t.Fatalf("the file has no %q", tt.old)
		}
		testbed.WriteProject(t, dir, changed(tt.service, tt.old, tt.new))
		d := drifts(t, c, dir)[tt.service]
		if d == nil {
			t.Errorf("%s: not compared", tt.new)
			continue
		}
		got := describeChanges(d.Changes, dir)
		if tt.want != got && !strings.HasSuffix(tt.want, "LINKS") || got == "" {
			t.Errorf("%s → %s:\n got %s\nwant %s", tt.old, tt.new, got, tt.want)
		}
		if strings.Contains(got, "hunter") {
			t.Errorf("a secret is shown: %s", got)
		}
	}
}

// testOwnDrift: what spec.Container asks for shows no difference to itself once the engine
// has made it.
func testOwnDrift(t *testing.T, c *dial.Conn, dir string) {
	o := Options{Project: testbed.Load(t, dir), Engine: c.Engine}
	s, err := Project(t.Context(), c.Client, o)
	if err != nil {
		t.Fatal(err)
	}
	bind := spec.Binding{ContainerID: firstContainer(s.Containers), APIVersion: c.Engine.APIVersion}
	for service := range o.Project.Services {
		want, err := spec.Container(o.Project, service, 1, bind)
		if err != nil {
			t.Fatal(err)
		}
		made, err := c.Client.ContainerCreate(t.Context(), want.Config, want.Host, want.Networking, want.Platform, "obs-own-"+service)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = c.Client.ContainerRemove(context.WithoutCancel(t.Context()), made.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
		})
		d, err := driftOf(t.Context(), c.Client, Options{Project: o.Project, Engine: o.Engine, Bind: bind}, &planner.Container{
			ID: made.ID, Service: service, Number: 1, Labels: want.Config.Labels,
		})
		if err != nil {
			t.Fatal(err)
		}
		if d == nil || len(d.Changes) != 0 || !d.SameTool {
			t.Errorf("%s: got %+v, want no changes by the same tool", service, d)
		}
	}
}

// changed replaces the first old text in the part of the file that is about a
// service.
func changed(service, before, after string) string {
	at := strings.Index(everything, "\n  "+service+":\n")
	return everything[:at] + strings.Replace(everything[at:], before, after, 1)
}

// describeChanges is the changes in one line.
func describeChanges(changes []plan.FieldChange, dir string) string {
	var parts []string
	for _, change := range changes {
		words := []string{change.Field}
		for _, value := range []string{change.Old, change.New} {
			if value != "" {
				words = append(words, value)
			}
		}
		parts = append(parts, strings.Join(words, " "))
	}
	text := strings.ReplaceAll(strings.Join(parts, "; "), dir, "DIR")
	return someID.ReplaceAllString(text, "ID")
}

// A container whose hash is its service's is not inspected.
func TestNoInspectWithoutDrift(t *testing.T) {
	c := testbed.Real(t)
	file := "name: obs-nodrift\nservices: {a: {image: alpine, command: sleep 1000}}\n"
	dir := testbed.PeerUp(t, file)
	observe := func() (planner.State, int32) {
		reader := &counted{Reader: c.Client}
		s, err := Project(t.Context(), reader, Options{Project: testbed.Load(t, dir), Engine: c.Engine, Skip: Images})
		if err != nil {
			t.Fatal(err)
		}
		return s, reader.calls.Load()
	}
	if s, calls := observe(); calls != 3 || s.Containers[0].Drift != nil {
		t.Errorf("unchanged: got %d calls, want 3, and drift %+v", calls, s.Containers[0].Drift)
	}
	testbed.WriteProject(t, dir, strings.Replace(file, "1000", "2000", 1))
	s, calls := observe()
	if calls != 5 {
		t.Errorf("changed: got %d calls, want 5", calls)
	}
	d := s.Containers[0].Drift
	if d == nil || len(d.Changes) != 1 || d.Changes[0].Field != "command" || d.SameTool {
		t.Errorf("changed: got %+v", d)
	}
	if s.Containers[0].Labels[project.LabelToolVersion] != "" {
		t.Error("docker-compose sets our label")
	}
}
