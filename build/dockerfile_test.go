package build

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project"
)

const webDockerfile = `# syntax=docker/dockerfile:1
ARG BASE=alpine TAG
FROM $BASE:${TAG:-latest} AS base
WORKDIR /srv
ENV MODE=dev PORT="80"
ARG DIR=src
COPY ["package*.json", "$DIR/a b", "./"]
FROM scratch AS unused
COPY unused /
FROM base AS deps
RUN --mount=type=bind,source=$DIR/go.mod,target=go.mod <<END
COPY no /
END
COPY <<TEXT list other/ /x/
unread
TEXT
ADD https://example.com/f $UNKNOWN/f /
FROM base AS final
WORKDIR app
COPY --from=2 /x /x
COPY . .
ENTRYPOINT ["run", "it"]
CMD serve --port $PORT
`

func TestReadDockerfile(t *testing.T) {
	seven := "7"
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "web.Dockerfile"), []byte(webDockerfile), 0o644); err != nil {
		t.Fatal(err)
	}
	from := func(names ...string) (takes []project.Take) {
		for _, n := range names {
			takes = append(takes, project.Take{From: n})
		}
		return takes
	}
	file := filepath.Join(dir, "web.Dockerfile")
	base, deps := from("package*.json", "src/a b"), from("src/go.mod", "", "list", "other")
	for _, c := range []struct {
		name  string
		build types.BuildConfig
		want  project.Dockerfile
	}{
		{
			name:  "the last stage",
			build: types.BuildConfig{Context: dir, Dockerfile: "web.Dockerfile", Args: types.MappingWithEquals{"TAG": &seven, "UNSET": nil}},
			want: project.Dockerfile{
				Path: file, Image: "alpine:7", Workdir: "/srv/app", Env: map[string]string{"MODE": "dev", "PORT": "80"},
				Entrypoint: "run it", Command: "serve --port $PORT", Stages: [][]project.Take{base, deps, from(".")},
			},
		},
		{
			name:  "a target",
			build: types.BuildConfig{Context: dir, Dockerfile: file, Target: "BASE"},
			want: project.Dockerfile{
				Path: file, Image: "alpine:latest", Workdir: "/srv", Env: map[string]string{"MODE": "dev", "PORT": "80"},
				Stages: [][]project.Take{base},
			},
		},
		{name: "none", build: types.BuildConfig{Context: dir}},
		{name: "mistakes", build: types.BuildConfig{DockerfileInline: "FROM a\nCOPPY x y\n"}},
		{name: "nothing", build: types.BuildConfig{DockerfileInline: "# later\n"}},
		{
			name:  "unknown",
			build: types.BuildConfig{DockerfileInline: "FROM $X\nWORKDIR /a\nWORKDIR $Y\nWORKDIR b\n"},
			want:  project.Dockerfile{Env: map[string]string{}, Stages: [][]project.Take{nil}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadDockerfile(c.build)
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, c.want)
			}
		})
	}
}

// What is copied from folders that are contexts besides the build's, in every way
// that there is; an image and a stage are no folders.
func TestReadDockerfileContexts(t *testing.T) {
	const text = `FROM alpine AS stage
FROM base
COPY --from=lib a b /x/
COPY --from=stage /x /x
COPY --from=img /y /y
RUN --mount=from=lib,target=/l --mount=type=bind,source=c,target=/c true
`
	lib, base := t.TempDir(), t.TempDir()
	d, err := ReadDockerfile(types.BuildConfig{
		Context: t.TempDir(), DockerfileInline: text,
		AdditionalContexts: types.Mapping{"lib": lib, "base": base, "img": "docker-image://alpine"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]project.Take{{}, {{From: ".", In: base}, {From: "a", In: lib}, {From: "b", In: lib}, {From: ".", In: lib}, {From: "c"}, {}}}
	if len(d.Stages) != 2 || !slices.Equal(d.Stages[0], want[0]) || !slices.Equal(d.Stages[1], want[1]) {
		t.Errorf("got  %v\nwant %v", d.Stages, want)
	}
}
