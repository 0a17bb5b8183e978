package build

import (
	"archive/tar"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/compose-orchestrator/compose/event"
)

// contents reads a packed context: file names, and the content of files.
func contents(t *testing.T, p packedContext) map[string]string {
	t.Helper()
	defer func() {
		if err := p.finish(); err != nil {
			t.Error(err)
		}
	}()
	files := map[string]string{}
	for r := tar.NewReader(p.reader()); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 {
			t.Errorf("%s belongs to %d:%d", h.Name, h.Uid, h.Gid)
		}
		files[h.Name] = string(data)
	}
}

var (
	inlineFile = dockerfile{name: "Dockerfile", data: []byte("FROM inline")}
	inlineName = ".dockerfile." + short("FROM inline")
)

// packCases are contexts and what is sent of them.
var packCases = []struct {
	name  string
	files map[string]string // of the context
	file  dockerfile
	want  []string // names in the archive
	sent  string   // the Dockerfile's name for the engine
}{
	{
		name:  "everything",
		files: map[string]string{"Dockerfile": "", "a": "", "sub/b": ""},
		want:  []string{"Dockerfile", "a", "sub/", "sub/b"}, sent: "Dockerfile",
	},
	{
		name:  "ignored, and an exception",
		files: map[string]string{"Dockerfile": "", ".dockerignore": "*.log\nsub\n!sub/keep\n", "a.log": "", "sub/b": "", "sub/keep": ""},
		want:  []string{".dockerignore", "Dockerfile", "sub/keep"}, sent: "Dockerfile",
	},
	{
		name:  "all ignored",
		files: map[string]string{"docker/Web": "", ".dockerignore": "*\n", "a": ""},
		file:  dockerfile{name: "docker/Web"},
		want:  []string{".dockerignore", "docker/Web"}, sent: "docker/Web",
	},
	{
		name:  "the Dockerfile's own ignore file",
		files: map[string]string{"Web": "", "Web.dockerignore": "b\n", ".dockerignore": "a\n", "a": "", "b": ""},
		file:  dockerfile{name: "Web"},
		want:  []string{"Web", "Web.dockerignore", "a"}, sent: "Web",
	},
	{
		name:  "inline",
		files: map[string]string{"Dockerfile": "another", "a": ""},
		file:  inlineFile,
		want:  []string{inlineName, ".dockerignore", "Dockerfile", "a"}, sent: inlineName,
	},
}

func TestPackContext(t *testing.T) {
	for _, test := range packCases {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t, test.files)
			j := job{context: location{dir: dir}, file: test.file}
			if j.file.data == nil {
				name := test.file.name
				if name == "" {
					name = "Dockerfile"
				}
				j.file.dir, j.file.name = filepath.Split(filepath.Join(dir, name))
			}
			p, err := packContext(j)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(test.want)
			if got := slices.Sorted(maps.Keys(contents(t, p))); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if p.dockerfile != test.sent {
				t.Errorf("Dockerfile: got %s, want %s", p.dockerfile, test.sent)
			}
		})
	}
}

// A Dockerfile that is added must not be seen by COPY, nor the file that says so.
func TestPackContextHidesWhatItAdds(t *testing.T) {
	tests := []struct{ ignore, want string }{
		{"", ".dockerignore\nNAME\n"},
		{"*.log\n", "*.log\n\nNAME\n"},
	}
	for _, test := range tests {
		files := map[string]string{"a": ""}
		if test.ignore != "" {
			files[".dockerignore"] = test.ignore
		}
		file := dockerfile{name: "Dockerfile", data: []byte("FROM x")}
		p, err := packContext(job{context: location{dir: folder(t, files)}, file: file})
		if err != nil {
			t.Fatal(err)
		}
		got := contents(t, p)
		if got[p.dockerfile] != "FROM x" {
			t.Errorf("the Dockerfile is %q", got[p.dockerfile])
		}
		if want := strings.ReplaceAll(test.want, "NAME", p.dockerfile); got[".dockerignore"] != want {
			t.Errorf("got %q, want %q", got[".dockerignore"], want)
		}
	}
}

