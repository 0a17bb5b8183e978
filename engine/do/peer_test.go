package do

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/project"
)

// peerFile uses what projects use, in both syntaxes. Docker Compose 2.40 hashes
// lines that end with "# hash" otherwise than its versions 5 and this program:
// create_host_path has another default there.
const peerFile = `
name: do-equal
services:
  db: {image: alpine, command: sleep 600, init: true, ipc: shareable}
  web:
    image: alpine
    command: ["sleep", "600"]
    environment: {A: "1", B: }
    ports: ["127.0.0.1:18480:80", "9000", "18553:53/udp", "18481-18482:7000-7001"]
    expose: ["3000", "4000-4001/tcp"]
    volumes:
      - ./src:/short # hash
      - ./src:/shortro:ro # hash
      - {type: bind, source: ./src, target: /long}
      - {type: bind, source: ./src, target: /options, bind: {create_host_path: false, propagation: rprivate}} # hash
      - data:/data
      - data:/nocopy:nocopy
      - {type: volume, source: data, target: /labels, read_only: true, volume: {labels: {x: y}}}
      - /anon
      - {type: volume, target: /anonlong}
      - {type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0755}}
      - {type: tmpfs, target: /t2}
    tmpfs: [/run, "/tmp:size=1m"]
    networks: {default: , back: {aliases: [b1], priority: 5}}
    depends_on: [db]
    links: ["db:database"]
    external_links: ["do-equal-db-1:ext"]
    healthcheck: {test: "true", interval: 5s, retries: 2, start_period: 1s, start_interval: 1s}
    restart: on-failure:3
    secrets: [s1, {source: s1, target: other}]
    ulimits: {nofile: {soft: 1000, hard: 2000}, nproc: 100}
    deploy:
      resources: {limits: {cpus: "0.5", memory: 64m, pids: 50}, reservations: {memory: 32m}}
    extra_hosts: ["a:1.2.3.4", "h=host-gateway"]
    dns: 8.8.8.8
    mem_swappiness: 10
    logging: {driver: json-file, options: {max-size: 1m}}
    devices: ["/dev/null:/dev/xnull", "/dev/zero"]
    security_opt: ["systempaths=unconfined"]
    cap_add: [NET_ADMIN]
    cap_drop: [MKNOD]
    stop_grace_period: 1500ms
    stop_signal: SIGINT
    init: true
    sysctls: {net.core.somaxconn: "100"}
    labels: {a: b}
    annotations: {an: no}
    hostname: h
    user: root
    working_dir: /tmp
    tty: true
  side: {image: alpine, command: sleep 600, init: true, network_mode: "service:db", ipc: "service:db", pid: "service:db", volumes_from: [db]}
  host: {image: alpine, command: sleep 600, init: true, network_mode: host, privileged: true, read_only: true, restart: always, entrypoint: ["nice"]}
volumes: {data: {labels: {l: "1"}}}
networks: {back: {internal: true, ipam: {config: [{subnet: 10.213.7.0/24, gateway: 10.213.7.9}]}}}
secrets: {s1: {file: ./token}}
`

// TestPeerEqual: the same file gives equal containers, networks and volumes
// with this program and with Docker Compose.
func TestPeerEqual(t *testing.T) {
	testbed.NeedAPI(t, "1.44", "the project has start_interval, which Docker Compose refuses too")
	if os.Getenv("PEER") == "" {
		t.Skip("PEER names no docker-compose")
	}
	b := realBench(t, "do-equal", peerFile)
	prepareFiles(b, "token", "src/file")
	testbed.Peer(t, b.P.WorkingDir, "up", "-d")
	theirs := snapshot(b)
	testbed.Peer(t, b.P.WorkingDir, "down", "-v", "-t", "0")
	b.Up("db", "web", "side", "host")
	ours := snapshot(b)
	for _, name := range slices.Sorted(mapKeys(theirs)) {
		for _, difference := range differences(name, theirs[name], ours[name]) {
			t.Error(difference)
		}
	}
}

// prepareFiles writes files into the project's folder.
func prepareFiles(b *testbed.Bench, names ...string) {
	b.T.Helper()
	for _, name := range names {
		file := filepath.Join(b.P.WorkingDir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			b.T.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
			b.T.Fatal(err)
		}
	}
}

