package build_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

// realEngine is the engine of this machine; the test is skipped unless
// COMPOSE_TEST_ENGINE=1.
func realEngine(t *testing.T) *client.Client {
	t.Helper()
	if os.Getenv("COMPOSE_TEST_ENGINE") != "1" {
		t.Skip("COMPOSE_TEST_ENGINE is not 1")
	}
	c, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// own begins the names of this process's projects: another run of the tests may
// remove the images of its own meanwhile.
var own = fmt.Sprintf("bld-%d-", os.Getpid())

// write makes the files of a project folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// load reads compose.yaml in dir.
func load(t *testing.T, dir string, environ ...string) *project.Project {
	t.Helper()
	p, err := project.Load(t.Context(), project.Options{WorkDir: dir, Environ: environ}, func(event.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// setup is one project with a builder, whose images go when the test ends.
type setup struct {
	c *client.Client
	p *project.Project
	o build.Options
	b *build.Builder

	mu    sync.Mutex // guards below
	lines []string
	seen  map[string]func() // called for lines that contain the key
}

// start is setup on the real engine.
func start(t *testing.T, files map[string]string, o build.Options, environ ...string) *setup {
	t.Helper()
	c := realEngine(t)
	t.Parallel() // names differ, and the builders share nothing
	return startOn(t, c, files, o, environ...)
}

func startOn(t *testing.T, c *client.Client, files map[string]string, o build.Options, environ ...string) *setup {
	t.Helper()
	s := &setup{c: c, p: load(t, write(t, files), environ...)}
	if o.Sink == nil {
		o.Sink = s.keep
	}
	if o.LookupEnv == nil {
		o.LookupEnv = lookup(nil)
	}
	o.ConfigDir = t.TempDir()
	s.o = o
	s.rebuilder(s.c)
	t.Cleanup(func() {
		if err := s.b.Close(); err != nil {
			t.Error(err)
		}
		s.removeImages(t)
	})
	return s
}

// keep is the sink of most tests.
func (s *setup) keep(e event.Event) {
	out, ok := e.(event.Output)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, out.Text)
	for text, f := range s.seen {
		if strings.Contains(out.Text, text) {
			f()
		}
	}
}

// layerID is what the classic builder prints of each step's image.
var layerID = regexp.MustCompile(`^ ---> ([0-9a-f]{12})$`)

// removeImages removes what the project's builds left: tagged, replaced by a
// later build, and the classic builder's stages.
func (s *setup) removeImages(t *testing.T) {
	ctx := context.Background() // the test's own has ended
	built, err := s.c.ImageList(ctx, image.ListOptions{Filters: filters.NewArgs(filters.Arg("label", project.LabelProject+"="+s.p.Name))})
	if err != nil {
		t.Error(err)
	}
	for _, i := range built {
		_, _ = s.c.ImageRemove(ctx, i.ID, image.RemoveOptions{PruneChildren: true, Force: true})
	}
	for _, line := range slices.Backward(s.lines) { // children first
		m := layerID.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if i, err := s.c.ImageInspect(ctx, m[1]); err == nil && len(i.RepoTags) == 0 {
			_, _ = s.c.ImageRemove(ctx, i.ID, image.RemoveOptions{PruneChildren: true}) // others may use it
		}
	}
}

// rebuilder makes the builder, over another client where a test wants one.
func (s *setup) rebuilder(c build.Client) { s.b = build.New(c, s.p, s.o) }

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}
}

func (s *setup) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

// build makes a service's image, which must succeed.
func (s *setup) build(t *testing.T, service string) (build.Result, image.InspectResponse) {
	t.Helper()
	res, err := s.b.Build(t.Context(), service)
	if err != nil {
		t.Fatalf("%v\noutput:\n%s", err, s.output())
	}
	img, err := s.c.ImageInspect(t.Context(), s.p.ImageName(service))
	if err != nil {
		t.Fatal(err)
	}
	if img.ID != res.ImageID {
		t.Errorf("%s is %s, the builder says %s", service, img.ID, res.ImageID)
	}
	return res, img
}

// builders are the two ways to build, by what DOCKER_BUILDKIT says.
var builders = map[string]map[string]string{
	"buildkit": {},
	"classic":  {"DOCKER_BUILDKIT": "0"},
}

// each runs a test with both builders. Project names must differ, so they are
// given one.
func each(t *testing.T, test func(t *testing.T, name string, o build.Options)) {
	for how, env := range builders {
		t.Run(how, func(t *testing.T) {
			name := own + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(t.Name(), "Test"), "/", "-"))
			test(t, name, build.Options{LookupEnv: lookup(maps.Clone(env))})
		})
	}
}

func TestBuild(t *testing.T) {
	testbed.NotPodman(t, "Podman has no BuildKit, whose words these are")
	each(t, func(t *testing.T, name string, o build.Options) {
		s := start(t, map[string]string{
			"compose.yaml": "name: " + name + `
services:
  web:
    build:
      context: app
      target: last
      args:
        GREETING: hello
        FROM_ENV:
      labels:
        mine: "yes"
      tags: ["` + name + `:extra"]
      extra_hosts: ["somewhere=10.1.2.3"]
`,
			"app/Dockerfile": `FROM alpine AS first
RUN echo made > /made
FROM alpine AS last
ARG GREETING=none
ARG FROM_ENV=none
COPY --from=first /made /made
COPY . /src/
RUN grep -q 10.1.2.3.*somewhere /etc/hosts
LABEL args="$GREETING $FROM_ENV"
CMD ["cat", "/made"]
FROM alpine
RUN false
`,
			"app/.dockerignore": "*.log\n",
			"app/a.txt":         "a",
			"app/b.log":         "b",
		}, o, "FROM_ENV=given")
		_, img := s.build(t, "web")
		for label, want := range map[string]string{
			"args": "hello given", "mine": "yes",
			project.LabelProject: name, project.LabelService: "web", project.LabelVersion: project.CompatibleVersion,
		} {
			if got := img.Config.Labels[label]; got != want {
				t.Errorf("label %s: got %q, want %q", label, got, want)
			}
		}
		if got := strings.Join(img.Config.Cmd, " "); got != "cat /made" {
			t.Errorf("command: got %q", got)
		}
		if extra, err := s.c.ImageInspect(t.Context(), name+":extra"); err != nil || extra.ID != img.ID {
			t.Errorf("build.tags: %v, %v", extra.ID, err)
		}
		if !strings.Contains(s.output(), "RUN echo made") {
			t.Errorf("no output of the build:\n%s", s.output())
		}
	})
}

var errStop = errors.New("stopped by the test")

// cancelAt returns a context that ends when the output has a line with text.
func cancelAt(t *testing.T, s *setup, text string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(t.Context())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = map[string]func(){text: func() { cancel(errStop) }}
	return ctx, func() { cancel(nil) }
}
