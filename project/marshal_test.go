package project

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/hint"
)

const marshalled = `name: demo
services:
  web:
    image: nginx:${TAG:-1}
    command: echo $$HOME
    environment: [A=1, B]
    env_file: e.env
    ports: ["8080:80"]
    mem_limit: 1g
    healthcheck: {interval: 90s}
    volumes: ["./src:/src"]
`

func TestMarshal(t *testing.T) {
	dir := folder(t, "compose.yaml", marshalled, "e.env", "E=$A\n")
	o := Options{WorkDir: dir, Environ: []string{"B=env"}}
	p, err := Load(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Marshal(MarshalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := `name: demo
services:
  web:
    command:
      - echo
      - $$HOME
    environment:
      A: "1"
      B: env
      E: "1"
    healthcheck:
      interval: 1m30s
    image: nginx:1
    mem_limit: "1073741824"
    networks:
      default: null
    ports:
      - mode: ingress
        target: 80
        published: "8080"
        protocol: tcp
    volumes:
      - type: bind
        source: ` + dir + `/src
        target: /src
        bind: {}
networks:
  default:
    name: demo_default
`
	if same(t, text) != same(t, []byte(want)) {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	again, err := Load(t.Context(), Options{WorkDir: dir, Files: []string{"-"}, Stdin: strings.NewReader(string(text))}, nil)
	if err != nil {
		t.Fatalf("loading the output: %v", err)
	}
	before, _ := p.Hash("web", nil)
	if after, _ := again.Hash("web", nil); after != before {
		t.Error("the output loads as another service")
	}
}

func TestMarshalJSON(t *testing.T) {
	p, err := Load(t.Context(), Options{WorkDir: folder(t, "compose.yaml", marshalled, "e.env", "")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Marshal(MarshalOptions{Format: JSON})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Services map[string]struct {
			Command     []string
			Environment map[string]*string
		}
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	web := got.Services["web"]
	if web.Command[1] != "$$HOME" || web.Environment["B"] != nil || *web.Environment["A"] != "1" {
		t.Errorf("got %+v", web)
	}
	if _, err := p.Marshal(MarshalOptions{Format: "toml"}); err == nil || hint.Of(err) == "" {
		t.Errorf("unknown format: %v", err)
	}
}

func TestModel(t *testing.T) {
	o := Options{WorkDir: folder(t, "compose.yaml", marshalled+"x-more: ['${REQ:?r}', '${ALT:+a}']\n", "e.env", ""), NoInterpolation: true}
	m, err := LoadModel(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []Format{YAML, JSON} {
		text, err := m.Marshal(MarshalOptions{Format: format})
		if err != nil || !strings.Contains(string(text), "nginx:${TAG:-1}") || !strings.Contains(string(text), "echo $$HOME") {
			t.Errorf("%s: %s, %v", format, text, err)
		}
	}
	want := []Variable{{Name: "ALT", Alternate: "a"}, {Name: "REQ", Required: true}, {Name: "TAG", Default: "1"}}
	got := m.Variables()
	if len(got) != len(want) {
		t.Fatalf("variables %+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("variable %+v, want %+v", got[i], want[i])
		}
	}
}

// same brings YAML into one form, so that the order of keys does not count.
func same(t *testing.T, text []byte) string {
	t.Helper()
	var tree any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestFlagsOfConfig are those that leave a stage of loading out.
func TestFlagsOfConfig(t *testing.T) {
	dir := folder(t, "compose.yaml", "services: {web: {image: 'x:${T}', volumes: ['./a:/b'], depends_on: [gone]}}\n")
	base := Options{WorkDir: dir, NoConsistency: true, Environ: []string{"T=t"}}
	tests := []struct {
		name string
		set  func(*Options)
		want string // image, source of the volume, number of networks
	}{
		{"none", func(*Options) {}, "x:t " + dir + "/a 1"},
		{"--no-interpolate", func(o *Options) { o.NoInterpolation = true }, "x:${T} " + dir + "/a 1"},
		{"--no-path-resolution", func(o *Options) { o.NoPathResolution = true }, "x:t ./a 1"},
		{"--no-normalize", func(o *Options) { o.NoNormalize = true }, "x:t " + dir + "/a 0"},
	}
	for _, test := range tests {
		o := base
		test.set(&o)
		p, err := Load(t.Context(), o, nil)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		web := p.Services["web"]
		if got := fmt.Sprint(web.Image, " ", web.Volumes[0].Source, " ", len(web.Networks)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}
