package project

import (
	"context"
	"strings"
	"testing"
)

// demandsBeside are what a remote file asks for in a project of these local files.
func demandsBeside(t *testing.T, local map[string]string, remote string, files ...string) string {
	t.Helper()
	var asked []string
	o := Options{
		WorkDir: folderWith(t, local), Name: "p", Files: files, NoConsistency: true,
		Remote: newFakeRemote(t, map[string]map[string]string{"oci://x/y": {"compose.yaml": remote}}),
		Agree: func(_ context.Context, demands []Demand) error {
			for _, d := range demands {
				asked = append(asked, d.What)
			}
			return nil
		},
	}
	if _, err := Load(t.Context(), o, nil); err != nil {
		t.Fatal(err)
	}
	return strings.Join(asked, "; ")
}

// TestDemandsOfOthers: what a remote file uses by a name that another file defines is
// asked about, however the other file came to be one of the project's.
func TestDemandsOfOthers(t *testing.T) {
	const mine = `
services: {db: {image: x, volumes: ["data:/d"], secrets: [s], configs: [c], hostname: main, networks: {back: {aliases: [sql]}}}}
volumes: {data: {}}
networks: {back: {}}
secrets: {s: {environment: S}}
configs: {c: {content: x}}
`
	for _, test := range []struct{ remote, want string }{
		{`services: {w: {image: x}, v: {image: x, pid: "service:w", volumes_from: [w], depends_on: [db]}}`, ``},
		{`services: {w: {image: x, volumes: ["own:/d"], secrets: [o], networks: {default: , o: {aliases: [w]}}}}
volumes: {own: {}}
networks: {o: {}}
secrets: {o: {environment: O}}`, ``},
		{`services: {w: {image: x, pid: "service:db"}}`, `service "w" uses the service "db"`},
		{`services: {w: {image: x, network_mode: "service:db"}}`, `service "w" uses the service "db"`},
		{`services: {w: {image: x, volumes_from: ["db:ro"]}}`, `service "w" uses the service "db"`},
		{`services: {w: {build: {dockerfile_inline: FROM x, additional_contexts: {c: "service:db"}}}}`, `service "w" uses the service "db"`},
		{`services: {w: {image: x, volumes: ["data:/steal"]}}`, `service "w" uses the volume "data"`},
		{"services: {w: {image: x, volumes: [\"data:/steal\"]}}\nvolumes: {data: {}}", `service "w" uses the volume "data"`},
		{`services: {w: {image: x, secrets: [s]}}`, `service "w" uses the secret "s"`},
		{`services: {w: {image: x, secrets: [{source: s, target: t}]}}`, `service "w" uses the secret "s"`},
		{`services: {w: {image: x, configs: [c]}}`, `service "w" uses the config "c"`},
		{`services: {w: {image: x, networks: [back]}}`, `service "w" uses the network "back"`},
		{`services: {w: {image: x, networks: {default: {aliases: [db]}}}}`, `service "w" takes the name "db", which is that of another file's service`},
		{`services: {w: {image: x, container_name: db}}`, `service "w" takes the name "db", which is that of another file's service`},
		{`services: {w: {image: x, networks: {default: {aliases: [DB]}}}}`, `service "w" takes the name "DB", which is that of another file's service`},
		{`services: {w: {image: x, hostname: db}}`, `service "w" takes the name "db", which is that of another file's service`},
		{`services: {w: {image: x, hostname: Main}}`, `service "w" takes the name "Main", which is that of another file's service`},
		{`services: {sql: {image: x}}`, `service "sql" takes the name "sql", which is that of another file's service`},
		{`services: {w: {image: x, networks: {default: {aliases: [api.example.com]}}}}`, `service "w" takes the name "api.example.com", which may be that of another machine`},
		{`services: {w: {image: x, hostname: api.example.com}}`, `service "w" takes the name "api.example.com", which may be that of another machine`},
		{`services: {api.example.com: {image: x}}`, `service "api.example.com" takes the name "api.example.com", which may be that of another machine`},
	} {
		if strings.Contains(test.want, " uses ") {
			test.want += ", which is not its own alone"
		}
		for how, local := range map[string]map[string]string{
			"included": {"compose.yaml": "include: [\"oci://x/y\"]\n" + mine},
			"beside":   {"compose.yaml": "include: [\"oci://x/y\", mine.yaml]\n", "mine.yaml": mine},
		} {
			if got := demandsBeside(t, local, test.remote); got != test.want {
				t.Errorf("%s: %s: got %s, want %s", how, test.remote, got, test.want)
			}
		}
		got := demandsBeside(t, map[string]string{"compose.yaml": mine}, test.remote, "compose.yaml", "oci://x/y")
		if !strings.Contains(got, test.want) || got != "" && test.want == "" {
			t.Errorf("second file: %s: got %s, want %s", test.remote, got, test.want)
		}
	}
}

// TestDemandsOfMerged: a remote file that changes what files before it say is asked
// about; one that is changed itself, or extended, is not.
func TestDemandsOfMerged(t *testing.T) {
	const mine = "services: {db: {image: x}}\nsecrets: {s: {environment: MINE}}\n"
	const theirs = "services: {db: {image: evil}}\nsecrets: {s: {environment: E}}\n"
	local := map[string]string{"compose.yaml": mine}
	want := `secret "s" changes what another file says of it; service "db" changes what another file says of it`
	if got := demandsBeside(t, local, theirs, "compose.yaml", "oci://x/y"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, back := range []string{
		"services: {db: !reset null}\nsecrets: {s: !reset null}\n", "x-a: &a {db: !reset {}, s: !reset {}}\nservices: {<<: *a}\nsecrets: {<<: *a}\n",
		"services: !override {w: {image: x}}\nsecrets: !reset null\n", "--- !override\nservices: {w: {image: x}}\n",
	} {
		if got := demandsBeside(t, local, back, "compose.yaml", "oci://x/y"); !strings.HasPrefix(got, want) {
			t.Errorf("taken back by %s: got %s", back, got)
		}
	}
	if got := demandsBeside(t, local, theirs, "oci://x/y", "compose.yaml"); got != "" {
		t.Errorf("changed itself: got %s", got)
	}
	extending := "services: {db: {extends: {file: \"oci://x/y\", service: db}}}\n"
	if got := demandsBeside(t, map[string]string{"compose.yaml": extending}, theirs); got != "" {
		t.Errorf("extended: got %s", got)
	}
	got := demandsBeside(t, map[string]string{"compose.yaml": extending + "volumes: {data: {}}\n"},
		"services: {db: {image: x, volumes: [\"data:/d\"]}}\nvolumes: {data: {}}\n")
	if want := `service "db" uses the volume "data", which is not its own alone`; got != want {
		t.Errorf("extended, with a volume of that name: got %s, want %s", got, want)
	}
}
