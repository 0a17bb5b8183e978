package project

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

// demandsFrom are what a remote file with these files beside it asks for.
func demandsFrom(t *testing.T, files map[string]string, environ ...string) []string {
	t.Helper()
	const reference = "oci://x/y"
	remote := newFakeRemote(t, map[string]map[string]string{reference: files})
	home := folderWith(t, map[string]string{"compose.yaml": "include: [\"oci://x/y\"]\nservices: {mine: {image: x, privileged: true}}\n"})
	s, _, _, err := prepare(t.Context(), Options{WorkDir: home, Remote: remote, Environ: environ}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.remotes.load(t.Context(), reference, ownFolder); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range s.demands(t.Context(), "p") {
		root := remote.folders[reference]
		got = append(got, strings.NewReplacer(root, "ROOT", filepath.Dir(root), "BESIDE").Replace(d.What))
	}
	return got
}

// demandCases are attributes of a service and what is listed for them.
var demandCases = []struct{ service, want string }{
	{`ports: ["127.0.0.1:80:80"], volumes: ["data:/data"], env_file: a.env, labels: {a: b}, x-a: b`, ``},
	{`build: {context: ., dockerfile: sub/Dockerfile, args: {A: b}, target: t}`, ``},
	{`deploy: {replicas: 2, resources: {limits: {cpus: "1"}}}, logging: {driver: local, options: {max-size: 1m}}`, ``},
	{`network_mode: "service:web", pid: "service:web", ipc: shareable, volumes_from: [web]`, ``},
	{`privileged: true`, `is privileged`},
	{`privileged: "${SLY:-false}"`, `is privileged`},
	{`use_api_socket: true`, `gets the engine's API`},
	{`cap_add: [SYS_ADMIN]`, `has cap_add: "SYS_ADMIN"`},
	{`pid: host`, `has pid: "host"`},
	{`ipc: "container:other"`, `has ipc: "container:other"`},
	{`network_mode: host`, `has network_mode: "host"`},
	{`userns_mode: host`, `has userns_mode: "host"`},
	{`uts: host`, `has uts: "host"`},
	{`cgroup: host`, `has cgroup: "host"`},
	{`cgroup_parent: /`, `has cgroup_parent: "/"`},
	{`runtime: evil`, `has runtime: "evil"`},
	{`sysctls: {net.core.somaxconn: 1}`, `has sysctls: {net.core.somaxconn: 1}`},
	{`group_add: [docker]`, `has group_add: "docker"`},
	{`security_opt: [seccomp=unconfined]`, `has security_opt: "seccomp=unconfined"`},
	{`devices: [vendor.com/gpu=all]`, `has devices: {permissions: "rwm", source: "vendor.com/gpu=all", target: "vendor.com/gpu=all"}`},
	{`device_cgroup_rules: ["c 1:3 r"]`, `has device_cgroup_rules: "c 1:3 r"`},
	{`gpus: all`, `has gpus: {count: "all"}`},
	{`deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}`, `has deploy.resources.devices: {capabilities: ["gpu"], count: "all"}`},
	{`annotations: {run.oci.handler: x}`, `has annotations: {run.oci.handler: "x"}`},
	{`blkio_config: {weight: 10}`, `has blkio_config: {weight: 10}`},
	{`oom_score_adj: -1000`, `has oom_score_adj: -1000`},
	{`storage_opt: {size: 1G}`, `has storage_opt: {size: "1G"}`},
	{`external_links: [other]`, `has external_links: "other"`},
	{`credential_spec: {file: /etc/c}`, `has credential_spec: {file: "/etc/c"}`},
	{`logging: {driver: syslog, options: {syslog-address: "udp://1.2.3.4"}}`, `has logging.driver: "syslog"; has logging.options.syslog-address: "udp://1.2.3.4"`},
	{`ports: ["80:80"]`, `publishes a port on all addresses: {mode: "ingress", protocol: "tcp", published: "80", target: 80}`},
	{`ports: ["10.0.0.1:80:80"]`, `publishes a port on "10.0.0.1": {host_ip: "10.0.0.1", mode: "ingress", protocol: "tcp", published: "80", target: 80}`},
	{`networks: {n: {driver_opts: {a: b}}}`, `has networks.n.driver_opts: {a: "b"}`},
	{`volumes: ["/:/host"]`, `binds "/"`},
	{`volumes: ["~/x:/x:ro"]`, `binds "/home/me/x", to read`},
	{`volumes: ["./own:/own:ro"]`, ``},
	{`volumes: ["./own:/own"]`, `may write to "ROOT/own", which came with it`},
	{`volumes: [{type: bind, source: ./own, target: /o, read_only: true, bind: {propagation: shared}}]`, `has bind.propagation: "shared"`},
	{`volumes: [{type: npipe, source: p, target: /p}]`, `has volumes: {source: "p", target: "/p", type: "npipe"}`},
	{`volumes_from: ["container:other"]`, `has volumes_from: "container:other"`},
	{`post_start: [{command: id, privileged: true}]`, `runs after it started, privileged: "id"`},
	{`pre_stop: [{command: id}]`, `runs before it is stopped: "id"`},
	{`pre_start: [{command: id, image: x, volumes: ["/var:/var"]}]`, `binds "/var"; runs before it starts: "id"`},
	{`env_file: /etc/environment`, `reads "/etc/environment"`},
	{`label_file: ../x`, `reads "BESIDE/x"`},
	{`develop: {watch: [{action: sync, path: /etc, target: /e}]}`, `reads "/etc"`},
	{`develop: {watch: [{action: sync+exec, path: ., target: /e, exec: {command: id}}]}`, `runs on a change: "id"`},
	{`build: {context: /srv}`, `reads "/srv"`},
	{`build: {context: "service:x/../../etc"}`, `reads "service:x/../../etc"`},
	{`build: {context: "docker-image://x/../../etc"}`, `is built with the context "docker-image://x/../../etc"`},
	{`build: {context: ., additional_contexts: {a: "service:w", b: "docker-image://x", c: "target:../../.."}}`, `reads "BESIDE"`},
	{`build: {dockerfile_inline: FROM x}`, ``},
	{`build: {context: ., dockerfile: ../Dockerfile}`, `reads "BESIDE/Dockerfile"`},
	{`build: {context: "https://example.com/x.git"}`, `is built with the context "https://example.com/x.git"`},
	{`build: {context: ., privileged: true}`, `has a privileged build`},
	{`build: {context: ., network: host}`, `has build.network: "host"`},
	{`build: {context: ., entitlements: [security.insecure]}`, `has build.entitlements: "security.insecure"`},
	{`build: {context: ., ssh: [default]}`, `is built with the ssh agent or keys: {default: nothing}`},
	{`build: {context: ., secrets: [s]}`, `is built with the secret {source: "s"}`},
	{`build: {context: ., cache_to: ["type=local,dest=/x"]}`, `has build.cache_to: "type=local,dest=/x"`},
	{`build: {context: ., cache_from: ["type=local,src=/x"]}`, `has build.cache_from: "type=local,src=/x"`},
	{`build: {context: ., additional_contexts: {a: /srv}}`, `reads "/srv"`},
	{`build: {context: ., tags: [nginx]}`, `has build.tags: "nginx"`},
	{`build: ., image: nginx`, `gives what it builds the name of the image "nginx"`},
	{`provider: {type: evil, options: {a: b}}`, `runs the program "evil" on this machine, with {options: {a: "b"}, type: "evil"}`},
	{`invented: [1, {a: "b"}]`, `has invented: 1; has invented: {a: "b"}`},
	{`"in\nvented": "\e[2Ka\u202eb\u009b"`, `has "in\nvented": "\x1b[2Ka\u202eb\u009b"`},
}

// TestDemands: everything that reaches out of a remote file's own containers is
// listed, one line each, and nothing of what the user's own files do.
func TestDemands(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	for _, test := range demandCases {
		t.Run(test.service, func(t *testing.T) {
			files := map[string]string{"compose.yaml": "services: {w: {" + test.service + "}, web: {image: x}}\nvolumes: {data: {}}\nnetworks: {n: {}}\n", "a.env": "", ".env": "SLY=true\n"}
			var got []string
			for _, what := range demandsFrom(t, files) {
				got = append(got, strings.TrimPrefix(what, `service "w" `))
			}
			text := strings.Join(got, "; ")
			if text != test.want {
				t.Errorf("got  %s\nwant %s", text, test.want)
			}
		})
	}
}

// TestDemandsOfResources: what networks, volumes, configs, secrets and models
// reach out for.
func TestDemandsOfResources(t *testing.T) {
	for _, test := range []struct{ section, want string }{
		{`networks: {n: {internal: true, driver: bridge}}`, ``},
		{`networks: {n: {external: true, name: host}}`, `network "n" has external: true; network "n" has name: "host"`},
		{`networks: {n: {driver: macvlan, driver_opts: {parent: eth0}}}`, `network "n" has driver: "macvlan"; network "n" has driver_opts: {parent: "eth0"}`},
		{`networks: {n: {ipam: {config: [{subnet: 10.0.0.0/8}]}}}`, `network "n" has ipam: {config: [{subnet: "10.0.0.0/8"}]}`},
		{`volumes: {v: {driver: local}}`, ``},
		{`volumes: {v: {external: true}}`, `volume "v" has external: true`},
		{`volumes: {v: {name: theirs_data}}`, `volume "v" has name: "theirs_data"`},
		{`volumes: {v: {driver_opts: {type: none, o: bind, device: ../etc}}}`, `volume "v" has driver_opts: {device: "../etc", o: "bind", type: "none"}`},
		{`volumes: {v: {driver_opts: {type: overlay, o: "lowerdir=/root"}}}`, `volume "v" has driver_opts: {o: "lowerdir=/root", type: "overlay"}`},
		{`secrets: {s: {file: /etc/shadow}, t: {file: ./a}}`, `secret "s" reads "/etc/shadow"`},
		{`configs: {c: {external: true}, d: {content: x}}`, `config "c" has external: true`},
		{`models: {m: {model: x}}`, `the file has models: {m: {model: "x"}}`},
		{`inventions: {a: b}`, `the file has inventions: {a: "b"}`},
	} {
		t.Run(test.section, func(t *testing.T) {
			got := strings.Join(demandsFrom(t, map[string]string{"compose.yaml": "services: {w: {image: x}}\n" + test.section + "\n"}), "; ")
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestDemandsOfVariables: the variables of the caller that a remote file takes
// are named, wherever it takes them.
func TestDemandsOfVariables(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"environment":      {"compose.yaml": `services: {w: {image: x, environment: {A: "${TOKEN}"}}}`},
		"default":          {"compose.yaml": `services: {w: {image: x, environment: {A: "${NO:-${TOKEN}}"}}}`},
		"label":            {"compose.yaml": `services: {w: {image: x, labels: ["a=$TOKEN"]}}`},
		"build arg":        {"compose.yaml": `services: {w: {build: {context: ., args: [TOKEN]}}}`},
		"null":             {"compose.yaml": `services: {w: {image: x, environment: {TOKEN: }}}`},
		"passed on":        {"compose.yaml": `services: {w: {image: x, environment: [TOKEN, OTHER=1]}}`},
		"alias":            {"compose.yaml": "x-e: &e [TOKEN]\nservices: {w: {image: x, environment: *e}}"},
		"secret":           {"compose.yaml": "services: {w: {image: x, secrets: [s]}}\nsecrets: {s: {environment: TOKEN}}"},
		"extension":        {"compose.yaml": `services: {w: {image: x, x-a: "${TOKEN}"}}`},
		"dot env":          {"compose.yaml": `services: {w: {image: x, environment: {A: "${EVIL}"}}}`, ".env": "EVIL=${TOKEN}\n"},
		"env file":         {"compose.yaml": `services: {w: {image: x, env_file: a.env}}`, "a.env": "EVIL=${TOKEN:?}\n"},
		"env file default": {"compose.yaml": `services: {w: {image: x, env_file: a.env}}`, "a.env": "EVIL=${NO:-${TOKEN}}\n"},
		"env file nested":  {"compose.yaml": `services: {w: {image: x, env_file: a.env}}`, "a.env": "S=1\nEVIL=${NO-${S:+${TOKEN}}}\n"},
		"env file escape":  {"compose.yaml": `services: {w: {image: x, env_file: a.env}}`, "a.env": `EVIL="${NO:-\0044{TOK\0105N}}"` + "\n"},
		"raw env file":     {"compose.yaml": `services: {w: {image: x, env_file: [{path: a.env, format: raw}]}}`, "a.env": "A='\nTOKEN\n"},
		"dot env default":  {"compose.yaml": `services: {w: {image: x, environment: {A: "${EVIL}"}}}`, ".env": "EVIL=${NO:-${TOKEN}}\n"},
		"long s":           {"compose.yaml": `services: {w: {image: x, environment: {A: "${Xſ:-${TOKEN}}"}}}`},
		"Kelvin":           {"compose.yaml": `services: {w: {image: x, environment: {A: "${K:-${TOKEN}}"}}}`},
		"env file key":     {"compose.yaml": `services: {w: {image: x, env_file: [{path: a.env}]}}`, "a.env": "TOKEN\n"},
		"env file quoted":  {"compose.yaml": `services: {w: {image: x, env_file: a.env}}`, "a.env": "A=''TOKEN\n"},
		"env file lines":   {"compose.yaml": `services: {w: {image: x, env_file: a.env}}`, "a.env": "A='\nB' export TOKEN\n"},
		"env file dollars": {"compose.yaml": `services: {w: {image: x, env_file: a.env}}`, "a.env": `A="$\044{"TOKEN` + "\n"},
		"env file blank":   {"compose.yaml": `services: {w: {image: x, env_file: a.env}}`, "a.env": "\u00a0export\tTOKEN\n"},
		"dot env quoted":   {"compose.yaml": `services: {w: {image: x, environment: {A: "${TOKEN}"}}}`, ".env": "A=\"\"TOKEN\n"},
		"label file":       {"compose.yaml": `services: {w: {image: x, label_file: a.env}}`, "a.env": "A: ''TOKEN\n"},
		"included":         {"compose.yaml": "include: [{path: b.yaml, env_file: e.env}]", "b.yaml": `services: {w: {image: "x:${TOKEN}"}}`, "e.env": ""},
		"extended":         {"compose.yaml": "services: {w: {extends: {file: b.yaml, service: w}}}", "b.yaml": `services: {w: {image: x, environment: {A: "${TOKEN}"}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(demandsFrom(t, files, "TOKEN=t0k3n", "PATH=/bin"), "; ")
			if want := `the file takes the variable "TOKEN" of your environment`; got != want {
				t.Errorf("got %s", got)
			}
		})
	}
	if got := demandsFrom(t, map[string]string{"compose.yaml": `services: {w: {image: x, environment: {A: "$${TOKEN} ${UNSET:-}", TOKEN: "1"}}}`}, "TOKEN=1"); len(got) > 0 {
		t.Errorf("got %v where nothing is taken", got)
	}
}

// TestDemandsOfNames: a name of a variable that is made up of variables is listed
// as it stands, since it may become any.
func TestDemandsOfNames(t *testing.T) {
	for _, service := range []string{
		`image: x, environment: ["${X:-TOKEN}"]`,
		`image: x, environment: ["TOK${X:-EN}"]`,
		`image: x, environment: ["${X:+a=b}TOKEN"]`,
		`image: x, environment: ["${X:+${Y:-=}}TOKEN"]`,
		`build: {context: ., args: ["${X-TOKEN}"]}`,
		`image: x, post_start: [{command: id, environment: ["${X:-TOKEN}"]}]`,
		`image: x}}, secrets: {s: {environment: "${X:-TOKEN}"`,
	} {
		got := strings.Join(demandsFrom(t, map[string]string{"compose.yaml": "{services: {w: {" + service + "}}}"}, "TOKEN=t0k3n"), "; ")
		if !strings.Contains(got, "the file takes a variable of your environment whose name variables make up: ") {
			t.Errorf("%s: got %q", service, got)
		}
	}
	if got := demandsFrom(t, map[string]string{"compose.yaml": `services: {w: {image: x, environment: ["A=${X:-b}", "${X:-A}=b"]}}`}, "A=1"); len(got) > 0 {
		t.Errorf("got %v where nothing is taken", got)
	}
}

// TestDemandsDisplaced: where relative paths of a remote file lead to the user's
// folders, these are what is listed, and not what came with the file.
func TestDemandsDisplaced(t *testing.T) {
	const reference = "oci://x/y"
	remote := newFakeRemote(t, map[string]map[string]string{reference: {"a.env": "", "l": "", "compose.yaml": `
services:
  w: {build: {context: ., dockerfile_inline: FROM x}, volumes: ["./v:/v:ro"], env_file: a.env, label_file: l, develop: {watch: [{action: rebuild, path: src}]}}
  b: {build: {dockerfile_inline: FROM x}}
secrets: {s: {file: key}}
configs: {c: {file: conf}}
`}})
	home := folderWith(t, map[string]string{
		"compose.yaml": "services: {w: {image: x}}\n",
		"inc.yaml":     "include: [{path: \"oci://x/y\", project_directory: sub}]\n",
		"any.yaml":     "include: [{path: \"${R}\", project_directory: sub}]\n",
	})
	for _, test := range []struct {
		o   Options
		dir string
	}{
		{Options{Files: []string{"compose.yaml", reference}}, home},
		{Options{Files: []string{reference}, Dir: filepath.Join(home, "sub")}, filepath.Join(home, "sub")},
		{Options{Files: []string{"inc.yaml"}}, filepath.Join(home, "sub")},
		{Options{Files: []string{"any.yaml"}, Environ: []string{"R=" + reference}}, filepath.Join(home, "sub")},
	} {
		var got []string
		refusal := errors.New("no")
		o := test.o
		o.WorkDir, o.Name, o.Remote = home, "p", remote
		o.Agree = func(_ context.Context, demands []Demand) error {
			for _, d := range demands {
				got = append(got, strings.ReplaceAll(d.What, test.dir, "DIR"))
			}
			return refusal
		}
		if _, err := Load(t.Context(), o, nil); !errors.Is(err, refusal) {
			t.Errorf("%v: got the error %v, want the refusal", test.o.Files, err)
		}
		for _, want := range []string{
			`service "b" reads "DIR"`, `service "w" reads "DIR"`, `service "w" reads "DIR/a.env"`, `service "w" reads "DIR/l"`, `service "w" reads "DIR/src"`,
			`service "w" binds "DIR/v", to read`, `secret "s" reads "DIR/key"`, `config "c" reads "DIR/conf"`,
		} {
			if !slices.Contains(got, want) {
				t.Errorf("%v: %q is not among\n%s", test.o.Files, want, strings.Join(got, "\n"))
			}
		}
	}
}

// TestDemandRulesAreOfAttributes: the rules name attributes that there are, so
// that a slip does not leave one out; whatever else there is, is listed.
func TestDemandRulesAreOfAttributes(t *testing.T) {
	for _, test := range []struct {
		rules map[string]demandRule
		of    reflect.Type
	}{
		{serviceRules, reflect.TypeFor[types.ServiceConfig]()},
		{buildRules, reflect.TypeFor[types.BuildConfig]()},
		{deployRules, reflect.TypeFor[types.DeployConfig]()},
		{networkRules, reflect.TypeFor[types.NetworkConfig]()},
		{volumeRules, reflect.TypeFor[types.VolumeConfig]()},
		{fileRules, reflect.TypeFor[types.FileObjectConfig]()},
	} {
		attributes := attributesOf(test.of)
		for name := range test.rules {
			if !slices.Contains(attributes, name) {
				t.Errorf("%s has no attribute %s", test.of, name)
			}
		}
	}
}

// attributesOf are the keys of a struct in YAML.
func attributesOf(of reflect.Type) []string {
	var names []string
	for field := range of.Fields() {
		if field.Anonymous && field.Type.Kind() == reflect.Struct {
			names = append(names, attributesOf(field.Type)...)
		}
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		names = append(names, name)
	}
	return names
}

// TestDemandsTooLong: a value that would fill the screen is not shown, but said.
func TestDemandsTooLong(t *testing.T) {
	path := "/" + strings.Repeat("./", 5000) + "etc"
	got := demandsFrom(t, map[string]string{"compose.yaml": fmt.Sprintf("services: {w: {image: x, volumes: [{type: bind, source: %q, target: /e}]}}\n", path)})
	if want := `service "w" binds a text of 10004 bytes, too long to be shown`; len(got) != 1 || got[0] != want {
		t.Errorf("got %.200q", got)
	}
}

// TestDemandsOfName: a remote file that names the project has that name's containers
// and volumes, and is asked about.
func TestDemandsOfName(t *testing.T) {
	for said, want := range map[string]string{
		"name: p\n":           `the file names the project "p"`,
		"name: \"${X:-p}\"\n": `the file names the project "${X:-p}"`,
		"name: other\n":       "",
		"":                    "",
	} {
		got := strings.Join(demandsFrom(t, map[string]string{"compose.yaml": said + "services: {w: {image: x}}\n"}), "; ")
		if got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}

// TestAgree: what remote files ask for is agreed to before anything that they
// lead to is read.
func TestAgree(t *testing.T) {
	remote := newFakeRemote(t, map[string]map[string]string{"oci://x/y": {"compose.yaml": "services: {web: {image: x, pid: host, env_file: /nowhere}}\n"}})
	var asked []Demand
	refusal := errors.New("no")
	o := Options{Files: []string{"oci://x/y"}, WorkDir: t.TempDir(), Name: "p", Remote: remote, Agree: func(_ context.Context, demands []Demand) error {
		asked = demands
		return refusal
	}}
	if _, err := Load(t.Context(), o, nil); !errors.Is(err, refusal) {
		t.Errorf("got the error %v, want the refusal", err)
	}
	if want := []Demand{{"oci://x/y", `service "web" has pid: "host"`}, {"oci://x/y", `service "web" reads "/nowhere"`}}; !slices.Equal(asked, want) {
		t.Errorf("got %v, want %v", asked, want)
	}
}