// An engine that refuses a build does not read what it is sent.
func TestPackContextUnread(t *testing.T) {
	dir := folder(t, map[string]string{"Dockerfile": "", "big": strings.Repeat("x", 1<<20)})
	p, err := packContext(job{context: location{dir: dir}, file: dockerfile{dir: dir, name: "Dockerfile"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.finish(); err != nil {
		t.Errorf("got %v, want nothing to say", err)
	}
}

func TestRunsAlike(t *testing.T) {
	img := func(cmd string, layer string) image.InspectResponse {
		return image.InspectResponse{
			ID: cmd + layer, Os: "linux", RootFS: image.RootFS{Layers: []string{layer}},
			Config: &dockerspec.DockerOCIImageConfig{ImageConfig: ocispec.ImageConfig{Cmd: []string{cmd}}},
		}
	}
	a, dated := img("a", "1"), img("a", "1")
	dated.ID, dated.Created = "other", "2026-01-01T00:00:00Z"
	if !sameContainer(a, dated) {
		t.Error("a date makes a difference")
	}
	if sameContainer(a, img("b", "1")) || sameContainer(a, img("a", "2")) {
		t.Error("a command or a layer makes no difference")
	}
}

func TestImageBuildOptions(t *testing.T) {
	one := "1"
	j := job{
		names: []string{"demo-web", "extra"}, args: map[string]string{"A": one}, labels: map[string]string{"l": "v"},
		target: "last", noCache: true, pull: true, network: "mine", shmSize: 10, platforms: []string{"linux/arm64"},
		hosts: []string{"a=1.2.3.4", "b=[::1]"}, ulimits: []ulimit{{"nofile", 1, 2}},
		cacheFrom: []string{"img", "type=registry,ref=other", "type=local,src=x"},
	}
	got := imageBuildOptions(j, packedContext{dockerfile: "D"})
	want := build.ImageBuildOptions{
		Version: build.BuilderV1, Tags: j.names, Dockerfile: "D", NoCache: true, PullParent: true, Remove: true, ForceRemove: true,
		BuildArgs: map[string]*string{"A": &one}, Labels: j.labels, Target: "last", NetworkMode: "mine", ShmSize: 10,
		Platform: "linux/arm64", ExtraHosts: []string{"a:1.2.3.4", "b:::1"},
		Ulimits: []*container.Ulimit{{Name: "nofile", Soft: 1, Hard: 2}}, CacheFrom: []string{"img", "other"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestClassicRefuses(t *testing.T) {
	tests := []struct {
		job  job
		want string
	}{
		{job{platforms: []string{"a", "b"}}, "multi-arch build"},
		{job{privileged: true}, "privileged mode"},
		{job{named: []namedContext{{}}}, "additional contexts"},
		{job{ssh: []sshAgent{{}}}, "SSH keys"},
		{job{secrets: []secret{{}}}, "secrets"},
	}
	for _, test := range tests {
		c := &classic{b: &Builder{}}
		want := "the classic builder doesn't support " + test.want + ", set DOCKER_BUILDKIT=1 to use BuildKit"
		if err := c.refuse(test.job); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	var warned []event.Event
	c := &classic{b: &Builder{o: Options{Sink: func(e event.Event) { warned = append(warned, e) }}}}
	if err := c.refuse(job{service: "web", cacheTo: []string{"x"}, entitlements: []string{"y"}}); err != nil {
		t.Error(err)
	}
	want := []event.Event{event.Message{Level: event.Warn, Text: "service web: the classic builder does not apply build.cache_to, build.entitlements"}}
	if !reflect.DeepEqual(warned, want) {
		t.Errorf("got %v, want %v", warned, want)
	}
}

func TestFollowClassic(t *testing.T) {
	stream := `{"stream":"Step 1/2 : FROM alpine"}
{"stream":"\n"}
{"status":"Pulling from library/alpine","id":"latest"}
{"status":"Downloading","progressDetail":{"current":1,"total":2},"id":"abc"}
{"stream":" ---> 123\n"}
{"stream":"Step 2/2 : RUN x"}
{"stream":"\n"}
{"stream":"two\nlines\n"}
`
	tests := []struct {
		name, end string
		id        string
		err       string
		f         stepFailure
	}{
		{name: "built", end: `{"aux":{"ID":"sha256:abc"}}` + "\n" + `{"stream":"Successfully built abc\n"}`, id: "sha256:abc"},
		{
			name: "failed", end: `{"errorDetail":{"code":3,"message":"returned a non-zero code: 3"},"error":"returned a non-zero code: 3"}`,
			err: "returned a non-zero code: 3", f: stepFailure{step: "Step 2/2 : RUN x", output: []string{"two", "lines"}},
		},
		{name: "cut", end: `{"str`, err: "reading the engine's answer: unexpected EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var lines []string
			c := &classic{b: &Builder{o: Options{Sink: func(e event.Event) { lines = append(lines, e.(event.Output).Text) }}}}
			id, f, err := c.follow(job{names: []string{"x"}}, strings.NewReader(stream+test.end))
			if id != test.id {
				t.Errorf("id: got %q, want %q", id, test.id)
			}
			if test.err == "" && err != nil || test.err != "" && (err == nil || err.Error() != test.err) {
				t.Errorf("error: got %v, want %q", err, test.err)
			}
			if test.name == "failed" && !reflect.DeepEqual(f, test.f) {
				t.Errorf("failure: got %+v, want %+v", f, test.f)
			}
			want := []string{"Step 1/2 : FROM alpine", "latest Pulling from library/alpine", " ---> 123", "Step 2/2 : RUN x", "two", "lines"}
			if got := lines[:len(want)]; !slices.Equal(got, want) {
				t.Errorf("lines: got %q, want %q", got, want)
			}
		})
	}
}
