package build_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
)

// relay makes the engine's BuildKit look like one elsewhere: what connects to the
// address it returns is connected to the engine.
func relay(t *testing.T, c *client.Client) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := c.DialHijack(context.Background(), "/grpc", "h2c", nil)
			if err != nil {
				in.Close()
				continue
			}
			go func() { _, _ = io.Copy(out, in); out.Close() }()
			go func() { _, _ = io.Copy(in, out); in.Close() }()
		}
	}()
	return l.Addr().String()
}

// define writes a builder into buildx' store in dir.
func define(t *testing.T, dir, driver, node, endpoint string) {
	t.Helper()
	store := filepath.Join(dir, "buildx", "instances")
	if err := os.MkdirAll(store, 0o755); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{
		"Name": "far", "Driver": driver, "Nodes": []map[string]any{{"Name": node, "Endpoint": endpoint}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(store, "far"), text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// checkFar has the builder far check a Dockerfile: control and session, both ways.
func checkFar(t *testing.T, s *setup) {
	t.Helper()
	s.o.Builder = "far"
	s.rebuilder(s.c)
	found, err := s.b.Check(t.Context(), "web")
	if err != nil || found.Count != 1 || !strings.Contains(found.Text, "FromAsCasing") {
		t.Errorf("got %+v, %v", found, err)
	}
}

var checked = map[string]string{
	"compose.yaml": "name: " + own + "far\nservices:\n  web: {build: .}\n",
	"Dockerfile":   "FROM alpine as x\n",
}

func TestRemoteBuilder(t *testing.T) {
	testbed.NeedAPI(t, "1.46", "checks need Docker 27")
	s := start(t, checked, build.Options{})
	define(t, s.o.ConfigDir, "remote", "far0", "tcp://"+relay(t, s.c))
	checkFar(t, s)
}

// The container's buildctl connects its standard streams to BuildKit's address,
// as the real one does; the container is found stopped.
func TestContainerBuilder(t *testing.T) {
	testbed.NeedAPI(t, "1.46", "checks need Docker 27")
	s := start(t, checked, build.Options{})
	host, port, err := net.SplitHostPort(relay(t, s.c))
	if err != nil {
		t.Fatal(err)
	}
	node := fmt.Sprintf("bldtest%d", os.Getpid())
	script := fmt.Sprintf("printf '#!/bin/sh\\nexec nc %s %s\\n' > /bin/buildctl; chmod +x /bin/buildctl; exec sleep 1000", host, port)
	made, err := s.c.ContainerCreate(t.Context(), &container.Config{Image: "alpine", Cmd: []string{"sh", "-c", script}},
		&container.HostConfig{NetworkMode: "host"}, nil, nil, "buildx_buildkit_"+node)
	if err != nil {
		t.Skipf("needs the image alpine: %v", err)
	}
	t.Cleanup(func() {
		_ = s.c.ContainerRemove(context.Background(), made.ID, container.RemoveOptions{Force: true})
	})
	define(t, s.o.ConfigDir, "docker-container", node, "default")
	checkFar(t, s)
}

func TestBuilderThatIsNotThere(t *testing.T) {
	s := start(t, checked, build.Options{})
	for driver, want := range map[string]string{
		"docker-container": "its container buildx_buildkit_nowhere0 is not there",
		"remote":           "does not answer",
		"kubernetes":       "has the driver kubernetes",
	} {
		define(t, s.o.ConfigDir, driver, "nowhere0", "unix:///nowhere.sock")
		s.o.Builder = "far"
		s.rebuilder(s.c)
		if driver == "docker-container" {
			define(t, s.o.ConfigDir, driver, "nowhere0", "default")
		}
		_, err := s.b.Build(t.Context(), "web")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", driver, err, want)
		}
	}
}
