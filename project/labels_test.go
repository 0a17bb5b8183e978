package project

import (
	"maps"
	"path/filepath"
	"testing"
)

const labelled = `services:
  web:
    image: x
    labels: {mine: "1", com.docker.compose.service: stolen}
    depends_on: {db: {condition: service_healthy, restart: true}, api: {condition: service_started}}
    deploy: {labels: {swarm: "1"}}
  api: {build: .}
  db: {image: "db:1", container_name: the-db, healthcheck: {test: "true"}}
networks: {default: {labels: {n: "1"}}}
`

func TestContainerLabels(t *testing.T) {
	dir := folder(t, "compose.yaml", labelled, "e.env", "")
	p, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo", EnvFiles: []string{"e.env"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	common := map[string]string{
		"com.docker.compose.project":                  "demo",
		"com.docker.compose.service":                  "web",
		"com.docker.compose.version":                  CompatibleVersion,
		"com.docker.compose.config-hash":              "h",
		"com.docker.compose.depends_on":               "api:service_started:false,db:service_healthy:true",
		"com.docker.compose.project.working_dir":      dir,
		"com.docker.compose.project.config_files":     filepath.Join(dir, "compose.yaml"),
		"com.docker.compose.project.environment_file": filepath.Join(dir, "e.env"),
		"io.github.compose-orchestrator.version":      ToolVersion,
		"mine":                                        "1",
	}
	tests := []struct {
		name string
		in   Instance
		more map[string]string
	}{
		{"replica", Instance{Number: 2, Hash: "h", Image: "sha256:i"}, map[string]string{
			"com.docker.compose.oneoff": "False", "com.docker.compose.container-number": "2", "com.docker.compose.image": "sha256:i",
		}},
		{"replacement", Instance{Number: 1, Hash: "h", ImageVolumes: "/x=sha256:v", Replaces: true}, map[string]string{
			"com.docker.compose.oneoff": "False", "com.docker.compose.container-number": "1",
			"com.docker.compose.image-volume-digest": "/x=sha256:v", "com.docker.compose.replace": "web-1",
		}},
		{"one-off", Instance{Slug: "0123456789abcdef", Hash: "h"}, map[string]string{
			"com.docker.compose.oneoff": "True", "com.docker.compose.slug": "0123456789abcdef",
		}},
	}
	for _, test := range tests {
		want := maps.Clone(common)
		maps.Copy(want, test.more)
		if got := p.ContainerLabels("web", test.in); !maps.Equal(got, want) {
			t.Errorf("%s: labels\n%v\nwant\n%v", test.name, got, want)
		}
	}
	if got := p.Services["web"].Labels["com.docker.compose.service"]; got != "stolen" {
		t.Errorf("ContainerLabels changed the project: %q", got)
	}
}

func TestResourceLabels(t *testing.T) {
	p := load(t, labelled)
	want := map[string]string{
		"com.docker.compose.project": "demo", "com.docker.compose.network": "default",
		"com.docker.compose.version": CompatibleVersion, "com.docker.compose.config-hash": "h",
		"io.github.compose-orchestrator.version": ToolVersion, "n": "1",
	}
	if got := p.NetworkLabels("default", "h"); !maps.Equal(got, want) {
		t.Errorf("network labels %v, want %v", got, want)
	}
	if got := p.VolumeLabels("v", "h"); got["com.docker.compose.volume"] != "v" || got["com.docker.compose.config-hash"] != "h" {
		t.Errorf("volume labels %v", got)
	}
	if got := p.ImageLabels("api"); got["com.docker.compose.service"] != "api" {
		t.Errorf("image labels %v", got)
	}
}

func TestResourceNames(t *testing.T) {
	p := load(t, labelled)
	for _, compatible := range []bool{false, true} {
		p.Compatibility = compatible
		want := []string{"demo-web-1", "the-db", "demo-api", "db:1", "demo-web-run-0123456789ab", "web-3", "the-db"}
		if compatible {
			want = []string{"demo_web_1", "the-db", "demo_api", "db:1", "demo_web_run_0123456789ab", "web_3", "the-db"}
		}
		got := []string{
			p.ContainerName("web", 1), p.ContainerName("db", 1), p.ImageName("api"), p.ImageName("db"),
			p.oneOffName("web", "0123456789abcdef"), p.replaceName("web", 3), p.replaceName("db", 1),
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("got %q, want %q", got[i], want[i])
			}
		}
	}
	if got := p.Networks["default"].Name; got != "demo_default" {
		t.Errorf("network name %q", got)
	}
}

// TestOwnLabelsAreNotGiven: no file gives a label by which this program knows what an
// earlier call of it did.
func TestOwnLabelsAreNotGiven(t *testing.T) {
	const label = OwnLabelPrefix + "stops"
	p := load(t, `
services: {web: {image: x, labels: {`+label+`: "[]", a: b}, volumes: ["v:/v"], networks: [n]}}
volumes: {v: {labels: {`+label+`: "[]", a: b}}}
networks: {n: {labels: {`+label+`: "[]", a: b}}}
`)
	for what, labels := range map[string]map[string]string{
		"container": p.ContainerLabels("web", Instance{Number: 1}), "volume": p.VolumeLabels("v", ""), "network": p.NetworkLabels("n", ""),
	} {
		if _, there := labels[label]; there || labels["a"] != "b" {
			t.Errorf("%s: %v", what, labels)
		}
	}
}
