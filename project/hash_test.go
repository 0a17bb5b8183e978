package project

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
)

// TestHashExample is the example of the interoperability facts, whose text and
// sum are known.
func TestHashExample(t *testing.T) {
	const file = `services:
  web:
    image: nginx
    environment: {A: "1"}
    ports: ["8080:80"]
    volumes: [/tmp/hashtest/x:/x, data:/d]
volumes: {data: }
`
	const want = `{"command":null,"entrypoint":null,"environment":{"A":"1"},"image":"nginx","networks":{"default":null},"ports":[{"mode":"ingress","target":80,"published":"8080","protocol":"tcp"}],"volumes":[{"type":"bind","source":"/tmp/hashtest/x","target":"/x","bind":{}},{"type":"volume","source":"data","target":"/d","volume":{}}]}`
	p := load(t, file)
	s := p.Services["web"]
	var b bytes.Buffer
	if err := writeFields(&b, reflect.ValueOf(&s).Elem(), hashFields()); err != nil {
		t.Fatal(err)
	}
	if b.String() != want {
		t.Errorf("hashed\n%s\nwant\n%s", b.String(), want)
	}
	hash, err := p.Hash("web", nil)
	if err != nil || !strings.HasPrefix(hash, "ef2040a963ef") || len(hash) != 64 {
		t.Errorf("Hash = %q, %v, want ef2040a963ef...", hash, err)
	}
}

