package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// listedProject is what both tools list.
const listedProject = `services:
  web:
    image: alpine
    command: [sleep, "1000"]
    stop_grace_period: 0s
    expose: ["9000-9001"]
    ports: ["8080", "127.0.0.1::53/udp"]
    volumes: ["data:/data", /anonymous]
    labels: {made.by: "<me> & you"}
  job: {image: alpine, command: [sh, -c, exit 3]}
volumes: {data: {labels: {q: r}}}
`

// TestListingsAsThePeer compares what listings say in JSON with the real thing:
// the same objects with the same fields, and the same values where these do not
// change by the second.
func TestListingsAsThePeer(t *testing.T) {
	peer := os.Getenv("PEER")
	if os.Getenv("COMPOSE_TEST_ENGINE") != "1" || peer == "" {
		t.Skip("needs an engine and Docker Compose: COMPOSE_TEST_ENGINE=1 and PEER are not both set")
	}
	needAlpine(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(listedProject), 0o644); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("hc-listings-%d", os.Getpid())
	run := func(program string, args ...string) []byte {
		t.Helper()
		cmd := exec.Command(program, append([]string{"-p", name, "-f", filepath.Join(dir, "compose.yaml")}, args...)...)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s %q: %v: %s", program, args, err, errs.String())
		}
		return out
	}
	ours := filepath.Join(dir, "compose")
	if out, err := exec.Command("go", "build", "-o", ours, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v: %s", err, out)
	}
	t.Cleanup(func() { run(ours, "down", "--volumes") })
	run(ours, "up", "-d")
	for len(run(ours, "ps", "--status", "exited", "-q")) == 0 { // the job takes its moment
	}
	for _, tt := range []listing{
		{args: []string{"ps", "-a", "--format", "json"}, key: "Name", changes: []string{"RunningFor", "Status", "Labels", "Mounts"}},
		{args: []string{"ps", "-a", "--no-trunc", "--format", "json"}, key: "Name", changes: []string{"RunningFor", "Status", "Labels", "Mounts"}},
		{args: []string{"images", "--format", "json"}, key: "ContainerName", added: []string{"Created"}},
		{args: []string{"volumes", "--format", "json"}, key: "Name", changes: []string{"Labels"}},
		{args: []string{"stats", "-a", "--no-stream", "--format", "json"}, key: "Name", changes: []string{"CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO"}},
		{args: []string{"ls", "-a", "--format", "json", "--filter", "name=" + name}, key: "Name"},
	} {
		tt.compare(t, run(ours, tt.args...), run(peer, tt.args...))
	}
	for _, args := range [][]string{
		{"ps", "-a", "--format", "table {{.Name}}\t{{.State}}\t{{.Ports}}\t{{.Label \"made.by\"}}"},
		{"ps", "-a", "--services"}, {"images", "-q"}, {"volumes", "-q"}, {"volumes"}, {"ls", "-q", "--filter", "name=" + name},
		{"stats", "-a", "--no-stream", "--format", "{{.Name}} {{.PIDs}}"},
	} {
		got, want := sortedLines(run(ours, args...)), sortedLines(run(peer, args...))
		if !slices.Equal(got, want) {
			t.Errorf("%q:\n got %q\nwant %q", args, got, want)
		}
	}
}

// listing is a call that lists objects as JSON.
type listing struct {
	args    []string
	key     string   // the field that names an object
	changes []string // fields that change by the second, or have no order at the peer
	added   []string // fields that 2.40 does not have yet
}

func (l listing) compare(t *testing.T, ours, peers []byte) {
	t.Helper()
	got, want := objects(t, l.key, ours), objects(t, l.key, peers)
	if len(want) == 0 {
		t.Errorf("%q: the peer lists nothing to compare with", l.args)
	}
	for id := range want {
		for _, field := range l.changes {
			if _, ok := got[id][field]; ok {
				got[id][field], want[id][field] = "", ""
			}
		}
		for _, field := range l.added {
			delete(got[id], field)
		}
	}
	g, _ := json.MarshalIndent(got, "", " ")
	w, _ := json.MarshalIndent(want, "", " ")
	if !bytes.Equal(g, w) {
		t.Errorf("%q:\n got %s\nwant %s", l.args, g, w)
	}
}

// objects reads a JSON array, or an object a line, by a field.
func objects(t *testing.T, key string, text []byte) map[string]map[string]any {
	t.Helper()
	var list []map[string]any
	for decoder := json.NewDecoder(bytes.NewReader(text)); decoder.More(); {
		var v json.RawMessage
		if err := decoder.Decode(&v); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		var many []map[string]any
		if json.Unmarshal(v, &many) != nil {
			var one map[string]any
			if err := json.Unmarshal(v, &one); err != nil {
				t.Fatalf("%v in %s", err, text)
			}
			many = []map[string]any{one}
		}
		list = append(list, many...)
	}
	by := map[string]map[string]any{}
	for _, o := range list {
		by[fmt.Sprint(o[key])] = o
	}
	return by
}

func sortedLines(text []byte) []string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	slices.Sort(lines)
	return lines
}
