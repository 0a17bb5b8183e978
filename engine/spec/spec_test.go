package spec

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

// loadText loads a Compose file given as text, as project "demo".
func loadText(t *testing.T, text string) *project.Project {
	t.Helper()
	return loadNamed(t, "demo", text)
}

func loadNamed(t *testing.T, name, text string) *project.Project {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "compose.yaml")
	for name, text := range map[string]string{file: text, filepath.Join(dir, "vars.env"): "A=file\n", filepath.Join(dir, "labels.env"): "lf=1\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := project.Load(t.Context(), project.Options{
		Files: []string{file}, WorkDir: dir, Name: name,
		Environ: []string{"TOKEN=s3cret", "EMPTY="},
	}, func(event.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSpec runs specCases.
func TestSpec(t *testing.T) {
	for _, test := range specCases {
		t.Run(test.name, func(t *testing.T) {
			p := loadText(t, withAttributes(test.attributes))
			req := mustSpec(t, p, "web", Binding{
				ContainerID: func(service string) string { return "id-" + service },
				Credentials: "{}",
				Seccomp:     map[string]string{"profile.json": `{"x":1}`},
			})
			for _, w := range test.want {
				want := strings.ReplaceAll(w.want, "DIR", p.WorkingDir)
				if got := lookup(t, req, w.path); got != want {
					t.Errorf("%s\n got %s\nwant %s", w.path, got, want)
				}
			}
		})
	}
}

// withAttributes puts attributes into service web: "a: b" or "{a: b, c: d}".
func withAttributes(attributes string) string {
	if strings.HasPrefix(attributes, "{") {
		attributes = "<<: " + attributes
	}
	return strings.Replace(specFile, "ATTRIBUTES", "    "+attributes, 1)
}

func mustSpec(t *testing.T, p *project.Project, service string, b Binding) *Request {
	t.Helper()
	req, err := Container(p, service, 1, b)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// lookup returns the JSON at a path of a value: keys between dots, the last one
// after a bar if it has dots itself.
func lookup(t *testing.T, value any, path string) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	dotted, last, _ := strings.Cut(path, "|")
	keys := strings.Split(dotted, ".")
	if last != "" {
		keys = append(keys, last)
	}
	for _, key := range keys {
		switch node := tree.(type) {
		case map[string]any:
			tree = node[key]
		case []any:
			tree = node[int(key[0]-'0')]
		default:
			return "nothing at " + key
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(tree); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func TestSpecIsDeterministic(t *testing.T) {
	p := loadText(t, withAttributes(`{environment: {A: "1", B: "2", C: "3"}, extra_hosts: {a: 1.1.1.1, b: 2.2.2.2, c: 3.3.3.3}, ulimits: {nproc: 1, nofile: 2, core: 3}, networks: {front: , back: }}`))
	first := lookup(t, mustSpec(t, p, "web", Binding{}), "")
	for range 20 {
		if again := lookup(t, mustSpec(t, p, "web", Binding{}), ""); again != first {
			t.Fatalf("another request\n got %s\nwant %s", again, first)
		}
	}
}

func TestSpecOfReplacement(t *testing.T) {
	p := loadText(t, withAttributes(`volumes: ["/anon", "data:/data"]`))
	req := mustSpec(t, p, "web", Binding{
		ReplacedID:  "0123456789abcdef",
		ImageDigest: "sha256:1",
		Inherited:   map[string]string{"/anon": "aaa", "/image": "bbb"},
		ProxyEnv:    map[string]string{"HTTP_PROXY": "p"},
	})
	for _, w := range []at{
		{"Name", `"0123456789ab_demo-web-1"`},
		{"Config.Labels|com.docker.compose.replace", `"web-1"`},
		{"Config.Labels|com.docker.compose.image", `"sha256:1"`},
		{"Networking.EndpointsConfig.demo_default.Aliases", `["demo-web-1","web"]`},
		{"Host.Mounts", `[{"Source":"aaa","Target":"/anon","Type":"volume","VolumeOptions":{}},{"Source":"bbb","Target":"/image","Type":"volume"}]`},
		{"Host.Binds", `["demo_data:/data:rw"]`},
		{"Config.Env", `["HTTP_PROXY=p"]`},
	} {
		if got := lookup(t, req, w.path); got != w.want {
			t.Errorf("%s\n got %s\nwant %s", w.path, got, w.want)
		}
	}
}

// TestSpecHash: the label is that of the project, taken with the parents' ids.
func TestSpecHash(t *testing.T) {
	p := loadText(t, withAttributes(`network_mode: "service:db"`))
	ids := func(string) string { return "abc" }
	want, err := p.Hash("web", ids)
	if err != nil {
		t.Fatal(err)
	}
	req := mustSpec(t, p, "web", Binding{ContainerID: ids})
	if got := req.Config.Labels[project.LabelConfigHash]; got != want {
		t.Errorf("hash: got %s, want %s", got, want)
	}
	other := mustSpec(t, p, "web", Binding{ContainerID: func(string) string { return "def" }})
	if other.Config.Labels[project.LabelConfigHash] == want {
		t.Error("another parent gives the same hash")
	}
}

// TestSpecOnOldEngine: what a create cannot take follows it, what an engine
// cannot do is refused or reported.
func TestSpecOnOldEngine(t *testing.T) {
	p := loadText(t, withAttributes(`{networks: {front: {gw_priority: 1}, back: {priority: 1, mac_address: "02:00:00:00:00:01"}}, annotations: {a: b}}`))
	req := mustSpec(t, p, "web", Binding{APIVersion: "1.41"})
	for _, w := range []at{
		{"Networking.EndpointsConfig.backnet.MacAddress", `""`},
		{"Networking.EndpointsConfig.demo_front", `null`},
		{"Config.MacAddress", `"02:00:00:00:00:01"`},
		{"Connect.0.Network", `"demo_front"`},
		{"Connect.0.Endpoint.Aliases", `["demo-web-1","web"]`},
		{"Dropped.0", `{"Attribute":"annotations","Why":"it needs API 1.43, that is Docker 24; this engine has API 1.41"}`},
		{"Dropped.1.Attribute", `"networks.gw_priority"`},
		{"Host.Annotations", `null`},
	} {
		if got := lookup(t, req, w.path); got != w.want {
			t.Errorf("%s\n got %s\nwant %s", w.path, got, w.want)
		}
	}
}

func TestSpecErrors(t *testing.T) {
	tests := []struct{ attributes, api, want string }{
		{`network_mode: "service:db"`, "", "cannot share network namespace with service db: container missing"},
		{`volumes_from: [db]`, "", "cannot share volume with service db: container missing"},
		{`healthcheck: {test: "true", start_interval: 1s}`, "", "healthcheck.start_interval requires healthcheck.start_period to be set"},
		{`healthcheck: {test: "true", start_period: 1s, start_interval: 1s}`, "1.43", "healthcheck.start_interval needs API 1.44"},
		{`volumes: [{type: image, source: i, target: /i}]`, "1.47", "needs API 1.48"},
		{`volumes: [{type: volume, source: data, target: /i, volume: {subpath: s}}]`, "1.44", "needs API 1.45"},
		{`networks: {front: {interface_name: eth9}}`, "1.48", "needs API 1.49"},
		{`{mac_address: "02:00:00:00:00:01", networks: {front: {mac_address: "02:00:00:00:00:02"}}}`, "", "differs from that of its main network"},
		{`secrets: [{source: onenv, uid: root}]`, "", `"root" is not a numeric uid or gid`},
		{`{read_only: true, secrets: [onenv]}`, "1.44", `secret "onenv" in a place that is read-only or a tmpfs needs API 1.45`},
		{`cgroup: host`, "1.40", "cgroup needs API 1.41"},
		{`devices: [vendor.com/gpu=0]`, "1.43", "a device by its CDI name (vendor.com/gpu=0) needs API 1.44"},
		{`volumes: [{type: bind, source: /s, target: /t, bind: {recursive: readonly}}]`, "1.43", "bind.recursive: readonly needs API 1.44"},
		{`volumes: [{type: cluster, source: data, target: /t}]`, "1.41", "a volume of type cluster needs API 1.42"},
		{`volumes: [{type: npipe, source: /s, target: /t}]`, "", "a named pipe of Windows"},
		{`uts: "service:db"`, "", "uts: service:db"},
		{`platform: a/b/c/d/e`, "", "reading platform"},
	}
	for _, test := range tests {
		t.Run(test.attributes, func(t *testing.T) {
			p := loadText(t, withAttributes(test.attributes))
			_, err := Container(p, "web", 1, Binding{APIVersion: test.api})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), `"web"`) {
				t.Errorf("got %v, want …%s…", err, test.want)
			}
		})
	}
}

// TestSpecForPodman: what Podman does otherwise when it is asked for nothing, and what it
// may do without.
func TestSpecForPodman(t *testing.T) {
	b := Binding{Engine: "podman", Release: "4.3.1", APIVersion: "1.41"}
	p := loadText(t, withAttributes(`healthcheck: {test: "true", start_period: 1s, start_interval: 1s}`))
	req := mustSpec(t, p, "web", b)
	for _, w := range []at{
		{"Config.StopTimeout", `10`},
		{"Config.Healthcheck.StartInterval", `null`},
		{"Dropped.0", `{"Attribute":"healthcheck.start_interval","Why":"it needs API 1.44, that is Docker 25; this engine has API 1.41 (podman 4.3.1); checks that are run while something waits come at it"}`},
	} {
		if got := lookup(t, req, w.path); got != w.want {
			t.Errorf("%s\n got %s\nwant %s", w.path, got, w.want)
		}
	}
	given := loadText(t, withAttributes(`stop_grace_period: 0s`))
	if got := lookup(t, mustSpec(t, given, "web", b), "Config.StopTimeout"); got != `0` {
		t.Errorf("given: got %s", got)
	}
	if got := lookup(t, mustSpec(t, p, "web", Binding{}), "Config.StopTimeout"); got != `null` {
		t.Errorf("of Docker: got %s", got)
	}
}

// TestLacks: known before anything is there, of the service and its hooks.
func TestLacks(t *testing.T) {
	b := Binding{Engine: "docker", Release: "20.10.24", APIVersion: "1.41"}
	p := loadText(t, withAttributes(`{network_mode: "service:db", annotations: {a: b}, pre_start: [{command: [x]}]}`))
	dropped, err := Lacks(p, "web", b)
	if err != nil || len(dropped) != 1 || !strings.HasSuffix(dropped[0].Why, "this engine has API 1.41 (docker 20.10.24)") {
		t.Errorf("got %v, %v", dropped, err)
	}
	p = loadText(t, withAttributes(`{networks: {front: {interface_name: eth9}}}`))
	const want = "networks.interface_name needs API 1.49, that is Docker 28.1; this engine has API 1.41 (docker 20.10.24)"
	if _, err := Lacks(p, "web", b); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want …%s", err, want)
	}
}

func TestUnapplied(t *testing.T) {
	tests := []struct {
		attributes string
		want       []string
	}{
		{``, nil},
		{`deploy: {replicas: 1, resources: {limits: {memory: 64m}}, restart_policy: {condition: on-failure, max_attempts: 3}}`, nil},
		{`deploy: {mode: global, endpoint_mode: dnsrr, labels: {a: b}, placement: {constraints: [x]}, update_config: {parallelism: 1}, rollback_config: {parallelism: 1}}`,
			[]string{"deploy.endpoint_mode", "deploy.labels", "deploy.mode", "deploy.placement", "deploy.rollback_config", "deploy.update_config"}},
		{`deploy: {resources: {reservations: {cpus: "1"}}, restart_policy: {condition: any, max_attempts: 3, delay: 1s, window: 1s}}`,
			[]string{"deploy.resources.reservations.cpus", "deploy.restart_policy.delay", "deploy.restart_policy.max_attempts", "deploy.restart_policy.window"}},
		{`ports: [{target: 80, name: web, app_protocol: http}]`, []string{"ports.app_protocol", "ports.name"}},
		{`pre_start: [{command: "true", umask: "022"}]`, []string{"pre_start.umask"}},
		{`volumes: ["data:/d:rshared"]`, []string{"volumes./d.bind.propagation"}},
		{`volumes: [{type: volume, source: data, target: "/d:d", bind: {selinux: z}}]`, []string{"volumes./d:d.bind.selinux"}},
		{`volumes: ["data:/d:z"]`, nil},
		{`volumes: [{type: bind, source: ./s, target: /s, bind: {selinux: z, create_host_path: false}}]`, []string{"volumes./s.bind.selinux"}},
	}
	for _, test := range tests {
		t.Run(test.attributes, func(t *testing.T) {
			got := Unapplied(loadText(t, withAttributes(test.attributes)), "web")
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
