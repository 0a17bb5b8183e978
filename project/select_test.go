package project

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/hint"
)

// graph has dependencies, profiles and resources of every kind.
const graph = `services:
  web: {image: x, depends_on: [api], networks: [front], volumes: ["cache:/c"]}
  api: {image: x, depends_on: {db: {condition: service_healthy}, debug: {condition: service_started, required: false}}, networks: [back], configs: [conf]}
  db: {image: x, networks: [back], volumes: ["data:/d"], secrets: [pass]}
  debug: {image: x, profiles: [dev], networks: [back]}
  tools: {image: x, profiles: [dev], depends_on: [debug]}
  far: {image: x, profiles: [far], depends_on: [off]}
  off: {image: x, profiles: [other]}
networks: {front: , back: , unused: }
volumes: {cache: , data: , unused: }
configs: {conf: {content: x}}
secrets: {pass: {environment: P}}
`

// selectCases are selections of the services of graph.
var selectCases = []struct {
	name      string
	profiles  []string
	selection Selection
	services  string
	targets   string
	networks  string
	volumes   string
	wantErr   string
}{
	{name: "all", services: "api db web", networks: "back front", volumes: "cache data"},
	{name: "all of a profile", profiles: []string{"dev"}, services: "api db debug tools web", networks: "back default front", volumes: "cache data"},
	{name: "all profiles", profiles: []string{"*"}, services: "api db debug far off tools web", networks: "back default front", volumes: "cache data"},
	{name: "dependencies", selection: Selection{Services: []string{"api"}}, services: "api db", targets: "api", networks: "back", volumes: "data"},
	{name: "no dependencies", selection: Selection{Services: []string{"api"}, NoDeps: true}, services: "api", targets: "api", networks: "back"},
	{name: "several, once each", selection: Selection{Services: []string{"db", "web", "db"}, NoDeps: true}, services: "db web", targets: "db web", networks: "back front", volumes: "cache data"},
	{name: "pattern", selection: Selection{Services: []string{"*b"}, NoDeps: true}, services: "db web", targets: "db web", networks: "back front", volumes: "cache data"},
	{name: "naming turns the profile on", selection: Selection{Services: []string{"tools"}}, services: "debug tools", targets: "tools", networks: "back default"},
	{name: "a dependency is switched on, its profile is not", selection: Selection{Services: []string{"far"}}, services: "far off", targets: "far", networks: "default"},
	{name: "optional dependency that is on", profiles: []string{"dev"}, selection: Selection{Services: []string{"api"}}, services: "api db debug", targets: "api", networks: "back", volumes: "data"},
	{name: "unknown", selection: Selection{Services: []string{"wep"}}, wantErr: "no such service: wep"},
}

func TestSelect(t *testing.T) {
	for _, test := range selectCases {
		t.Run(test.name, func(t *testing.T) {
			o := Options{WorkDir: folder(t, "compose.yaml", graph), Profiles: test.profiles, NoConsistency: true}
			p, err := Load(t.Context(), o, nil)
			if err != nil {
				t.Fatal(err)
			}
			// Load with Services gives what Select gives of the whole.
			o.Services, o.NoDeps = test.selection.Services, test.selection.NoDeps
			loaded, loadErr := Load(t.Context(), o, nil)
			selected, err := p.Select(test.selection)
			if (err == nil) != (loadErr == nil) {
				t.Fatalf("Select: %v, Load: %v", err, loadErr)
			}
			if err != nil {
				check(t, "Select", "", err, "", test.wantErr)
				if !errors.Is(err, ErrNoSuchService) || hint.Of(err) == "" {
					t.Errorf("error %#v, hint %q", err, hint.Of(err))
				}
				return
			}
			for what, got := range map[string]*Project{"Select": selected, "Load": loaded} {
				compare(t, what+": services", got.ServiceNames(), test.services)
				compare(t, what+": targets", got.Targets, test.targets)
				compare(t, what+": networks", got.NetworkNames(), test.networks)
				compare(t, what+": volumes", got.VolumeNames(), test.volumes)
				for _, name := range strings.Fields("web api db debug tools far off") {
					if !got.Known(name) {
						t.Errorf("%s: %s is not known", what, name)
					}
				}
				if got.Known("elsewhere") {
					t.Errorf("%s: elsewhere is known", what)
				}
			}
		})
	}
}

func compare(t *testing.T, what string, got []string, want string) {
	t.Helper()
	if strings.Join(got, " ") != want {
		t.Errorf("%s %q, want %q", what, got, want)
	}
}

func TestSelectLeavesTheOriginal(t *testing.T) {
	p := load(t, graph)
	before := slices.Collect(maps.Keys(p.Services["api"].DependsOn))
	selected, err := p.Select(Selection{Services: []string{"api"}, NoDeps: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(selected.Services["api"].DependsOn) > 0 {
		t.Errorf("dependencies outside of the selection stay: %v", selected.Services["api"].DependsOn)
	}
	if len(p.Services) != 3 || len(p.Services["api"].DependsOn) != len(before) || len(p.Targets) > 0 {
		t.Errorf("the original changed: %v", p.ServiceNames())
	}
	again, err := selected.Select(Selection{Services: []string{"db"}})
	if err != nil || strings.Join(again.ServiceNames(), " ") != "db" {
		t.Errorf("selecting what was left out: %v, %v", again, err)
	}
}

func TestAllResources(t *testing.T) {
	p, err := Load(t.Context(), Options{WorkDir: folder(t, "compose.yaml", graph), AllResources: true, Services: []string{"db"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "networks", p.NetworkNames(), "back default front unused")
	compare(t, "volumes", p.VolumeNames(), "cache data unused")
}

func TestUnknownServiceHint(t *testing.T) {
	p := load(t, graph)
	for name, want := range map[string]string{
		"wbe":   `did you mean "web"?`,
		"apis":  `did you mean "api"?`,
		"zzzzz": "the services are api, db, web, debug, far, off, tools",
	} {
		_, err := p.Select(Selection{Services: []string{name}})
		if hint.Of(err) != want {
			t.Errorf("%s: hint %q, want %q", name, hint.Of(err), want)
		}
	}
}

func TestWithScale(t *testing.T) {
	p := load(t, `services:
  web: {image: x, deploy: {replicas: 2}}
  api: {image: x}
  one: {image: x, container_name: cc}
`)
	scaled, err := p.WithScale(map[string]int{"web": 3, "api": 0, "one": 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"web": 3, "api": 0, "one": 1} {
		s := scaled.Services[name]
		if got := s.GetScale(); got != want {
			t.Errorf("%s: %d replicas, want %d", name, got, want)
		}
	}
	if web := p.Services["web"]; web.GetScale() != 2 || *web.Deploy.Replicas != 2 {
		t.Error("the original changed")
	}
	before, _ := p.Hash("web", nil)
	if after, _ := scaled.Hash("web", nil); after != before {
		t.Error("the number of replicas is hashed")
	}
	for want, scale := range map[string]map[string]int{
		"no such service: nope": {"nope": 1},
		"services.one: can't set container_name and scale to 2 as container name must be unique": {"one": 2},
		"services.api.scale: must be greater than or equal to 0":                                 {"api": -1},
	} {
		_, err := p.WithScale(scale)
		check(t, "WithScale", "", err, "", want)
		if hint.Of(err) == "" {
			t.Errorf("%v has no hint", err)
		}
	}
}
