package build

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

// folder makes a folder of files; a name that ends with a slash is a folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// projectOf loads a compose file in a folder that has these files as well.
func projectOf(t *testing.T, yaml string, files map[string]string, environ ...string) *project.Project {
	t.Helper()
	files = maps.Clone(files)
	if files == nil {
		files = map[string]string{}
	}
	files["compose.yaml"] = "name: demo\n" + yaml
	p, err := project.Load(t.Context(), project.Options{WorkDir: folder(t, files), Environ: environ}, func(event.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// options are Options that see this environment alone.
func options(env map[string]string, o Options) Options {
	o.LookupEnv = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	return o
}

func TestResolveArguments(t *testing.T) {
	p := projectOf(t, `
services:
  web:
    build:
      context: .
      args: {FILE: file, BOTH: file, UNSET: }
`, map[string]string{"Dockerfile": "FROM scratch"})
	flag := "flag"
	o := options(map[string]string{"FROM_ENV": "env"}, Options{
		BuildArgs: map[string]*string{"BOTH": &flag, "FROM_ENV": nil, "NOWHERE": nil},
	})
	j, err := resolve(p, "web", o)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"FILE": "file", "BOTH": "flag", "FROM_ENV": "env"}
	if !reflect.DeepEqual(j.args, want) {
		t.Errorf("got %v, want %v", j.args, want)
	}
}

func TestResolveNamesAndLabels(t *testing.T) {
	p := projectOf(t, `
services:
  web: {build: {context: ., tags: [one, two, one], labels: {mine: x, com.docker.compose.project: theirs}}}
  named: {image: "reg.example/x:1", build: .}
`, map[string]string{"Dockerfile": "FROM scratch"})
	j, err := resolve(p, "web", options(nil, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"demo-web", "one", "two"}; !slices.Equal(j.names, want) {
		t.Errorf("names: got %v, want %v", j.names, want)
	}
	if j.labels["mine"] != "x" || j.labels[project.LabelProject] != "demo" || j.labels[project.LabelService] != "web" {
		t.Errorf("labels: got %v", j.labels)
	}
	if want := (event.Ref{Kind: event.Image, Name: "demo-web", Service: "web"}); j.ref() != want {
		t.Errorf("ref: got %v, want %v", j.ref(), want)
	}
	if j, err = resolve(p, "named", options(nil, Options{})); err != nil || j.names[0] != "reg.example/x:1" {
		t.Errorf("named: got %v, %v", j.names, err)
	}
}

func TestWantedPlatforms(t *testing.T) {
	tests := []struct {
		name, service string
		list          []string
		o             Options
		env           string // DOCKER_DEFAULT_PLATFORM
		want          string // comma-joined, or the error
	}{
		{name: "nothing said"},
		{name: "the service's", service: "linux/arm64", want: "linux/arm64"},
		{name: "the environment's", env: "linux/arm64", want: "linux/arm64"},
		{name: "one in the list", list: []string{"linux/arm64"}, want: "linux/arm64"},
		{name: "several, for running here", list: []string{"linux/arm64", "linux/amd64"}},
		{name: "several, for running there", list: []string{"linux/arm64", "linux/amd64"}, service: "linux/arm64", want: "linux/arm64"},
		{name: "several", list: []string{"linux/arm64", "linux/amd64"}, o: Options{AllPlatforms: true}, want: "linux/arm64,linux/amd64"},
		{
			name: "not in the list", list: []string{"linux/arm64"}, service: "linux/amd64",
			want: `service.build.platforms MUST include service.platform "linux/amd64"`,
		},
		{
			name: "the environment's is not in the list", list: []string{"linux/arm64"}, env: "linux/amd64",
			want: `service "web" build.platforms does not support value set by DOCKER_DEFAULT_PLATFORM: linux/amd64`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			env := map[string]string{}
			if test.env != "" {
				env["DOCKER_DEFAULT_PLATFORM"] = test.env
			}
			s := types.ServiceConfig{Name: "web"}
			s.Platform, s.Build = test.service, &types.BuildConfig{Platforms: test.list}
			list, err := wantedPlatforms(s, options(env, test.o))
			got := strings.Join(list, ",")
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestFindDockerfile(t *testing.T) {
	dir := folder(t, map[string]string{
		"app/Dockerfile":         "FROM scratch",
		"app/sub/Other":          "FROM scratch",
		"lower/dockerfile":       "FROM scratch",
		"docker/web":             "FROM scratch # web",
		"docker/web.extra":       "",
		"near/Dockerfile.dev":    "FROM scratch",
		"none/main.go":           "",
		"links/web.dockerignore": "*.log",
	})
	if err := os.Symlink("../docker/web", filepath.Join(dir, "links/web")); err != nil {
		t.Skip(err)
	}
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	tests := []struct {
		name string
		b    types.BuildConfig
		ctx  location
		want dockerfile
		err  string // part of the error and its hint
	}{
		{name: "default", ctx: location{dir: at("app")}, want: dockerfile{dir: at("app"), name: "Dockerfile", shown: "app/Dockerfile"}},
		{name: "in a folder", b: types.BuildConfig{Dockerfile: "sub/Other"}, ctx: location{dir: at("app")}, want: dockerfile{dir: at("app/sub"), name: "Other", shown: "app/sub/Other"}},
		{name: "lower case", ctx: location{dir: at("lower")}, want: dockerfile{dir: at("lower"), name: "dockerfile", shown: "lower/Dockerfile"}},
		{name: "outside", b: types.BuildConfig{Dockerfile: "../docker/web"}, ctx: location{dir: at("app")}, want: dockerfile{dir: at("docker"), name: "web", shown: "docker/web"}},
		{name: "absolute", b: types.BuildConfig{Dockerfile: at("docker/web")}, ctx: location{dir: at("app")}, want: dockerfile{dir: at("docker"), name: "web", shown: "docker/web"}},
		{
			name: "a link out of its folder", b: types.BuildConfig{Dockerfile: "web"}, ctx: location{dir: at("links")},
			want: dockerfile{name: "web", data: []byte("FROM scratch # web"), ignore: []byte("*.log"), shown: "links/web"},
		},
		{name: "inline", b: types.BuildConfig{Dockerfile: "x", DockerfileInline: "FROM a"}, want: dockerfile{name: "Dockerfile", data: []byte("FROM a"), shown: "dockerfile_inline"}},
		{name: "remote", b: types.BuildConfig{Dockerfile: "sub/D"}, ctx: location{url: "https://x/y.git"}, want: dockerfile{name: "sub/D", shown: "sub/D"}},
		{name: "missing", ctx: location{dir: at("none")}, err: "there is no Dockerfile at"},
		{name: "missing, with another name near", ctx: location{dir: at("near")}, err: "Dockerfile.dev"},
		{name: "missing, with its folder", b: types.BuildConfig{Dockerfile: "no/D"}, ctx: location{dir: at("near")}, err: "is not there either"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := findDockerfile(&test.b, test.ctx, dir)
			if test.err != "" {
				e := failed("web", err).(*Error)
				if !strings.Contains(e.Error()+e.Hint(), test.err) {
					t.Errorf("got %q, hint %q", e, e.Hint())
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}

func TestIsRemote(t *testing.T) {
	for context, want := range map[string]bool{
		".":                                  false,
		"../app":                             false,
		"/abs/app":                           false,
		"https://example.com/ctx.tar":        true,
		"https://github.com/a/b.git#v1:sub":  true,
		"git@github.com:a/b.git":             true,
		"ssh://git@example.com/a/b.git#main": true,
		"github.com/a/b":                     true,
	} {
		if got := isRemote(context); got != want {
			t.Errorf("%s: got %v, want %v", context, got, want)
		}
	}
}

func TestNeeds(t *testing.T) {
	p := projectOf(t, `
services:
  base: {build: .}
  lib: {build: .}
  web:
    build:
      context: .
      additional_contexts: {a: service:lib, b: service:base, c: service:lib, d: ., e: docker-image://alpine}
  db: {image: postgres}
`, nil)
	if got, want := p.BuildNeeds("web"), []string{"base", "lib"}; !slices.Equal(got, want) {
		t.Errorf("web: got %v, want %v", got, want)
	}
	for _, name := range []string{"base", "db", "unknown"} {
		if got := p.BuildNeeds(name); len(got) > 0 {
			t.Errorf("%s: got %v, want none", name, got)
		}
	}
}

func TestUnapplied(t *testing.T) {
	p := projectOf(t, `
services:
  plain: {build: {context: ., provenance: false, sbom: false, secrets: [here]}}
  much:
    build:
      context: .
      provenance: mode=max
      sbom: true
      isolation: hyperv
      secrets: [{source: here, uid: "1", gid: "2", mode: 0400}, away]
secrets:
  here: {file: s.txt}
  away: {external: true}
`, nil)
	if got := Unapplied(p, "plain"); len(got) > 0 {
		t.Errorf("plain: got %v, want none", got)
	}
	want := []string{
		"build.isolation",
		"build.secrets.away (external)", "build.secrets.here.gid", "build.secrets.here.mode", "build.secrets.here.uid",
	}
	if got := Unapplied(p, "much"); !slices.Equal(got, want) {
		t.Errorf("much: got %v, want %v", got, want)
	}
}

func TestSharedFolders(t *testing.T) {
	p := projectOf(t, `
services:
  a: {build: ./one}
  b: {build: {context: ./one, target: x}}
  c: {build: {context: ./two, additional_contexts: {lib: ./lib}}}
  d: {build: {context: https://example.com/x.git, additional_contexts: {lib: ./lib, base: service:c}}}
`, map[string]string{"one/": "", "two/": "", "lib/": ""})
	got := sharedFolders(p)
	for dir, want := range map[string]bool{"one": true, "two": false, "lib": true} {
		if got[filepath.Join(p.WorkingDir, dir)] != want {
			t.Errorf("%s: want %v in %v", dir, want, got)
		}
	}
}
