package project

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

var twoFiles = Options{Files: []string{"a.yaml", "b.yaml"}}

// compositions are files, and what a project has at some of its places.
var compositions = []struct {
	name    string
	files   []string
	options Options
	want    []string // PATH JSON; null: not there
}{
	{"mappings are merged, lists of keys by their key", []string{
		"a.yaml", "services: {a: {image: x, environment: {A: 1, B: 1}, labels: [l=1, m=1], command: [a, b]}}",
		"b.yaml", "services: {a: {environment: [B=2, C=2], labels: {m: 2}, command: [c]}}",
	}, twoFiles, []string{`services.a.environment {"A":"1","B":"2","C":"2"}`, `services.a.labels {"l":"1","m":"2"}`, `services.a.command ["c"]`}},
	{"ports are added, mounts replace those at their target", []string{
		"a.yaml", "services: {a: {image: x, ports: ['80:80'], volumes: ['./a:/x', './b:/y']}}",
		"b.yaml", "services: {a: {ports: ['81:81', '80:80'], volumes: ['./c:/x:ro']}}",
	}, twoFiles, []string{`services.a.ports.1.published "81"`, `services.a.ports.2 null`, `services.a.volumes.0.source "DIR/c"`, `services.a.volumes.0.read_only true`, `services.a.volumes.1.source "DIR/b"`}},
	{"!reset takes back", []string{
		"a.yaml", "services: {a: {image: x, ports: ['80:80'], environment: {A: 1, B: 1}, deploy: {replicas: 2}}}\n",
		"b.yaml", "services: {a: {ports: !reset [], environment: {A: !reset null}, deploy: !reset null}}",
	}, twoFiles, []string{`services.a.ports null`, `services.a.environment {"B":"1"}`, `services.a.deploy null`}},
	{"!override replaces", []string{
		"a.yaml", "services: {a: {image: x, ports: ['80:80'], environment: {A: 1}}, b: {image: y, tty: true}}\n",
		"b.yaml", "services: {a: {ports: !override ['90:90'], environment: !override {B: 2}}, b: !override {image: z}}",
	}, twoFiles, []string{`services.a.ports.0.published "90"`, `services.a.ports.1 null`, `services.a.environment {"B":"2"}`, `services.b.tty null`, `services.b.image "z"`}},
	{"!reset of a service and of a resource", []string{
		"a.yaml", "services: {a: {image: x}, b: {image: y}}\nvolumes: {v: }\n",
		"b.yaml", "services: {b: !reset null}\nvolumes: !reset {}\n",
	}, Options{Files: twoFiles.Files, AllResources: true}, []string{`services.b null`, `volumes null`}},
	{"paths are relative to the first file's folder", []string{
		"one/a.yaml", "services: {a: {build: ./ctx, volumes: ['./v:/v']}}", "two/b.yaml", "services: {b: {build: ../x}}",
	}, Options{Files: []string{"one/a.yaml", "two/b.yaml"}}, []string{`services.a.build.context "DIR/one/ctx"`, `services.b.build.context "DIR/x"`}},
	{"standard input is in the folder of the call", nil,
		Options{Files: []string{"-"}, Stdin: strings.NewReader("services: {a: {build: ./ctx}}")}, []string{`services.a.build.context "DIR/ctx"`}},
	{"documents are files of their own", []string{
		"compose.yaml", "services: {a: {image: x, command: [q]}}\n---\nservices: {a: {image: y, command: !reset null}, b: {image: z}}\n",
	}, Options{}, []string{`services.a.image "y"`, `services.a.command null`, `services.b.image "z"`}},
	{"merge keys: what is written wins, the first of a list before the second", []string{
		"compose.yaml", "x-a: &a {image: x, tty: true}\nx-b: &b {image: y, init: true}\nservices: {s: {<<: [*b, *a], init: false}}\n",
	}, Options{}, []string{`services.s.image "y"`, `services.s.tty true`, `services.s.init false`}},
	{"x- keys are allowed at every level", []string{
		"compose.yaml", "x-top: {a: 1}\nservices: {a: {image: x, x-own: [1], deploy: {x-deep: yes}, ports: [{target: 80, x-port: 1}]}}\n",
	}, Options{}, []string{`x-top {"a":1}`, `services.a.ports.0.target 80`}},
	{"extends in a chain, through folders", []string{
		"compose.yaml", "services: {a: {extends: {file: x/b.yaml, service: b}, environment: {A: a}}}",
		"x/b.yaml", "services: {b: {extends: {file: y/c.yaml, service: c}, volumes: ['./b:/b'], environment: {A: b, B: b}}}",
		"x/y/c.yaml", "services: {c: {extends: d, build: ., env_file: c.env, volumes: ['./c:/c']}, d: {tty: true, environment: {A: d, D: d}}}",
		"x/y/c.env", "C=c\n",
	}, Options{}, []string{`services.a.environment {"A":"a","B":"b","C":"c","D":"d"}`, `services.a.tty true`, `services.a.build.context "DIR/x/y"`,
		`services.a.volumes.0.source "DIR/x/y/c"`, `services.a.volumes.1.source "DIR/x/b"`}},
	{"extends with !reset and !override", []string{
		"compose.yaml", "services: {a: {extends: {file: b.yaml, service: b}, ports: !reset [], environment: !override {X: 1}}}",
		"b.yaml", "services: {b: {image: x, ports: ['80'], environment: {Y: 1}}}",
	}, Options{}, []string{`services.a.ports null`, `services.a.environment {"X":"1"}`}},
	{"include: a folder, an environment and overrides of its own", []string{
		"compose.yaml", "include:\n- path: [sub/i.yaml, sub/over.yaml]\n  project_directory: pd\n  env_file: other.env\nservices: {a: {image: 'x:${V}', depends_on: [i]}}\n",
		"sub/i.yaml", "services: {i: {image: 'y:${V}', build: ./ctx}}", "sub/over.yaml", "services: {i: {tty: true}}",
		".env", "V=main\n", "other.env", "V=other\n", "sub/.env", "V=sub\n", "pd/Dockerfile", "",
	}, Options{}, []string{`services.a.image "x:main"`, `services.i.image "y:main"`, `services.i.tty true`, `services.i.build.context "DIR/pd/ctx"`}},
	{"include: .env beside the included file", []string{
		"compose.yaml", "include: [sub/i.yaml]\nservices: {a: {image: x}}\n", "sub/i.yaml", "services: {i: {image: 'y:${V}', build: .}}", "sub/.env", "V=sub\n",
	}, Options{}, []string{`services.i.image "y:sub"`, `services.i.build.context "DIR/sub"`}},
	{"include below another", []string{
		"compose.yaml", "include: [n/n.yaml]\nservices: {a: {image: x}}\n", "n/n.yaml", "include: [../m.yaml]\nservices: {n: {image: y, depends_on: [m]}}", "m.yaml", "services: {m: {image: z, volumes: ['./m:/m']}}",
	}, Options{}, []string{`services.m.volumes.0.source "DIR/m"`, `services.n.depends_on.m.condition "service_started"`}},
	{"profiles", []string{
		"compose.yaml", "services: {a: {image: x}, b: {image: y, profiles: [p]}, c: {image: z, profiles: [q, r]}}", ".env", "COMPOSE_PROFILES=p,r\n",
	}, Options{}, []string{`services.b.image "y"`, `services.c.image "z"`}},
	{"a profile's service that is optional is left out", []string{
		"compose.yaml", "services: {a: {image: x, depends_on: {b: {condition: service_started, required: false}}}, b: {image: y, profiles: [p]}}",
	}, Options{}, []string{`services.b null`}},
	{"env files: the later wins, and sees the earlier", []string{
		"compose.yaml", "services: {a: {image: 'x${A}${B}${C}'}}", "1.env", "A=1\nB=1\n", "2.env", "B=2$A\nC='$B'\n", ".env", "A=no\n",
	}, Options{EnvFiles: []string{"1.env", "2.env"}}, []string{`services.a.image "x121$$B"`}},
	{"COMPOSE_ENV_FILES, over .env", []string{
		"compose.yaml", "services: {a: {image: 'x${A}'}}", "1.env", "A=1\n", ".env", "A=no\n",
	}, Options{Environ: []string{"COMPOSE_ENV_FILES=1.env"}}, []string{`services.a.image "x1"`}},
	{"COMPOSE_DISABLE_ENV_FILE", []string{
		"compose.yaml", "services: {a: {image: 'x${A}'}}", ".env", "A=no\n",
	}, Options{Environ: []string{"COMPOSE_DISABLE_ENV_FILE=1"}}, []string{`services.a.image "x"`}},
	{"the forms of an env file", []string{
		"compose.yaml", "services: {a: {image: x, env_file: [e, {path: raw, format: raw}, {path: none, required: false}]}}",
		"e", "# c\nexport A=1\nB=\"two\nlines $A\"\nC='$A'\nD=a # c\nE=a#b\nF: yaml\nG=${A:+alt}\nH=\n", "raw", "R=\"$A\" # all of it\n",
	}, Options{}, []string{`services.a.environment {"A":"1","B":"two\nlines 1","C":"$$A","D":"a","E":"a#b","F":"yaml","G":"alt","H":"","R":"\"$$A\" # all of it"}`}},
	{"interpolation: nested, and not in keys", []string{
		"compose.yaml", "services: {a: {image: 'x:${N:-${M:-${A}}}', labels: {'$A': '$$A', b: '${E-d}${E:-d}${A:+y}'}, scale: '${S}'}}",
	}, Options{Environ: []string{"A=a", "E=", "S=3"}}, []string{`services.a.image "x:a"`, `services.a.labels {"$$A":"$$A","b":"dy"}`, `services.a.scale 3`}},
	{"Windows paths stay on other systems", []string{
		"compose.yaml", `services: {a: {image: x, volumes: ['C:\data\x:/x:ro']}}`,
	}, Options{Environ: []string{"COMPOSE_CONVERT_WINDOWS_PATHS=1"}}, []string{`services.a.volumes.0.source "C:\\data\\x"`, `services.a.volumes.0.target "/x"`}},
	{"a byte order mark and Windows' line ends", []string{
		"compose.yaml", "\ufeffservices:\r\n  a:\r\n    image: x\r\n    command: >-\r\n      a\r\n      b\r\n",
	}, Options{}, []string{`services.a.command ["a","b"]`}},
	{"numbers, sizes and durations as texts", []string{
		"compose.yaml", "services: {a: {image: x, mem_limit: 1.5gb, stop_grace_period: 1h30m, cpus: '0.5', shm_size: 64, tty: 'true', ulimits: {nofile: '5'}}}",
	}, Options{}, []string{`services.a.mem_limit "1610612736"`, `services.a.stop_grace_period "1h30m0s"`, `services.a.cpus 0.5`, `services.a.shm_size "64"`, `services.a.tty true`, `services.a.ulimits.nofile 5`}},
}

