package observe

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/project"
)

// FuzzDependsOn: whatever a label says, dependencies have names without the signs that
// part them, in order, and a label made of them says the same.
func FuzzDependsOn(f *testing.F) {
	for _, seed := range []string{"db:service_healthy:false,cache:service_started:true", "", ",", "::", "a", "a:b:c:d", "b,a", "a:,a::true"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, label string) {
		on := ParseDependsOn(label)
		var parts []string
		for i, d := range on {
			if d.Service == "" || strings.ContainsAny(d.Service, ":,") || i > 0 && on[i-1].Service > d.Service {
				t.Errorf("%q: %+v", label, on)
			}
			restart := ":false"
			if d.Restart {
				restart = ":true"
			}
			parts = append(parts, d.Service+":"+d.Condition+restart)
		}
		again := ParseDependsOn(strings.Join(parts, ","))
		if len(again) != len(on) {
			t.Fatalf("%q: %+v, and again %+v", label, on, again)
		}
		for i := range on {
			if on[i] != again[i] {
				t.Errorf("%q: %+v, and again %+v", label, on[i], again[i])
			}
		}
	})
}

// FuzzContainers: whatever an engine lists, and whatever labels containers have, each
// is one container, each place that one comes from is there once, and numbers count.
func FuzzContainers(f *testing.F) {
	for _, seed := range []string{
		`[{"Id":"1","Names":["/demo-web-1"],"State":"running","Status":"Up 2 seconds (healthy)","Created":1,"Labels":{"com.docker.compose.project":"demo","com.docker.compose.service":"web","com.docker.compose.config-hash":"x","com.docker.compose.oneoff":"False","com.docker.compose.container-number":"-1","com.docker.compose.depends_on":"db:x:true","com.docker.compose.project.config_files":"/a,,/b","com.docker.compose.project.working_dir":"/w"}}]`,
		`[{"Id":"1","Labels":{"com.docker.compose.oneoff":"False","com.docker.compose.project.config_files":","}},{"Id":"1","Labels":{"com.docker.compose.oneoff":"False"}}]`,
		`[{"Names":null,"Status":"Exited (-1) now","State":"exited"},{"Names":[""],"Status":"Exited (","NetworkSettings":{"Networks":{"a":null}},"Ports":[{"PublicPort":65535}],"Mounts":[{}]}]`, `[null]`, `{}`, `[{"Labels":{"com.docker.compose.container-number":"99999999999999999999","com.docker.compose.config-hash":"","com.docker.compose.oneoff":"False"}}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, list []byte) {
		entries := bytes.Count(list, []byte("{")) + bytes.Count(list, []byte("null"))
		c := testbed.Answering(t, list)
		containers, err := listContainers(t.Context(), c, Options{Name: "demo"})
		if err != nil {
			return
		}
		if len(containers) > entries {
			t.Errorf("%d containers of %q", len(containers), list)
		}
		for _, found := range containers {
			if found.Number < 0 {
				t.Errorf("the number %d by %q", found.Number, found.Labels[project.LabelNumber])
			}
		}
		origins, err := Origins(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, o := range origins {
			key, err := json.Marshal(o)
			if err != nil || seen[string(key)] {
				t.Errorf("%s is there twice, %v", key, err)
			}
			seen[string(key)] = true
		}
	})
}

// TestNullVolume: an engine that lists a volume that is null crashes nobody.
func TestNullVolume(t *testing.T) {
	c := testbed.Answering(t, []byte(`{"Volumes": [null, {"Name": "v"}]}`))
	if list, err := listVolumes(t.Context(), c, Options{Name: "p"}); err != nil || len(list) != 1 {
		t.Errorf("observed %v, %v", list, err)
	}
}
