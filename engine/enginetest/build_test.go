package enginetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/build"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/pkg/jsonmessage"
)

// build builds with the classic builder and returns the image's id.
func (s *subject) build(ref string, files map[string]string, o build.ImageBuildOptions) (string, error) {
	s.t.Helper()
	if ref != "" {
		o.Tags = []string{ref}
	}
	o.Remove = true
	r, err := s.ImageBuild(s.t.Context(), tarOf(s.t, files), o)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	id := ""
	for dec := json.NewDecoder(r.Body); ; {
		var m jsonmessage.JSONMessage
		if err := dec.Decode(&m); err == io.EOF {
			return id, nil
		} else if err != nil {
			return "", err
		}
		if m.Error != nil {
			return "", m.Error
		}
		if m.Aux != nil {
			var aux struct{ ID string }
			s.check(json.Unmarshal(*m.Aux, &aux))
			id = aux.ID
		}
	}
}

func TestBuild(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		ref := s.name + "-img:1"
		t.Cleanup(func() { _, _ = s.ImageRemove(context.Background(), ref, image.RemoveOptions{Force: true}) })
		files := map[string]string{
			"Dockerfile": `ARG BASE=busybox
FROM $BASE AS one
ARG WHO=world
ENV GREETING=hello
WORKDIR /app
COPY a.txt sub/ ./
RUN echo "$GREETING $WHO" >greeting
FROM busybox
COPY --from=one /app /app
LABEL x=y
EXPOSE 8080
HEALTHCHECK --interval=5s CMD test -e /app
WORKDIR /app
ENTRYPOINT ["sh", "-c"]
CMD ["cat greeting a.txt b.txt"]
`, "a.txt": "a\n", "sub/b.txt": "b\n"}
		moon := "moon"
		o := build.ImageBuildOptions{BuildArgs: map[string]*string{"WHO": &moon}, Labels: map[string]string{"given": "1"}}
		id, err := s.build(ref, files, o)
		s.check(err)
		i, err := s.ImageInspect(ctx, ref)
		s.check(err)
		equal(t, "id", i.ID, id)
		equal(t, "label of the file", i.Config.Labels["x"], "y")
		equal(t, "label of the request", i.Config.Labels["given"], "1")
		equal(t, "working directory", i.Config.WorkingDir, "/app")
		equalList(t, "entry point", i.Config.Entrypoint, []string{"sh", "-c"})
		equalList(t, "health check", i.Config.Healthcheck.Test, []string{"CMD-SHELL", "test -e /app"})
		if _, ok := i.Config.ExposedPorts["8080/tcp"]; !ok {
			t.Errorf("got the ports %v", i.Config.ExposedPorts)
		}
		c := spec{}
		c.Image = ref
		container := s.run("-a", c)
		s.wait(container)
		out, errs := s.logs(container, containertypes.LogsOptions{})
		equal(t, "output", out+errs, "hello moon\na\nb\n")

		again, err := s.build(ref, files, o)
		s.check(err)
		equal(t, "id of the same build", again, id)
		files["a.txt"] = "changed\n"
		other, err := s.build(ref, files, o)
		s.check(err)
		if other == id {
			t.Error("a changed file did not change the image")
		}
	})
}

func TestBuildFails(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		for dockerfile, want := range map[string]string{
			"FROM busybox\nRUN exit 3\n":             "The command '/bin/sh -c exit 3' returned a non-zero code: 3",
			"FROM busybox\nFOO\n":                    "dockerfile parse error on line 2: unknown instruction: FOO",
			"FROM busybox\nCOPY nope /\n":            "COPY failed: file not found in build context or excluded by .dockerignore: stat nope: file does not exist",
			"FROM busybox AS a\nFROM busybox AS b\n": "", // with a target that is not there
		} {
			o := build.ImageBuildOptions{}
			if want == "" {
				o.Target, want = "c", "target stage"
			}
			_, err := s.build("", map[string]string{"Dockerfile": dockerfile}, o)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: got the error %v, want %q", dockerfile, err, want)
			}
			if je, ok := errors.AsType[*jsonmessage.JSONError](err); ok && strings.Contains(dockerfile, "exit 3") {
				equal(t, "code", je.Code, 3)
			}
		}
		_, err := s.build("", map[string]string{"x": ""}, build.ImageBuildOptions{})
		s.fails(err, nil, "Cannot locate specified Dockerfile: Dockerfile")
	})
}