// TestComposition holds how files are put together: what a project has at some
// of its places, with the folder written as DIR. Docker Compose gives the same.
func TestComposition(t *testing.T) {
	for _, test := range compositions {
		t.Run(test.name, func(t *testing.T) {
			o := test.options
			o.WorkDir, o.Name = folder(t, test.files...), "demo"
			p, err := Load(t.Context(), o, nil)
			if err != nil {
				t.Fatal(err)
			}
			text, err := p.Marshal(MarshalOptions{Format: JSON})
			if err != nil {
				t.Fatal(err)
			}
			var tree any
			if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), o.WorkDir, "DIR")), &tree); err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				path, value, _ := strings.Cut(want, " ")
				if got := at(tree, path); got != value {
					t.Errorf("%s is %s, want %s", path, got, value)
				}
			}
		})
	}
}

// at is what a tree has at a path, as JSON.
func at(tree any, path string) string {
	for part := range strings.SplitSeq(path, ".") {
		switch below := tree.(type) {
		case map[string]any:
			tree = below[part]
		case []any:
			var i int
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(below) {
				return "null"
			}
			tree = below[i]
		default:
			return "null"
		}
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(tree); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// TestRefusedCompositions are files that cannot be put together.
func TestRefusedCompositions(t *testing.T) {
	tests := []struct {
		name  string
		files []string
		want  string
	}{
		{"include in a circle", []string{"compose.yaml", "include: [b.yaml]\n", "b.yaml", "include: [compose.yaml]\n"}, "include cycle detected"},
		{"extends in a circle", []string{"compose.yaml", "services: {a: {extends: b}, b: {extends: a}}"}, "Circular reference"},
		{"extends a service that is not there", []string{"compose.yaml", "services: {a: {extends: {file: b.yaml, service: c}}}", "b.yaml", oneService}, `service "c" not found`},
		{"extends from a file that is not there", []string{"compose.yaml", "services: {a: {extends: {file: b.yaml, service: c}}}"}, "b.yaml"},
		{"an env file that is not there", []string{"compose.yaml", "services: {a: {image: x, env_file: no.env}}"}, "env file "},
		{"a service that a profile turns off", []string{"compose.yaml", "services: {a: {image: x, depends_on: [b]}, b: {image: y, profiles: [p]}}"}, `depends on undefined service "b"`},
		{"a list of services", []string{"compose.yaml", "services: [a]"}, "services must be a mapping"},
		{"nothing beside an include", []string{"compose.yaml", "include: [b.yaml]\nservices:\n", "b.yaml", oneService}, "compose.yaml:2:1: services must be a mapping"},
		{"nothing", []string{"compose.yaml", ""}, "empty compose file"},
		{"a key twice", []string{"compose.yaml", "services: {a: {image: x, image: y}}"}, "already defined"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load(t.Context(), Options{WorkDir: folder(t, test.files...), Name: "demo"}, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