// TestHashGolden holds the hashes of many services. They change only if
// containers are to be recreated that did not change: never.
func TestHashGolden(t *testing.T) {
	want := golden(t, "testdata/hash/plain.golden")
	got := hashes(t, "testdata/hash/plain.yaml", nil)
	for name, hash := range got {
		if want[name] != hash {
			t.Errorf("%s: hash %s, want %s", name, hash, want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d services, want %d", len(got), len(want))
	}
}

// TestHashAsPeer compares with the Docker Compose that PEER names.
func TestHashAsPeer(t *testing.T) {
	peer := os.Getenv("PEER")
	if peer == "" {
		t.Skip("PEER names no docker-compose to compare with")
	}
	for _, environ := range [][]string{nil, {"DOCKER_DEFAULT_PLATFORM=linux/arm64"}} {
		cmd := exec.Command(peer, "--profile=*", "-f", "testdata/hash/plain.yaml", "config", "--hash", "*")
		cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, environ...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", cmd, err)
		}
		want := pairs(out)
		for name, hash := range hashes(t, "testdata/hash/plain.yaml", environ) {
			if want[name] != hash {
				t.Errorf("%v: %s: hash %s, want %s", environ, name, hash, want[name])
			}
		}
	}
}

// TestHashAsCreated compares with the labels of what PEER creates at a real
// engine: containers with env files and of services that refer to others,
// networks and volumes.
func TestHashAsCreated(t *testing.T) {
	peer := os.Getenv("PEER")
	if peer == "" || os.Getenv("COMPOSE_TEST_ENGINE") != "1" {
		t.Skip("needs PEER and COMPOSE_TEST_ENGINE=1")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/hash")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "created.yaml")
	p, err := Load(t.Context(), Options{Files: []string{file}, Environ: os.Environ()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run(t, peer, "-f", file, "down", "-v") })
	run(t, peer, "-f", file, "create")
	containerID := func(service string) string {
		return run(t, "docker", "inspect", "-f", "{{.Id}}", p.ContainerName(service, 1))
	}
	label := `{{index .Config.Labels "` + LabelConfigHash + `"}}`
	for _, name := range p.ServiceNames() {
		got, err := p.Hash(name, containerID)
		if want := run(t, "docker", "inspect", "-f", label, p.ContainerName(name, 1)); err != nil || got != want {
			t.Errorf("service %s: hash %s, %v, want %s", name, got, err, want)
		}
	}
	label = `{{index .Labels "` + LabelConfigHash + `"}}`
	for key, n := range p.Networks {
		got, err := p.NetworkHash(key)
		if want := run(t, "docker", "network", "inspect", "-f", label, n.Name); err != nil || got != want {
			t.Errorf("network %s: hash %s, %v, want %s", key, got, err, want)
		}
	}
	for key, v := range p.Volumes {
		got, err := p.VolumeHash(key)
		if want := run(t, "docker", "volume", "inspect", "-f", label, v.Name); err != nil || got != want {
			t.Errorf("volume %s: hash %s, %v, want %s", key, got, err, want)
		}
	}
}

// TestResourceHashes are the hashes that Docker Compose 2.40 gave the resources
// of created.yaml.
func TestResourceHashes(t *testing.T) {
	p := load(t, `services: {a: {image: x, networks: [default, n], volumes: ["data:/d", "extra:/e"]}}
networks: {n: {driver: bridge, ipam: {config: [{subnet: 10.99.77.0/24}]}, labels: {z: y}}}
volumes: {data: , extra: {driver_opts: {type: tmpfs, device: tmpfs}}}
`)
	p, err := Load(t.Context(), Options{Files: p.ComposeFiles, Name: "prj-h"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"default": "c3c57743b483c48061fe85872fccf6a9ddfa5bc79d75f2211ebe77ac0f8dcca7",
		"n":       "d64350140cb5532cf4ea378af21bd1175c468fe249c8238903eaae12358a96b4",
		"data":    "2dab8906ff9b1c0c70c78e935ec559e0344f27962a4985e9ca6626b4d4e7ea34",
		"extra":   "0e4aa7f25cd954ad259460a7ff60fb4fe32ef2bd05fc72bc6a58eca29be4ed7e",
	}
	for key := range p.Networks {
		if got, err := p.NetworkHash(key); err != nil || got != want[key] {
			t.Errorf("network %s: %s, %v, want %s", key, got, err, want[key])
		}
	}
	for key := range p.Volumes {
		if got, err := p.VolumeHash(key); err != nil || got != want[key] {
			t.Errorf("volume %s: %s, %v, want %s", key, got, err, want[key])
		}
	}
	if _, err := p.NetworkHash("nope"); err == nil {
		t.Error("no error for an unknown network")
	}
}

// TestHashCoversEveryField: whatever compose-go adds to a service is hashed,
// once, and under the key that encoding/json gives it.
func TestHashCoversEveryField(t *testing.T) {
	var got []string
	for _, f := range hashFields() {
		got = append(got, strings.Trim(f.key, `":`))
	}
	sorted := slices.Clone(got)
	slices.Sort(sorted)
	if compact := slices.Compact(slices.Clone(sorted)); len(compact) != len(got) {
		t.Errorf("keys stand twice: %q", sorted)
	}
	known := slices.DeleteFunc(slices.Clone(hashOrder), func(k string) bool { return !slices.Contains(got, k) })
	if !slices.Equal(got[:len(known)], known) || !slices.IsSorted(got[len(known):]) {
		t.Errorf("order %q", got)
	}
	text, err := json.Marshal(types.ServiceConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	for key := range keys {
		if !slices.Contains(got, key) {
			t.Errorf("%s is not hashed", key)
		}
	}
}

// TestOwner: a container of the project that is referred to by its name makes
// its service a parent.
func TestOwner(t *testing.T) {
	p := load(t, `services:
  a: {image: x, container_name: given}
  b: {image: x, network_mode: "container:given", volumes_from: ["container:third:ro", "container:unknown"]}
  c: {image: x, container_name: third, pid: "container:third"}
`)
	for service, want := range map[string]string{"a": "", "b": "a c", "c": ""} {
		if got := strings.Join(p.Parents(service), " "); got != want {
			t.Errorf("parents of %s: got %q, want %q", service, got, want)
		}
	}
}

func TestHashParents(t *testing.T) {
	p := load(t, `services:
  a: {image: x}
  b: {image: x, network_mode: "service:a", ipc: "service:a", pid: "service:c", volumes_from: ["c:ro", a, "container:other:rw"]}
  c: {image: x}
  d: {image: x, network_mode: "container:AA", ipc: "container:AA", pid: "container:CC"}
`)
	d := p.Services["d"]
	d.VolumesFrom = []string{"CC", "AA", "other"}
	p.Services["d"] = d
	if got := strings.Join(p.Parents("b"), " "); got != "a c" {
		t.Errorf("parents of b: %q, want a c", got)
	}
	if got := p.Parents("a"); len(got) > 0 {
		t.Errorf("parents of a: %q, want none", got)
	}
	ids := func(service string) string { return strings.ToUpper(service + service) }
	bound, _ := p.Hash("b", ids)
	written, _ := p.Hash("d", nil)
	if bound != written {
		t.Errorf("b with ids: %s, the same written out: %s", bound, written)
	}
	none, _ := p.Hash("b", func(string) string { return "" })
	plain, _ := p.Hash("b", nil)
	if none != plain == (none == bound) {
		t.Errorf("without ids: %s and %s", none, plain)
	}
	if p.Services["b"].VolumesFrom[0] != "c:ro" {
		t.Error("Hash changed the project")
	}
	if _, err := p.Hash("nope", nil); err == nil || hint.Of(err) == "" {
		t.Errorf("unknown service: %v", err)
	}
}

func hashes(t *testing.T, file string, environ []string) map[string]string {
	t.Helper()
	p, err := Load(t.Context(), Options{Files: []string{file}, Profiles: []string{"*"}, Environ: environ}, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for name := range p.Services {
		if all[name], err = p.Hash(name, nil); err != nil {
			t.Error(err)
		}
	}
	return all
}

func golden(t *testing.T, name string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return pairs(text)
}

// pairs reads lines of two words.
func pairs(text []byte) map[string]string {
	all := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), " "); ok {
			all[name] = value
		}
	}
	return all
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Errorf("%s %q: %v", name, args, err)
	}
	return strings.TrimSpace(string(out))
}
