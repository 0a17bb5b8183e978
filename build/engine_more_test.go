package build_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
)

func TestUnchangedRebuildIsTheSameImage(t *testing.T) {
	testbed.NotPodman(t, "a rebuild without changes is another image for Podman")
	each(t, func(t *testing.T, name string, o build.Options) {
		files := map[string]string{
			"compose.yaml":   "name: " + name + "\nservices:\n  web: {build: app}\n",
			"app/Dockerfile": "FROM alpine\nCOPY a.txt /\nRUN cat a.txt > /b.txt\n",
			"app/a.txt":      "a",
		}
		s := start(t, files, o)
		first, _ := s.build(t, "web")
		second, _ := s.build(t, "web")
		if first != second || first.Digest == "" {
			t.Errorf("rebuilt: got %v, want %v", second, first)
		}
		if err := os.WriteFile(filepath.Join(s.p.WorkingDir, "app/a.txt"), []byte("other"), 0o644); err != nil {
			t.Fatal(err)
		}
		if third, _ := s.build(t, "web"); third.Digest == first.Digest {
			t.Error("a changed file made no other image")
		}
	})
}

// No registry is asked: the Dockerfile frontend is the engine's own.
func TestFromScratch(t *testing.T) {
	each(t, func(t *testing.T, name string, o build.Options) {
		s := start(t, map[string]string{
			"compose.yaml":   "name: " + name + "\nservices:\n  web: {build: .}\n",
			"Dockerfile":     "FROM scratch\nCOPY server /server\nENTRYPOINT [\"/server\"]\n",
			"server":         "not really one",
			".dockerignore":  "*\n!server\n",
			"some/other.txt": "x",
		}, o)
		if _, img := s.build(t, "web"); len(img.RootFS.Layers) != 1 {
			t.Errorf("layers: %v", img.RootFS.Layers)
		}
	})
}

func TestInlineDockerfile(t *testing.T) {
	each(t, func(t *testing.T, name string, o build.Options) {
		s := start(t, map[string]string{
			"compose.yaml": "name: " + name + `
services:
  web:
    build:
      context: .
      dockerfile_inline: |
        FROM alpine
        COPY . /src/
        RUN ls -A /src > /list && cat /list && test "$(cat /list | tr '\n' ' ')" = "a.txt compose.yaml "
`,
			"a.txt": "a",
		}, o)
		s.build(t, "web")
	})
}

func TestDockerfileOutsideOfTheContext(t *testing.T) {
	testbed.NotPodman(t, "Podman takes more of the context than is sent")
	each(t, func(t *testing.T, name string, o build.Options) {
		s := start(t, map[string]string{
			"compose.yaml": "name: " + name + `
services:
  web: {build: {context: app, dockerfile: ../docker/web.Dockerfile}}
`,
			"app/a.txt":     "a",
			"app/b.txt":     "b",
			"app/Makefile":  "all:",
			"app/.git/HEAD": "x",
			// Beside the Dockerfile it goes before the context's own.
			"app/.dockerignore":                  "a.txt\n",
			"docker/web.Dockerfile":              "FROM alpine\nCOPY . /src/\nRUN test -e /src/a.txt && test ! -e /src/b.txt && test ! -e /src/.git\n",
			"docker/web.Dockerfile.dockerignore": "b.txt\n.git\n",
		}, o)
		s.build(t, "web")
	})
}

func TestSecrets(t *testing.T) {
	testbed.NotPodman(t, "Podman has no BuildKit: no secrets in a build")
	s := start(t, map[string]string{
		"compose.yaml": "name: " + own + `secrets
services:
  web:
    build:
      context: .
      dockerfile_inline: |
        FROM alpine
        RUN --mount=type=secret,id=token grep -q from-file /run/secrets/token
        RUN --mount=type=secret,id=renamed grep -q from-env /run/secrets/renamed
      secrets:
        - token
        - {source: key, target: renamed}
secrets:
  token: {file: token.txt}
  key: {environment: KEY}
`,
		"token.txt": "from-file",
	}, build.Options{}, "KEY=from-env")
	s.build(t, "web")
}

