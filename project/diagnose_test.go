package project

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/hint"
)

// diagnoseCases are files with a mistake.
var diagnoseCases = []struct {
	name string
	file string
	want string // FileError.Error without its excerpt, and without the file's name
	hint string // part of the hint
}{
	{"unknown key", "services:\n  web:\n    imgae: nginx\n", `:3:5: services.web additional properties 'imgae' not allowed`, `did you mean "image"?`},
	{"unknown key, cut short", "services: {web: {image: x, depends: [a]}}", `:1:28: services.web additional properties 'depends' not allowed`, `"depends_on"`},
	{"unknown key, deep", "services:\n  web:\n    image: x\n    deploy:\n      resources:\n        limit: {}\n", `:6:9: services.web.deploy.resources additional properties 'limit' not allowed`, `"limits"`},
	{"unknown key, wrong level", "services: {web: {image: x}}\nports: [80]\n", `:2:1: additional properties 'ports' not allowed`, "ports belongs to a service"},
	{"unknown key, too deep", "services:\n  web:\n    image: x\n    volumes: []\n    services: {}\n", `:5:5: services.web additional properties 'services' not allowed`, "top level"},
	{"a service at the top", "web: {image: x}", `:1:1: additional properties 'web' not allowed`, "below services:"},
	{"name of a service", "services: {\"a b\": {image: x}}", `:1:12: services additional properties 'a b' not allowed`, "a service's name"},
	{"env file without its path", "services:\n  web:\n    image: x\n    env_file: [{required: false}]\n", `:4:16: services.web.env_file.0: there is no path`, "write the file's name: {path: FILE, required: false}"},
	{"wrong type", "services:\n  web:\n    image: 5\n", `:3:12: services.web.image must be a string`, `put it in quotes: "5"`},
	{"wrong type of a section", "services: [a]", `:1:1: services must be a mapping`, ""},
	{"wrong duration", "services: {a: {image: x, stop_grace_period: 1q}}", `:1:45: services.a.stop_grace_period: time: unknown unit "q"`, ""},
	{"wrong size", "services: {a: {image: x, shm_size: 1q}}", `:1:36: services.a.shm_size: invalid suffix`, ""},
	{"no number", "services: {a: {image: x, ports: [{target: b}]}}", `:1:43: error while interpolating services.a.ports.[].target: failed to cast`, "neither a number"},
	{"key that is no text", "services: {5: {image: x}}", `:1:12: non-string key in services: 5`, `"5"`},
	{"tab", "services:\n\tweb: {}\n", `:2:2: yaml: while scanning for the next token: found character that cannot start any token`, "tabs"},
	{"colon", "services:\n  web:\n    image: a: b\n", `:3:13: yaml: mapping values are not allowed in this context`, "quotes"},
	{"key twice", "services:\n  web:\n    image: a\n    image: b\n", `:4:5: yaml: mapping key "image" already defined at line 3`, "once"},
	{"anchor", "services:\n  web: *nope\n", `:2:8: yaml: unknown anchor 'nope' referenced`, "&NAME"},
	{"open brace", "{services: {a: {image: x", `:1:1: yaml: while parsing a flow mapping: did not find expected ',' or '}'`, "brackets"},
	{"dedent", "services:\n  web:\n    image: a\n   command: b\n", `:4:4: yaml: while parsing a block mapping: did not find expected key`, "indentation"},
	{"open quote", "services:\n  web:\n    image: \"a\n    command: b\n", `:3:12: yaml: while scanning a quoted scalar: found unexpected end of stream`, "quotes"},
	{"control character", "services:\n  web: \x01\n", `:2:8: yaml: control characters are not allowed`, "quotes"},
	{"empty", "", `:1:1: empty compose file`, "services:"},
	{"a text", "hello", `:1:1: top-level object must be a mapping`, "services:"},
	{"no image", "services:\n  web:\n    command: x\n", `:2:3: service "web" has neither an image nor a build context specified`, "image: NAME"},
	{"cycle", "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n", `:2:30: dependency cycle detected: a -> b -> a`, "take one"},
	{"cycle of builds", "services:\n  a: {build: {context: ., additional_contexts: {x: 'service:b'}}}\n  b: {build: {context: ., additional_contexts: [x=service:a]}}\n", `:2:27: cycle of builds detected: a -> b -> a`, "take one"},
	{"cycle through a namespace", "services:\n  a: {image: x, network_mode: 'service:b'}\n  b: {image: x, depends_on: [a]}\n", `:2:31: dependency cycle detected: a -> b -> a`, "take one"},
	{"service", "services:\n  web: {image: x, depends_on: [bd]}\n  db: {image: x}\n", `:2:32: service "web" depends on undefined service "bd"`, `did you mean "db"?`},
	{"service that is off", "services:\n  web: {image: x, depends_on: {db: {condition: service_started}}}\n  db: {image: x, profiles: [p]}\n", `:2:32: service "web" depends on undefined service "db"`, "--profile p"},
	{"network", "services:\n  web:\n    image: x\n    networks:\n      - bakc\nnetworks: {back: }\n", `:5:9: service "web" refers to undefined network bakc`, `did you mean "back"?`},
	{"network, mapping", "services: {web: {image: x, networks: {n: }}}", `:1:39: service "web" refers to undefined network n`, "networks: {n: }"},
	{"volume", "services:\n  web:\n    image: x\n    volumes: ['data:/d']\n", `:4:15: service "web" refers to undefined volume data`, "./data"},
	{"volume, long", "services: {web: {image: x, volumes: [{type: volume, source: data, target: /d}]}}", `:1:38: service "web" refers to undefined volume data`, "volumes: {data: }"},
	{"secret", "services: {web: {image: x, secrets: [s]}}", `:1:38: service "web" refers to undefined secret s`, "secrets: {s: }"},
	{"config", "services: {web: {image: x, configs: [{source: c}]}}", `:1:38: service "web" refers to undefined config c`, "configs: {c: }"},
	{"variable", "services:\n  web:\n    image: nginx:${TAG:?say which}\n", `:3:18: error while interpolating services.web.image: required variable TAG is missing a value: say which`, "set TAG"},
	{"variable in a list", "services:\n  web:\n    image: x\n    command: [a, '${B?}']\n", `:4:19: error while interpolating services.web.command.[]: required variable B is missing a value`, "set B"},
	{"variable in a block", "services:\n  web:\n    image: x\n    command: |\n      one\n      two ${B?}\n", `:6:11: error while interpolating services.web.command: required variable B is missing a value`, "set B"},
	{"template", "services: {web: {image: '${X/a/b}'}}", `:1:26: invalid interpolation format for services.web.image: "${X/a/b}"`, "$$"},
	{"short volume", "services:\n  web:\n    image: x\n    volumes: ['${NO}:/x']\n", `:4:15: services.web.volumes.0: invalid spec: :/x: empty section between colons: NO is not set`, "${NO:-VALUE}"},
	{"volume of nothing", "services:\n  web:\n    image: x\n    volumes: ['${V}:${W}']\n", `:4:15: services.web.volumes.0: invalid spec: :: empty section between colons: V and W are not set`, "set them"},
	{"port unset", "services:\n  web:\n    image: x\n    ports: ['${P}:${P}']\n", `:4:13: services.web.ports.0: no port specified: :<empty>: P is not set`, "${P:-VALUE}"},
	{"number unset", "services: {web: {image: x, scale: '${N}'}}", `:1:36: error while interpolating services.web.scale: failed to cast to expected type: strconv.Atoi: parsing "": invalid syntax: N is not set`, "${N:-VALUE}"},
	{"image unset", "services: {web: {image: '${I}'}}", `:1:25: service "web" has neither an image nor a build context specified: I is not set`, "${I:-VALUE}"},
	{"an override alone", "services: {web: {labels: {a: b}}}", `:1:12: service "web" has neither an image nor a build context specified`, "-f FILE -f sub/my.yaml"},
	{"latin-1", "services:\n  web: {image: \"caf\xe9\"}\n", `:2:20: the byte 0xe9 is not UTF-8`, "iconv"},
	{"NUL", "services:\n  web: {image: a\x00}\n", `:2:17: there is a NUL byte here`, "damaged"},
	{"UTF-16 without a mark", "s\x00:\x00 \x001\x00", `:1:1: this looks like UTF-16`, "iconv"},
	{"infinite", "services: {web: {image: x, scale: .inf}}", `:1:35: services.web.scale: .inf is no finite number`, `".inf"`},
	{"infinite, in an extension", "x-a: [{b: -.Inf}]\nservices: {web: {image: x}}", `:1:11: x-a.0.b: -.Inf is no finite number`, "quotes"},
	{"infinite, by a variable", "services: {web: {image: x, cpus: '${C:-NaN}'}}", `:1:34: services.web.cpus: NaN is no finite number`, "quotes"},
	{"short port", "services:\n  web:\n    image: x\n    ports: ['80:90:x']\n", `:4:13: services.web.ports.0: `, `"8080:80"`},
	{"mount twice", "services:\n  web:\n    image: x\n    tmpfs: /y\n    volumes: ['/y']\n", `:5:15: services.web.volumes[0]: target /y already mounted as services.web.tmpfs[0]`, ""},
	{"container names", "services:\n  a: {image: x, container_name: cc}\n  b: {image: x, container_name: cc}\n", `:3:17: services.b: container name "cc" is already in use by service a`, "another"},
	{"scale", "services: {a: {image: x, container_name: cc, scale: 2}}", `:1:26: services.a: can't set container_name and scale as container name must be unique`, "container_name out"},
	{"extends", "services: {a: {image: x, extends: bb}, cc: {image: x}}", `:1:26: cannot extend service "a" in `, "cc"},
	{"network mode", "services: {a: {image: x, network_mode: host, networks: [n]}}\nnetworks: {n: }", ":1:26: service a declares mutually exclusive `network_mode` and `networks`", "keep one"},
	{"env file", "services:\n  a:\n    image: x\n    env_file: [no.env]\n", `:4:16: env file `, "required: false"},
	{"date", "services: {a: {image: x, command: [2001-01-01]}}", `:1:36: 2001-01-01 is a date, and a text is wanted`, `"2001-01-01"`},
	{"included file", "include: [no.yaml]\n", `:1:11: open `, ""},
}

