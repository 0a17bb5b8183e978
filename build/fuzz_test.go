package build

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
)

// FuzzDockerfile: whatever a Dockerfile says, what is read of it has a place in it,
// leads to nothing outside of the context, and is not much larger than it is.
func FuzzDockerfile(f *testing.F) {
	for _, seed := range []string{
		"FROM alpine AS a\nCOPY --from=b /x /y\nFROM a\nRUN --mount=type=bind,from=c,source=s true\nENV A=b\nWORKDIR x\nCMD [\"a\"]",
		"# syntax=x\n# escape=`\nARG V=1\nFROM x:$V\nADD ../../etc/passwd http://x/y /", "FROM x\nCOPY <<E /a\n$B\nE\nENTRYPOINT a", "FROM --platform=$BUILDPLATFORM x AS x\nFROM x",
		"FROM 0\nFROM 1\nFROM 0", "FROM ${A:-${B:-x}}\nARG A\nENV A=$A$A B=$A$A C=$B$B", "FROM scratch\nONBUILD COPY . .\nHEALTHCHECK CMD x", "FROM", "\\", "FROM a\nCOPY ${X#*} ${X/a/b} /",
		"FROM a AS a\nFROM a AS a\nRUN --mount=from=a,target=/x --mount=type=secret x", doubling("ENV", 40), doubling("ARG", 40),
	} {
		f.Add(seed, "a")
	}
	f.Fuzz(func(t *testing.T, text, target string) {
		given := map[string]string{"A": "given"}
		r := parseDockerfile(text, given, map[string]string{"BUILDPLATFORM": "linux/amd64"})
		if r == nil {
			return
		}
		lines := strings.Count(text, "\n") + 1
		for _, n := range r.images(r.needs(target, Options{LookupEnv: func(string) (string, bool) { return "", false }})) {
			if n.image == "" || n.line < 0 || n.line > lines {
				t.Errorf("%q: image %+v", text, n)
			}
		}
		d := r.read(target)
		if len(d.Stages) > len(r.stages) {
			t.Errorf("%d stages of %d", len(d.Stages), len(r.stages))
		}
		for _, takes := range d.Stages {
			for _, take := range takes {
				if take.From != "" && !filepath.IsLocal(take.From) {
					t.Errorf("%q takes %+v", text, take)
				}
			}
		}
		for name, value := range d.Env {
			if len(value) > maxValue {
				t.Errorf("%s has %d bytes", name, len(value))
			}
		}
	})
}

// doubling is a Dockerfile in which each variable is the one before, twice.
func doubling(instruction string, times int) string {
	var b strings.Builder
	b.WriteString("FROM x\n" + instruction + " V0=0123456789\n")
	for i := range times {
		fmt.Fprintf(&b, "%s V%d=$V%d$V%d\n", instruction, i+1, i, i)
	}
	return b.String() + "COPY $V40 /\nENV ALL=$V40\n"
}

// TestDockerfileThatDoubles: a value that grows without end counts as not known.
func TestDockerfileThatDoubles(t *testing.T) {
	for _, instruction := range []string{"ENV", "ARG"} {
		d, err := ReadDockerfile(types.BuildConfig{DockerfileInline: doubling(instruction, 40)})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Env["ALL"]; got != "" {
			t.Errorf("%s: the value has %d bytes", instruction, len(got))
		}
	}
}

// TestDockerfileOfManyStages: what stages begin with is worked out once for each.
func TestDockerfileOfManyStages(t *testing.T) {
	const stages = 2000
	var b strings.Builder
	b.WriteString("FROM x AS s0\n")
	for i := range stages {
		fmt.Fprintf(&b, "FROM s%d AS s%d\nENV V%d=x\n", i, i+1, i)
	}
	began := time.Now()
	d, err := ReadDockerfile(types.BuildConfig{DockerfileInline: b.String()})
	if err != nil || len(d.Env) != stages || len(d.Stages) != stages+1 {
		t.Errorf("%d variables, %d stages, %v", len(d.Env), len(d.Stages), err)
	}
	if took := time.Since(began); took > 20*time.Second { // a second; each time anew it is many minutes
		t.Errorf("it took %v", took)
	}
}

// FuzzClassic: whatever an engine's classic builder says, lines of it stay lines, and
// what a failed step printed is none of the builder's own.
func FuzzClassic(f *testing.F) {
	for _, seed := range []string{
		`{"stream":"Step 1/2 : FROM x\n"}{"stream":" ---> ab\n"}{"aux":{"ID":"sha256:ab"}}`, `{"stream":"STEP 1: RUN x\r\n"}{"stream":"no"}{"errorDetail":{"message":" no\n"},"error":"no"}`,
		`{"status":"Pulling","id":"ab","progressDetail":{}}{"aux":5}{"stream":5}`, "", "null", `{"stream":"\n\r\n\u0000"}`, `{"status":"a\nb","id":"c\nd"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		b := &Builder{o: Options{Sink: func(e event.Event) {
			if out, ok := e.(event.Output); ok && strings.Contains(out.Text, "\n") {
				t.Errorf("%q: a line %q", said, out.Text)
			}
		}}}
		_, failed, err := (&classic{b: b}).follow(job{names: []string{"x"}}, bytes.NewReader(said))
		for _, line := range failed.output {
			if err == nil || notOutput(line) || strings.Contains(line, "\n") {
				t.Errorf("%q: the failed step printed %q, %v", said, line, err)
			}
		}
	})
}