func TestAdditionalContexts(t *testing.T) {
	testbed.NeedAPI(t, "1.42", "additional_contexts need the BuildKit of Docker 23")
	s := start(t, map[string]string{
		"compose.yaml": "name: " + own + `contexts
services:
  base:
    build:
      context: .
      dockerfile_inline: |
        FROM alpine
        RUN echo base > /base
  web:
    build:
      context: app
      dockerfile_inline: |
        FROM base
        COPY --from=lib lib.txt /
        COPY --from=img /bin/busybox /copied
        RUN test -e /base && grep -q library /lib.txt
      additional_contexts:
        base: service:base
        lib: ./lib
        img: docker-image://busybox
      pull: true
  other:
    build:
      context: app
      dockerfile_inline: |
        FROM alpine
        COPY --from=lib lib.txt /
      additional_contexts: {lib: ./lib}
`,
		"app/a.txt":   "a",
		"lib/lib.txt": "library",
	}, build.Options{})
	for _, service := range append(s.p.BuildNeeds("web"), "web", "other") {
		s.build(t, service)
	}
}

func TestConcurrentBuildsSendAFolderOnce(t *testing.T) {
	testbed.NeedAPI(t, "1.46", "its BuildKit sends a folder for each build")
	services := []string{"a", "b", "c", "d"}
	yaml := "name: " + own + "shared\nservices:\n"
	for _, name := range services {
		yaml += "  " + name + ": {build: {context: app, args: {NAME: " + name + "}}}\n"
	}
	s := start(t, map[string]string{
		"compose.yaml":   yaml,
		"app/Dockerfile": "FROM alpine\nCOPY . /src\nARG NAME\nRUN echo $NAME > /name\n",
		"app/big":        strings.Repeat("0123456789abcdef", 1<<16), // 1 MiB
	}, build.Options{})
	sent := &countingClient{Client: s.c}
	s.rebuilder(sent)
	digests := make([]string, len(services))
	var building sync.WaitGroup
	for i, name := range services {
		building.Go(func() {
			res, err := s.b.Build(t.Context(), name)
			if err != nil {
				t.Error(err)
			}
			digests[i] = res.Digest
		})
	}
	building.Wait()
	for i := range digests {
		for k := range i {
			if digests[i] == digests[k] {
				t.Errorf("%s and %s are one image", services[i], services[k])
			}
		}
	}
	if got := sent.bytes.Load(); got < 1<<20 || got > 3<<19 {
		t.Errorf("sent %d bytes, want those of the folder, %d, once", got, 1<<20)
	}
}

// countingClient counts what is sent through BuildKit's sessions.
type countingClient struct {
	build.Client
	bytes atomic.Int64
}

func (c *countingClient) DialHijack(ctx context.Context, url, proto string, meta map[string][]string) (net.Conn, error) {
	conn, err := c.Client.DialHijack(ctx, url, proto, meta)
	if err == nil && url == "/session" {
		conn = &countingConn{conn, &c.bytes}
	}
	return conn, err
}

type countingConn struct {
	net.Conn
	bytes *atomic.Int64
}

func (c *countingConn) Write(p []byte) (int, error) {
	c.bytes.Add(int64(len(p)))
	return c.Conn.Write(p)
}