// TestDiagnose holds what a user sees of a mistake: the place, the sentence,
// the hint.
func TestDiagnose(t *testing.T) {
	for _, test := range diagnoseCases {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t, "sub/my.yaml", test.file)
			_, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo", Files: []string{"sub/my.yaml"}}, nil)
			file, ok := errors.AsType[*FileError](err)
			if !ok {
				t.Fatalf("error %#v, want a *FileError", err)
			}
			check(t, "Load", "", err, "", filepath.Join("sub", "my.yaml")+test.want)
			if !strings.Contains(file.Help, test.hint) || test.hint == "" && file.Help != "" {
				t.Errorf("hint %q, want %q in it", file.Help, test.hint)
			}
			if file.Excerpt != "" && !strings.HasSuffix(file.Excerpt, "^") {
				t.Errorf("excerpt %q", file.Excerpt)
			}
		})
	}
}

// TestDiagnoseOtherFile: a mistake may be in another file than the first.
func TestDiagnoseOtherFile(t *testing.T) {
	tests := []struct {
		name  string
		files []string
		want  string
	}{
		{"override", []string{"compose.yaml", oneService, "compose.override.yaml", "services:\n  web:\n    potrs: []\n"}, "compose.override.yaml:3:5: "},
		{"included", []string{"compose.yaml", "include: [sub/inc.yaml]\n", "sub/inc.yaml", "services:\n  web: {image: x, networks: [n]}\n"}, "sub/inc.yaml:2:30: "},
		{"extended", []string{"compose.yaml", "services: {a: {extends: {file: base.yaml, service: b}}}\n", "base.yaml", "services:\n  b: {image: x, volumes: ['data:/v']}\n"}, "compose.yaml:1:12: "},
		{"syntax in an included one", []string{"compose.yaml", "include: [inc.yaml]\n", "inc.yaml", "a: b: c\n"}, "inc.yaml:1:5: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load(t.Context(), Options{WorkDir: folder(t, test.files...)}, nil)
			check(t, "Load", "", err, "", test.want)
		})
	}
}

