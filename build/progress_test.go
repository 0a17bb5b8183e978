package build

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	bkclient "github.com/moby/buildkit/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
)

func TestLineWriter(t *testing.T) {
	var got []string
	w := &lineWriter{emit: func(line string) { got = append(got, line) }}
	for _, part := range []string{"on", "e\ntwo\r\n", "------\n", "thr", "ee"} {
		fmt.Fprint(w, part)
	}
	w.end()
	fmt.Fprint(w, "\n------\nrepeated\n")
	w.flush()
	if want := []string{"one", "two", "------", "three"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStepsKeepTheTailOfTheFailedOne(t *testing.T) {
	s := newSteps()
	s.add(&bkclient.SolveStatus{Vertexes: []*bkclient.Vertex{{Digest: "a", Name: "[1/2] RUN ok"}, {Digest: "b", Name: "[2/2] RUN bad"}}})
	for i := range 30 {
		s.add(&bkclient.SolveStatus{Logs: []*bkclient.VertexLog{
			{Vertex: "b", Data: fmt.Appendf(nil, "line ")},
			{Vertex: "b", Data: fmt.Appendf(nil, "%d\n", i)},
			{Vertex: "a", Data: []byte("other\n")},
		}})
	}
	s.add(&bkclient.SolveStatus{
		Logs:     []*bkclient.VertexLog{{Vertex: "b", Data: []byte("last")}},
		Vertexes: []*bkclient.Vertex{{Digest: "a", Name: "[1/2] RUN ok", Error: "context canceled"}, {Digest: "b", Name: "[2/2] RUN bad", Error: "exit 1"}},
	})
	f := s.failure()
	if f.step != "[2/2] RUN bad" {
		t.Errorf("step: got %q", f.step)
	}
	if len(f.output) != keptLines+1 || f.output[0] != "line 10" || f.output[keptLines] != "last" {
		t.Errorf("output: got %q", f.output)
	}
}

func TestExcerpt(t *testing.T) {
	source := func(lines int, ranges ...[2]int32) *errdefs.Source {
		var text strings.Builder
		for i := range lines {
			fmt.Fprintf(&text, "L%d\n", i+1)
		}
		s := &errdefs.Source{Info: &pb.SourceInfo{Filename: "Dockerfile", Data: []byte(text.String())}}
		for _, r := range ranges {
			s.Ranges = append(s.Ranges, &pb.Range{Start: &pb.Position{Line: r[0]}, End: &pb.Position{Line: r[1]}})
		}
		return s
	}
	tests := []struct {
		name string
		s    *errdefs.Source
		want string
	}{
		{"in the middle", source(12, [2]int32{9, 9}), "D:9\n    7 | L7\n    8 | L8\n>>  9 | L9\n   10 | L10\n   11 | L11\n"},
		{"first", source(2, [2]int32{1, 1}), "D:1\n>> 1 | L1\n   2 | L2\n"},
		{"several lines", source(5, [2]int32{4, 5}), "D:4\n   2 | L2\n   3 | L3\n>> 4 | L4\n>> 5 | L5\n"},
		{"no range", source(5), ""},
		{"beyond the end", source(2, [2]int32{9, 9}), ""},
	}
	for _, test := range tests {
		if got := excerpt(test.s, "D"); got != test.want {
			t.Errorf("%s: got\n%swant\n%s", test.name, got, test.want)
		}
	}
	if got := strings.Count(excerpt(source(100, [2]int32{1, 90}), "D"), "\n"); got != excerptSize+1 {
		t.Errorf("a long one has %d lines", got)
	}
}

func TestAdvise(t *testing.T) {
	p := projectOf(t, `
services:
  base: {build: .}
  web: {build: .}
`, nil)
	j := job{service: "web", target: "lost", context: location{dir: "/app"}, file: dockerfile{name: "D", data: []byte("FROM x AS one\nfrom y as two\n")}}
	for message, want := range map[string]string{
		`failed to solve: target stage "lost" could not be found`:                                                                                "the stages of the Dockerfile are one, two",
		"failed to solve: secret token: not found":                                                                                               "list token under build.secrets, and define it under the top-level secrets",
		`failed to solve: failed to calculate checksum of ref x::y: "/a.txt": not found`:                                                         "is there /a.txt in the context /app, and does no .dockerignore leave it out?",
		"failed to solve: demo-base: failed to resolve source metadata for docker.io/library/demo-base:latest: pull access denied, repository …": `that is the image of service base: have it built first with additional_contexts: {demo-base: "service:base"}`,
		"pull access denied for nosuch, repository does not exist":                                                                               "check the image's name; a private one needs docker login",
		"something else": "",
	} {
		if got := advise(message, j, p); got != want {
			t.Errorf("%s:\ngot  %q\nwant %q", message, got, want)
		}
	}
}

// A path that a step takes from elsewhere is not looked for in the main context.
func TestAdviseFrom(t *testing.T) {
	p := projectOf(t, `
services:
  base: {build: .}
  web: {build: .}
`, nil)
	const buildkit, engine = `failed to calculate checksum of ref x::y: "/a": not found`, "failed to solve: lstat /a: no such file or directory"
	for _, c := range []struct{ message, step, want string }{
		{buildkit, "COPY --from=lib /a /b", "is there /a in /lib, the folder of the additional context lib, and does no .dockerignore leave it out?"},
		{buildkit, "COPY --chmod=644 --from=ours /a /b", "is there /a in the image of service base, the additional context ours?"},
		{engine, "COPY --from=one /a /b", "is there /a in the stage one of the Dockerfile?"},
		{engine, "COPY --from=0 /a /b", "is there /a in the stage 0 of the Dockerfile, counted from 0?"},
		{engine, "COPY --from=docker.io/library/demo-base:latest /a /b", "is there /a in the image of service base, docker.io/library/demo-base:latest?"},
		{engine, "COPY --from=alpine /a /b", "is there /a in the image alpine?"},
		{"COPY failed: stat a: file does not exist", "Step 2/2 : COPY --from=alpine /a /b", "is there a in the image alpine?"},
		{"process did not complete: open /a: no such file or directory", "RUN --mount=type=cache,target=/c --mount=from=alpine,source=/a,target=/b true", "is there /a in the image alpine?"},
		{buildkit, "RUN --mount=target=/c,source=/a --mount=from=alpine,source=/z,target=/b true", "is there /a in the context /app, and does no .dockerignore leave it out?"},
		{"process did not complete: open /a: no such file or directory", "RUN cat /a", ""},
	} {
		j := job{
			service: "web", context: location{dir: "/app"}, step: c.step, file: dockerfile{name: "D", data: []byte("FROM x AS one\n")},
			named: []namedContext{{name: "lib", dir: "/lib"}, {name: "ours", service: "base"}},
		}
		if got := advise(c.message, j, p); got != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.step, got, c.want)
		}
	}
}

// TestLineWithoutEnd: a step that prints no line end costs no more than a piece of it.
func TestLineWithoutEnd(t *testing.T) {
	longest, shown := 0, 0
	w := &lineWriter{emit: func(line string) { longest, shown = max(longest, len(line)), shown+len(line) }}
	var last tail
	piece := bytes.Repeat([]byte("x"), 8<<10)
	const pieces = 64
	for range pieces {
		_, _ = w.Write(piece) // never fails
		last.write(piece)
	}
	w.flush()
	if want := pieces * len(piece); longest > maxLine+len(piece) || shown != want {
		t.Errorf("a line has %d bytes, %d altogether, want %d", longest, shown, want)
	}
	if got := len(last.rest); got > maxLine {
		t.Errorf("the tail has a line of %d bytes", got)
	}
}