// snapshot is what the engine says of the project's resources, as trees, by
// name, without what differs from one run to the next.
func snapshot(b *testbed.Bench) map[string]any {
	b.T.Helper()
	seen := map[string]any{}
	parent := b.Inspect(b.P.ContainerName("db", 1)).ID
	for _, s := range b.P.ServiceNames() {
		c := b.Inspect(b.P.ContainerName(s, 1))
		comparable := map[string]any{"Config": c.Config, "HostConfig": c.HostConfig, "Networks": endpointsOf(c)}
		normalize(&c)
		seen[s] = tree(b.T, comparable, parent)
	}
	for key, n := range b.P.Networks {
		i, err := b.C.NetworkInspect(b.T.Context(), n.Name, network.InspectOptions{})
		if err != nil {
			b.T.Fatal(err)
		}
		i.Labels = stable(i.Labels)
		if key == "default" {
			i.IPAM.Config = nil // from the engine's pool
		}
		seen["network "+key] = tree(b.T, []any{i.Driver, i.IPAM, i.Internal, i.Attachable, i.EnableIPv4, i.EnableIPv6, i.Options, i.Labels}, "")
	}
	for key, v := range b.P.Volumes {
		i, err := b.C.VolumeInspect(b.T.Context(), v.Name)
		if err != nil {
			b.T.Fatal(err)
		}
		seen["volume "+key] = tree(b.T, []any{i.Driver, i.Options, stable(i.Labels)}, "")
	}
	return seen
}

// normalize orders what has no order, and leaves out what each run makes anew.
func normalize(c *container.InspectResponse) {
	c.Config.Labels = stable(c.Config.Labels)
	if c.Config.Labels[project.LabelService] != "web" {
		c.Config.Hostname = "" // an id's
	}
	slices.Sort(c.Config.Env)
	slices.Sort(c.HostConfig.ExtraHosts)
	slices.Sort(c.HostConfig.Binds)
	slices.SortFunc(c.HostConfig.Mounts, func(a, b mount.Mount) int { return strings.Compare(a.Target, b.Target) })
	slices.SortFunc(c.HostConfig.Ulimits, func(a, b *container.Ulimit) int { return strings.Compare(a.Name, b.Name) })
	// Docker Compose 2.40 exposes what it is given ("3000", "4000-4001/tcp"),
	// this program and its later versions expose ports.
	delete(c.Config.ExposedPorts, "3000")
	delete(c.Config.ExposedPorts, "3000/tcp")
	delete(c.Config.ExposedPorts, "4000-4001/tcp")
	delete(c.Config.ExposedPorts, "4000/tcp")
	delete(c.Config.ExposedPorts, "4001/tcp")
}

// stable leaves out the labels that differ.
func stable(labels map[string]string) map[string]string {
	delete(labels, project.LabelVersion)
	delete(labels, project.LabelToolVersion)
	delete(labels, project.LabelConfigHash) // TestPeerTakesOver compares them
	return labels
}

func endpointsOf(c container.InspectResponse) map[string]any {
	all := map[string]any{}
	for name, e := range c.NetworkSettings.Networks {
		all[name] = map[string]any{
			"Aliases": e.Aliases, "Links": e.Links, "DriverOpts": e.DriverOpts, "GwPriority": e.GwPriority,
		}
	}
	return all
}

// tree turns a value into maps and lists; parent's id reads PARENT.
func tree(t *testing.T, value any, parent string) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if parent != "" {
		text = []byte(strings.ReplaceAll(string(text), parent, "PARENT"))
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// differences lists where two trees differ. Nothing, null and empty are equal.
func differences(path string, theirs, ours any) []string {
	a, aMap := theirs.(map[string]any)
	b, bMap := ours.(map[string]any)
	if aMap && bMap {
		var all []string
		keys := slices.Collect(mapKeys(a))
		keys = slices.AppendSeq(keys, mapKeys(b))
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			all = append(all, differences(path+"."+key, a[key], b[key])...)
		}
		return all
	}
	if reflect.DeepEqual(theirs, ours) || empty(theirs) && empty(ours) {
		return nil
	}
	return []string{path + "\ntheirs: " + text(theirs) + "\n  ours: " + text(ours)}
}

func empty(v any) bool {
	value := reflect.ValueOf(v)
	return v == nil || (value.Kind() == reflect.Map || value.Kind() == reflect.Slice) && value.Len() == 0
}

func text(v any) string {
	b, _ := json.Marshal(v) // decoded from JSON
	return string(b)
}

func mapKeys(m map[string]any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// TestPeerTakesOver: Docker Compose finds nothing to do where this program made
// the containers.
func TestPeerTakesOver(t *testing.T) {
	testbed.NeedAPI(t, "1.44", "the project has start_interval, which Docker Compose refuses too")
	if os.Getenv("PEER") == "" {
		t.Skip("PEER names no docker-compose")
	}
	var lines []string
	for line := range strings.Lines(peerFile) {
		if !strings.HasSuffix(line, "# hash\n") {
			lines = append(lines, line)
		}
	}
	b := realBench(t, "do-equal", strings.Join(lines, ""))
	prepareFiles(b, "token", "src/file")
	b.Up("db", "web", "side", "host")
	before := map[string]string{}
	for _, s := range b.P.ServiceNames() {
		before[s] = b.Inspect(b.P.ContainerName(s, 1)).ID
	}
	testbed.Peer(t, b.P.WorkingDir, "up", "-d")
	for s, id := range before {
		if b.Inspect(b.P.ContainerName(s, 1)).ID != id {
			t.Errorf("%s was made anew", s)
		}
	}
}
