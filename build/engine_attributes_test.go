package build_test

import (
	"archive/tar"
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
)

func TestWhatStepsRunWith(t *testing.T) {
	testbed.NeedAPI(t, "1.42", "builds take ulimits since Docker 23")
	each(t, func(t *testing.T, name string, o build.Options) {
		s := start(t, map[string]string{
			"compose.yaml": "name: " + name + `
services:
  web:
    build:
      dockerfile_inline: |
        FROM alpine
        RUN test "$(ulimit -n)" = 1234
        RUN df -k /dev/shm | grep -q 16384
        RUN test ! -e /sys/class/net/eth0
      ulimits: {nofile: 1234}
      shm_size: 16m
      network: none
`,
		}, o)
		s.build(t, "web")
	})
}

func TestHTTPContext(t *testing.T) {
	testbed.NotPodman(t, "Podman looks for the Dockerfile of a context that it fetches elsewhere")
	var context bytes.Buffer
	w := tar.NewWriter(&context)
	for name, content := range map[string]string{"docker/web": "FROM alpine\nCOPY a.txt /\nRUN grep -q fetched /a.txt\n", "a.txt": "fetched"} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, name string, o build.Options) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-tar")
			_, _ = w.Write(context.Bytes())
		}))
		t.Cleanup(server.Close)
		s := start(t, map[string]string{
			"compose.yaml": "name: " + name + "\nservices:\n  web: {build: {context: " + server.URL + "/ctx.tar, dockerfile: docker/web}}\n",
		}, o)
		s.build(t, "web")
	})
}

func TestSSHAgent(t *testing.T) {
	testbed.NotPodman(t, "Podman has no BuildKit: no ssh keys in a build")
	socket := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { l.Close() })
	s := start(t, map[string]string{
		"compose.yaml": "name: " + own + `ssh
services:
  web:
    build:
      dockerfile_inline: |
        FROM alpine
        RUN --mount=type=ssh test -S "$$SSH_AUTH_SOCK"
      ssh: [default]
`,
	}, build.Options{LookupEnv: lookup(map[string]string{"SSH_AUTH_SOCK": socket})})
	s.build(t, "web")
}

func TestNoCache(t *testing.T) {
	each(t, func(t *testing.T, name string, o build.Options) {
		o.NoCache = true
		s := start(t, map[string]string{
			"compose.yaml": "name: " + name + "\nservices:\n  web: {build: {dockerfile_inline: \"FROM alpine\\nRUN cat /proc/sys/kernel/random/uuid > /id\\n\"}}\n",
		}, o)
		first, _ := s.build(t, "web")
		if second, _ := s.build(t, "web"); second == first {
			t.Error("the step was not run again")
		}
	})
}

func TestQuiet(t *testing.T) {
	testbed.NotPodman(t, "Podman lists images that are being removed")
	each(t, func(t *testing.T, name string, o build.Options) {
		o.Quiet = true
		s := start(t, map[string]string{
			"compose.yaml": "name: " + name + "\nservices:\n  web: {build: {dockerfile_inline: \"FROM alpine\\nRUN echo said\\n\"}}\n",
		}, o)
		s.build(t, "web")
		if strings.TrimSpace(s.output()) != "" {
			t.Errorf("got output:\n%s", s.output())
		}
	})
}
