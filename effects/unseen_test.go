package effects

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// unseen are the attributes that no check sees, by path or by the path of what
// they are part of, with the reason.
var unseen = map[string]string{
	"include":                         "the loader's: tests of package project",
	"jobs":                            "no command runs jobs yet, here or in Docker Compose 5.5",
	"models":                          "a program beside the engine: tests of package provider",
	"name":                            "the loader's: tests of package project",
	"services":                        "all of this table",
	"version":                         "has no effect",
	"services.attach":                 "a matter of the attached output: testdata/script",
	"services.build":                  "a matter of images: tests of package build",
	"services.cpu_count":              "Windows",
	"services.cpu_percent":            "Windows",
	"services.credential_spec":        "Windows",
	"services.isolation":              "Windows",
	"services.depends_on.required":    "a matter of the plan: tests of package planner",
	"services.depends_on.restart":     "a matter of the plan: tests of package planner",
	"services.deploy.endpoint_mode":   "a Swarm's; reported where it is used",
	"services.deploy.mode":            "a Swarm's; reported where it is used",
	"services.deploy.placement":       "a Swarm's; reported where it is used",
	"services.deploy.rollback_config": "a Swarm's; reported where it is used",
	"services.deploy.update_config":   "a Swarm's; reported where it is used",
	"services.deploy.restart_policy":  "delay and window are a Swarm's; reported where they are used",
	"services.deploy.resources":       "devices as gpus; the rest is a Swarm's; reported where it is used",
	"services.develop":                "a matter of watch: tests of package watch",
	"services.extends":                "the loader's: tests of package project",
	"services.gpus":                   "each field at the request: tests of package engine",
	"services.models":                 "a program beside the engine: tests of package provider",
	"services.ports.app_protocol":     "a note; engines have no place for it",
	"services.ports.mode":             "a Swarm's",
	"services.ports.name":             "a note; engines have no place for it",
	"services.pre_start":              "the other fields as those of the service: tests of package engine",
	"services.profiles":               "the loader's: tests of package project",
	"services.provider":               "a program beside the engine: tests of package provider",
	"services.pull_policy":            "a matter of images: tests of package planner",
	"services.pull_refresh_after":     "has no effect in Docker Compose 5.5; reported where it is used",
	"services.umask":                  "engines have no place for it; reported where it is used",
	"services.volumes.consistency":    "Docker Desktop's",
	"configs.external":                "a Swarm's; refused",
	"configs.labels":                  "a Swarm's",
	"configs.name":                    "a Swarm's",
	"configs.template_driver":         "a Swarm's; refused",
	"secrets.driver":                  "a Swarm's; refused",
	"secrets.driver_opts":             "a Swarm's; refused",
	"secrets.external":                "a Swarm's; refused",
	"secrets.labels":                  "a Swarm's",
	"secrets.name":                    "a Swarm's",
	"secrets.template_driver":         "a Swarm's; refused",
}

// profiles are the services with a need, by need, as the files say.
func profiles() map[string][]string {
	found := map[string][]string{}
	for _, file := range files {
		text, err := os.ReadFile("testdata/" + file)
		if err != nil {
			panic(err) // a file of this package
		}
		var model struct {
			Services map[string]struct{ Profiles []string }
		}
		if err := yaml.Unmarshal(text, &model); err != nil {
			panic(err)
		}
		for _, name := range slices.Sorted(maps.Keys(model.Services)) {
			for _, p := range model.Services[name].Profiles {
				found[p] = append(found[p], name)
			}
		}
	}
	return found
}

// lostWithout are the attributes that are not seen on a machine without
// something.
func lostWithout(needed string) []string {
	var lost []string
	services := profiles()[needed]
	for _, c := range checks() {
		if c.need == needed || slices.Contains(services, c.service) {
			lost = append(lost, strings.Fields(c.attributes)...)
		}
	}
	slices.Sort(lost)
	return slices.Compact(lost)
}

// TestEveryAttribute: each attribute of the specification is seen by a check, or
// listed with the reason why not.
func TestEveryAttribute(t *testing.T) {
	all := attributes(t)
	seen := map[string]bool{}
	for _, c := range checks() {
		for _, a := range strings.Fields(c.attributes) {
			seen[a] = true
			if !slices.Contains(all, a) {
				t.Errorf("the specification has no attribute %s", a)
			}
		}
	}
	used := map[string]bool{}
	for _, a := range all {
		listed := reason(a)
		used[listed] = true
		if !seen[a] && listed == "" {
			t.Errorf("%s: neither seen by a check nor listed", a)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(unseen)) {
		if !used[path] {
			t.Errorf("listed as unseen, and no attribute: %s", path)
		}
	}
}

// reason is the key in unseen that covers an attribute; "" where there is none.
func reason(attribute string) string {
	for path := attribute; ; {
		if _, ok := unseen[path]; ok && (path != "services" || attribute == "services") {
			return path
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return ""
		}
		path = path[:i]
	}
}

// TestNeeds: every need is somebody's.
func TestNeeds(t *testing.T) {
	for name := range needs {
		if len(lostWithout(name)) == 0 {
			t.Errorf("no check needs %s", name)
		}
	}
	for name := range profiles() {
		if _, ok := needs[name]; !ok {
			t.Errorf("the profile %s is no need", name)
		}
	}
}