func TestFailures(t *testing.T) {
	testbed.NeedAPI(t, "1.42", "the BuildKit of Docker 20.10 does that otherwise")
	each(t, func(t *testing.T, name string, o build.Options) {
		s := start(t, map[string]string{
			"compose.yaml": "name: " + name + `
services:
  step: {build: app}
  target: {build: {context: app, target: lost}}
  file: {build: {context: app, dockerfile: nothing}}
  folder: {build: elsewhere}
  copy: {build: {context: app, dockerfile: copy.Dockerfile}}
  secret: {build: {context: app, secrets: [gone]}}
  image: {image: alpine}
secrets:
  gone: {file: gone.txt}
`,
			"app/Dockerfile":      "FROM alpine AS one\nFROM alpine AS two\n\nRUN echo some output && exit 3\n",
			"app/copy.Dockerfile": "FROM alpine\nCOPY lost.txt /\n",
		}, o)
		tests := []struct {
			service string
			want    []string // in the error's text
			hint    string   // part of it
		}{
			{"step", []string{"building step: ", "exit 3", "some output"}, ""},
			{"target", []string{"building target: ", `target stage "lost" could not be found`}, "one, two"},
			{"file", []string{"building file: ", "there is no Dockerfile at", "nothing"}, "Dockerfile, copy.Dockerfile"},
			{"folder", []string{"building folder: ", "the build context", "elsewhere", "does not exist"}, "build.context"},
			{"copy", []string{"building copy: ", "lost.txt"}, "lost.txt"},
			{"secret", []string{`the secret "gone"`, "gone.txt"}, "create the file"},
			{"image", []string{"no build section"}, "pull"},
			{"lost", []string{"no such service: lost"}, ""},
		}
		for _, test := range tests {
			_, err := s.b.Build(t.Context(), test.service)
			e, ok := errors.AsType[*build.Error](err)
			if !ok {
				t.Errorf("%s: got %v, want a *build.Error", test.service, err)
				continue
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s: got %q, want %q in it", test.service, err, want)
				}
			}
			if !strings.Contains(e.Hint(), test.hint) {
				t.Errorf("%s: got the hint %q, want %q in it", test.service, e.Hint(), test.hint)
			}
		}
	})
}

func TestFailureShowsTheLine(t *testing.T) {
	testbed.NeedAPI(t, "1.42", "its BuildKit does not tell the line")
	s := start(t, map[string]string{
		"compose.yaml":   "name: " + own + "line\nservices:\n  web: {build: app}\n",
		"app/Dockerfile": "FROM alpine\n# nothing\nRUN echo out1 && echo out2 && false\nCMD sh\n",
	}, build.Options{})
	_, err := s.b.Build(t.Context(), "web")
	if err == nil {
		t.Fatal("the build did not fail")
	}
	want := `building web: failed to solve: process "/bin/sh -c echo out1 && echo out2 && false" did not complete successfully: exit code: 1
last lines of [2/2] RUN echo out1 && echo out2 && false:
  out1
  out2
app/Dockerfile:3
   1 | FROM alpine
   2 | # nothing
>> 3 | RUN echo out1 && echo out2 && false
   4 | CMD sh`
	if got := err.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if strings.Contains(s.output(), "\n------\n") {
		t.Errorf("the output repeats what the error says:\n%s", s.output())
	}
}

func TestSecretThatAStepNeedsAndNobodyGives(t *testing.T) {
	testbed.NeedAPI(t, "1.42", "the BuildKit of Docker 20.10 does that otherwise")
	s := start(t, map[string]string{
		"compose.yaml": "name: " + own + `nosecret
services:
  web:
    build:
      dockerfile_inline: |
        FROM alpine
        RUN --mount=type=secret,id=token,required=true cat /run/secrets/token
`,
	}, build.Options{})
	_, err := s.b.Build(t.Context(), "web")
	if e, ok := errors.AsType[*build.Error](err); !ok || !strings.Contains(e.Hint(), "build.secrets") {
		t.Errorf("got %v", err)
	}
}

func TestCancelledBuild(t *testing.T) {
	s := start(t, map[string]string{
		"compose.yaml": "name: " + own + `cancel
services:
  web: {build: {dockerfile_inline: "FROM alpine\nRUN echo started && sleep 60\n"}}
`,
	}, build.Options{NoCache: true})
	ctx, cancel := cancelAt(t, s, "started")
	defer cancel()
	_, err := s.b.Build(ctx, "web")
	if !errors.Is(err, errStop) {
		t.Errorf("got %v, want %v", err, errStop)
	}
}
