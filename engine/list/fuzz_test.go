package list

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/events"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/project"
)

// FuzzEvents: of an engine's events those of the project are shown in their order,
// without our labels and without one-off containers, as JSON that says the same.
func FuzzEvents(f *testing.F) {
	for _, seed := range []string{
		`{"Type":"container","Action":"start","Actor":{"ID":"1f","Attributes":{"image":"x","name":"demo-web-1","com.docker.compose.service":"web"}},"timeNano":1767323045000000000}`,
		`{"Action":"die","Actor":{"Attributes":{"com.docker.compose.oneoff":"True","exitCode":"1"}}} {"Action":"exec_create: sh -c \"a\nb\""}`,
		`{"timeNano":-1}{"timeNano":9223372036854775807}`, `{"Actor":null}`, `[]`, `{"timeNano":1e30}`, "", "null", "{", `{"Action":"\ud800"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		var want []events.Message
		for d := json.NewDecoder(bytes.NewReader(said)); ; {
			var m events.Message
			if d.Decode(&m) != nil {
				break
			}
			if m.Actor.Attributes[project.LabelOneOff] != project.OneOffTrue {
				want = append(want, m)
			}
		}
		n := 0
		err := Events(t.Context(), testbed.Answering(t, said), EventsOptions{Project: "demo"}, func(h Event) error {
			if n >= len(want) || h.ID != want[n].Actor.ID || h.Action != string(want[n].Action) || h.Time.UnixNano() != want[n].TimeNano {
				t.Fatalf("event %d of %q is %+v", n, said, h)
			}
			n++
			for key := range h.Attributes {
				if strings.HasPrefix(key, project.LabelPrefix) || strings.HasPrefix(key, project.OwnLabelPrefix) {
					t.Errorf("our label %q is shown", key)
				}
			}
			text, err := json.Marshal(h)
			var back Event
			if err != nil || json.Unmarshal(text, &back) != nil || back.String() != h.String() {
				t.Errorf("%s is written as %s, %v, which is %s", h, text, err, back)
			}
			return nil
		})
		if err == nil {
			t.Errorf("the stream ended after %d events, and nobody says so", n)
		}
		// The end may be told before the last events are: both are on channels.
		if n > len(want) {
			t.Errorf("%d events of %d", n, len(want))
		}
	})
}

// FuzzStats: whatever numbers an engine has, there is JSON of them.
func FuzzStats(f *testing.F) {
	for _, seed := range []string{
		`{"cpu_stats":{"cpu_usage":{"total_usage":5},"system_cpu_usage":18446744073709551615,"online_cpus":0},"memory_stats":{"usage":5,"limit":0,"stats":{"inactive_file":9}}}`,
		`{"precpu_stats":{"cpu_usage":{"total_usage":18446744073709551615}},"memory_stats":{"usage":18446744073709551615,"limit":1}}`, `{}`, `{"networks":{"a":{"rx_bytes":18446744073709551615},"b":{"rx_bytes":1}}}`, `{"blkio_stats":{"io_service_bytes_recursive":[{"op":"r","value":1},{"op":""}]}}`, `{"read":"0001-01-01T00:00:00Z","preread":"9999-01-01T00:00:00Z"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		_ = sampling{of: Container{Name: "a"}}.read(t.Context(), testbed.Answering(t, said), func(s Stats) error {
			if _, err := json.Marshal(s); err != nil {
				t.Errorf("%s: %v", said, err)
			}
			return nil
		})
	})
}

// FuzzListed: whatever an engine lists, each entry is one container at most, and of no
// more projects than entries.
func FuzzListed(f *testing.F) {
	for _, seed := range []string{
		`[{"Id":"1","Names":["/demo-web-1"],"State":"running","Status":"Up 2 seconds","Labels":{"com.docker.compose.project":"demo","com.docker.compose.oneoff":"False","com.docker.compose.container-number":"-1"},"Ports":[{"PrivatePort":80,"PublicPort":65535,"Type":"tcp"}]}]`,
		`[{"Names":[""],"Status":"Exited (","NetworkSettings":{"Networks":{"a":null}},"Mounts":[{}],"Labels":{"com.docker.compose.oneoff":"x"}}]`, `[null]`, `{}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		entries := bytes.Count(said, []byte("{")) + bytes.Count(said, []byte("null"))
		c := testbed.Answering(t, said)
		if listed, err := Containers(t.Context(), c, "demo"); err == nil && len(listed) > entries {
			t.Errorf("%d containers of %q", len(listed), said)
		}
		if projects, err := Projects(t.Context(), c, ProjectsOptions{All: true}); err == nil && len(projects) > entries {
			t.Errorf("%d projects of %q", len(projects), said)
		}
	})
}