func TestDiagnoseSeveral(t *testing.T) {
	dir := folder(t, "compose.yaml", "services:\n  a: {image: '${B?}'}\n  b: {image: '${A?}'}\n")
	_, err := Load(t.Context(), Options{WorkDir: dir}, nil)
	if err == nil {
		t.Fatal("no error")
	}
	first, second := strings.Index(err.Error(), "compose.yaml:2:15: "), strings.Index(err.Error(), "compose.yaml:3:15: ")
	if first != 0 || second < 0 {
		t.Errorf("got %v", err)
	}
	if hint.Of(err) != "set B in the environment or in .env" {
		t.Errorf("hint %q", hint.Of(err))
	}
}

// TestDiagnoseAll: all mistakes of a kind are reported in one run, in the order
// of their places, whatever order maps have in this run.
func TestDiagnoseAll(t *testing.T) {
	const file = `services:
  web:
    image: nginx
    networks: [frnt, back]
    volumes: ["data:/x", "dta:/y"]
    depends_on: [bd, db]
    secrets: [s]
    tmpfs: /z
    configs: [c]
  db: {image: x, container_name: one, scale: 2}
  c:
    tty: true
  loop: {image: x, depends_on: [pool]}
  pool: {image: x, depends_on: [loop]}
networks: {back: }
volumes: {data: }
`
	want := []string{
		`:4:16: service "web" refers to undefined network frnt`,
		`:5:26: service "web" refers to undefined volume dta`,
		`:6:18: service "web" depends on undefined service "bd"`,
		`:7:15: service "web" refers to undefined secret s`,
		`:9:15: service "web" refers to undefined config c`,
		`:10:18: services.db: can't set container_name and scale`,
		`:11:3: service "c" has neither an image nor a build context`,
		`:13:33: dependency cycle detected: loop -> pool -> loop`,
	}
	for range 5 {
		_, err := Load(t.Context(), Options{WorkDir: folder(t, "compose.yaml", file)}, nil)
		holds(t, err, want)
	}
}

