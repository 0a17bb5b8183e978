package build

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const bakeProject = `
services:
  base.img: {build: {dockerfile_inline: "FROM alpine\n"}}
  web:
    image: reg.example/web:1
    build:
      context: app
      target: last
      args: {A: "1", FROM_ENV: }
      tags: [extra]
      additional_contexts: {base: "service:base.img", lib: ./lib, r: "docker-image://alpine"}
      cache_from: [z/k:1]
      cache_to: [type=inline]
      no_cache_filter: [st]
      platforms: [linux/amd64, linux/arm64]
      secrets: [s1, {source: s2, target: tt}]
      ssh: [k=/tmp/x]
      network: host
      extra_hosts: [a=1.2.3.4]
      shm_size: 64m
      ulimits: {nofile: {soft: 10, hard: 20}}
      privileged: true
      provenance: mode=max
      sbom: false
secrets: {s1: {file: s.txt}, s2: {environment: SS}}
`

func TestBake(t *testing.T) {
	p := projectOf(t, bakeProject, map[string]string{"app/Dockerfile": "FROM scratch AS last", "lib/x": "", "s.txt": ""}, "SS=1", "FROM_ENV=e")
	text, err := Bake(p, []string{"web"}, BakeOptions{Options: options(nil, Options{AllPlatforms: true})})
	if err != nil {
		t.Fatal(err)
	}
	var got bakeFile
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if want := []string{"base_img", "web"}; !slices.Equal(got.Group["default"].Targets, want) {
		t.Errorf("targets: got %v, want %v", got.Group["default"].Targets, want)
	}
	if base := got.Target["base_img"]; base.DockerfileInline != "FROM alpine\n" || base.Dockerfile != "" || !slices.Equal(base.Output, []string{"type=docker"}) {
		t.Errorf("base.img: got %+v", base)
	}
	dir := p.WorkingDir
	web := got.Target["web"]
	if web.Labels["com.docker.compose.service"] != "web" {
		t.Errorf("labels: got %v", web.Labels)
	}
	web.Labels = nil
	want := bakeTarget{
		Context: filepath.Join(dir, "app"), Dockerfile: filepath.Join(dir, "app/Dockerfile"), Target: "last",
		Contexts: map[string]string{"base": "target:base_img", "lib": filepath.Join(dir, "lib"), "r": "docker-image://alpine"},
		Args:     map[string]string{"A": "1", "FROM_ENV": "e"}, Tags: []string{"reg.example/web:1", "extra"},
		CacheFrom: []string{"z/k:1"}, CacheTo: []string{"type=inline"}, NoCacheFilter: []string{"st"},
		Platforms: []string{"linux/amd64", "linux/arm64"},
		Secrets:   []string{"id=s1,type=file,src=" + filepath.Join(dir, "s.txt"), "id=tt,type=env,env=SS"},
		SSH:       []string{"k=/tmp/x"}, Network: "host", ExtraHosts: map[string]string{"a": "1.2.3.4"},
		ShmSize: "67108864", Ulimits: []string{"nofile=10:20"}, Entitlements: []string{"network.host", "security.insecure"},
		Output: []string{"type=image,push=false"}, Attest: []string{"type=provenance,mode=max", "type=sbom,disabled=true"},
	}
	if !reflect.DeepEqual(web, want) {
		t.Errorf("web:\n got %+v\nwant %+v", web, want)
	}
}

func TestBakeOutcome(t *testing.T) {
	p := projectOf(t, `
services:
  ours: {build: .}
  named: {image: x/y, build: .}
`, map[string]string{"Dockerfile": "FROM scratch"})
	for name, want := range map[string]BakeOptions{
		`"output":["type=docker"]`:   {},
		`"output":["type=registry"]`: {Push: true},
		`"call":"lint"`:              {Check: true},
	} {
		want.Options = options(nil, Options{})
		text, err := Bake(p, []string{"named"}, want)
		if err != nil {
			t.Fatal(err)
		}
		if squeezed := strings.Join(strings.Fields(string(text)), ""); !strings.Contains(squeezed, name) {
			t.Errorf("%+v: got %s, want %s in it", want, squeezed, name)
		}
	}
	text, err := Bake(p, []string{"ours"}, BakeOptions{Push: true, Options: options(nil, Options{})})
	if err != nil || strings.Contains(string(text), "registry") {
		t.Errorf("an image without a name of its own is pushed: %s, %v", text, err)
	}
	if _, err := Bake(p, []string{"nosuch"}, BakeOptions{}); err == nil {
		t.Error("an unknown service: no error")
	}
}
