package spec

import (
	"strings"
	"testing"
)

// A hook's container has the service's specification but for what the hook says
// itself, the volumes of the one that is to start, and no name or address that
// anybody could take for the service's.
func TestPreStartSpec(t *testing.T) {
	p := loadText(t, withAttributes(`{user: "5", environment: {A: "1"}, labels: {l: "1"}, mem_limit: 64m, hostname: h, ports: ["80:80"], restart: always, healthcheck: {test: "true"}, tty: true,
      volumes: ["data:/data"], secrets: [onenv], networks: {front: {aliases: [x], ipv4_address: 10.0.0.5, mac_address: "02:00:00:00:00:01", gw_priority: 2}},
      pre_start: [{command: [migrate], image: tool:1, user: root, environment: {B: "2"}, volumes: [/own]}, {command: [second]}]}`))
	req, err := PreStart(p, "web", 1, 0, "abc", Binding{})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []at{
		{"Name", `"demo-web-1-pre_start-1"`},
		{"Config.Image", `"tool:1"`},
		{"Config.Cmd", `["migrate"]`},
		{"Config.User", `"root"`},
		{"Config.Env", `["A=1","B=2"]`},
		{"Config.Tty", `false`},
		{"Config.Hostname", `"h"`},
		{"Config.Healthcheck", `null`},
		{"Config.ExposedPorts", `null`},
		{"Config.MacAddress", `null`},
		{"Config.Labels.l", `"1"`},
		{"Config.Labels|com.docker.compose.project", `"demo"`},
		{"Config.Labels|com.docker.compose.oneoff", `null`},
		{"Host.AutoRemove", `true`},
		{"Host.Memory", `67108864`},
		{"Host.RestartPolicy.Name", `""`},
		{"Host.Binds", `null`},
		{"Host.Mounts", `[{"Target":"/own","Type":"volume","VolumeOptions":{}}]`},
		{"Host.VolumesFrom", `["abc"]`},
		{"Host.NetworkMode", `"demo_front"`},
		{"Networking.EndpointsConfig.demo_front.Aliases", `null`},
		{"Networking.EndpointsConfig.demo_front.IPAMConfig", `null`},
		{"Networking.EndpointsConfig.demo_front.MacAddress", `""`},
		{"Networking.EndpointsConfig.demo_front.GwPriority", `2`},
		{"Files.0.Path", `"/run/secrets/onenv"`},
	} {
		if got := lookup(t, req, w.path); got != w.want {
			t.Errorf("%s\n got %s\nwant %s", w.path, got, w.want)
		}
	}
	second, err := PreStart(p, "web", 1, 1, "abc", Binding{})
	if err != nil {
		t.Fatal(err)
	}
	if second.Config.Image != "web:1" || second.Config.User != "5" {
		t.Errorf("a hook with nothing of its own: image %q, user %q, want the service's", second.Config.Image, second.Config.User)
	}
	if _, err := PreStart(p, "web", 1, 2, "abc", Binding{}); err == nil || !strings.Contains(err.Error(), "no pre_start hook") {
		t.Errorf("a hook that is not there: %v", err)
	}
}