// TestDiagnoseSchema: keys that are not known, values of another type, ports
// and volumes that cannot be read, variables that are missing.
func TestDiagnoseSchema(t *testing.T) {
	tests := []struct {
		name, file string
		want       []string
	}{
		{"keys and types", `services:
  web:
    imgae: nginx
    scale: {}
    prots: ["80"]
    depends_on: {db: {condition: 5}}
  db:
    image: 5
    ports: [foo, "80", "99999:1"]
    volumes: [":/x"]
networkss: {}
`, []string{
			`:3:5: services.web additional properties 'imgae' not allowed`,
			`:4:5: services.web.scale must be a`,
			`:5:5: services.web additional properties 'prots' not allowed`,
			`:6:34: services.web.depends_on.db.condition`,
			`:8:12: services.db.image must be a string`,
			`:9:13: services.db.ports.0: `,
			`:9:24: services.db.ports.2: `,
			`:10:15: services.db.volumes.0: `,
			`:11:1: additional properties 'networkss' not allowed`,
		}},
		{"variables", "services:\n  a: {image: '${A?}', tty: '${T}'}\n  b: {image: '${B:?why}'}\n---\nservices: {c: {image: '${C?}'}}\n", []string{
			`:2:15: error while interpolating services.a.image`,
			`:2:29: error while interpolating services.a.tty`,
			`:3:15: error while interpolating services.b.image`,
			`:5:24: error while interpolating services.c.image`,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load(t.Context(), Options{WorkDir: folder(t, "compose.yaml", test.file)}, nil)
			holds(t, err, test.want)
		})
	}
}

// holds checks that the error names these places and mistakes of compose.yaml,
// in order, and no others.
func holds(t *testing.T, err error, want []string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	var got []string
	for line := range strings.Lines(err.Error()) {
		if place, ok := strings.CutPrefix(line, "compose.yaml"); ok {
			got = append(got, strings.TrimSuffix(place, "\n"))
		}
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !strings.HasPrefix(got[i], want[i]) {
			t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestDiagnoseEnough(t *testing.T) {
	file := "services:\n" + times(50, "\n", func(int) string { return "" }) +
		times(50, "\n", func(i int) string { return fmt.Sprintf("  s%d: {tty: true}", i) })
	_, err := Load(t.Context(), Options{WorkDir: folder(t, "compose.yaml", file)}, nil)
	if err == nil || strings.Count(err.Error(), "compose.yaml:") != 20 || !strings.HasSuffix(err.Error(), "\nand 30 more") {
		t.Errorf("got %v", err)
	}
}
