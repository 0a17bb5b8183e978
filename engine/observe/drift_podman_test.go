package observe

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/planner"
)

// onPodman is the file of the container that Podman 4.3 described in
// testdata/podman-4.3.json.
const onPodman = `
services:
  web:
    image: alpine
    command: sleep 1000
    stop_grace_period: 0s
    environment: {V: "1"}
    ports: ["18144:80", "127.0.0.1:18145:81", "82"]
    healthcheck: {test: "true", interval: 2s}
    volumes: [/anon, data:/data]
    networks: {default: {aliases: [www]}, fixed: {ipv4_address: 10.231.9.9}}
volumes: {data: {}}
networks:
  fixed: {ipam: {config: [{subnet: 10.231.9.0/24}]}}
`

// TestDriftOnPodman: what Podman fills in, and what it does not tell, is no change; what
// the file changes is.
func TestDriftOnPodman(t *testing.T) {
	text, err := os.ReadFile("testdata/podman-4.3.json")
	if err != nil {
		t.Fatal(err)
	}
	base := image.InspectResponse{Config: &dockerspec.DockerOCIImageConfig{}}
	base.Config.Cmd, base.Config.Env = []string{"/bin/sh"}, []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	engine := planner.Engine{Name: "podman", Version: "4.3.1", APIVersion: "1.41", OS: "linux"}
	for _, tt := range []struct{ old, new, want string }{
		{"", "", ""},
		{`V: "1"`, `V: "2"`, "environment.V: 1 → 2"},
		{"18144:80", "18146:80", "ports.80: 18144:80/tcp → 18146:80/tcp"},
		{`"82"`, `"37000-38000:82"`, ""},
		{`"82"`, `"36000-37000:82"`, "ports.82: 37223:82/tcp → 36000-37000:82/tcp"},
		{"10.231.9.9", "10.231.9.8", "networks.pd_fixed.ipv4_address: none → 10.231.9.8"},
		{"[www]", "[www, other]", "networks.pd_default.aliases: pd-web-1 web www → other pd-web-1 web www"},
		{"stop_grace_period: 0s", "stop_grace_period: 10s", ""}, // Podman has 0 for none, which is 10
		{"stop_grace_period: 0s", "stop_grace_period: 5s", "stop_grace_period: 0 → 5"},
		{"interval: 2s", "interval: 2s, retries: 5", "healthcheck.retries: 3 → 5"},
		{"image: alpine", "image: alpine\n    ulimits: {nofile: 20000}\n    pid: private", ""},
		{"image: alpine", "image: alpine\n    ulimits: {nofile: 100}\n    pid: host", "pid: private → host; ulimits.nofile: 20000:20000 → 100:100"},
	} {
		t.Run(tt.old+" → "+tt.new, func(t *testing.T) {
			p := testbed.LoadText(t, "pd", strings.Replace(onPodman, tt.old, tt.new, 1))
			want, err := spec.Container(p, "web", 1, Binding(engine))
			if err != nil {
				t.Fatal(err)
			}
			var have container.InspectResponse
			if err := json.Unmarshal(text, &have); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range compare(want, &have, &base, Options{Project: p, Engine: engine}) {
				got = append(got, c.String())
			}
			if text := strings.Join(got, "; "); text != tt.want {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
		})
	}
}
