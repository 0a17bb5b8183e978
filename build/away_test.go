package build_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bkclient "github.com/moby/buildkit/client"

	"github.com/compose-orchestrator/compose/build"
)

// startBuildKit starts a BuildKit of its own, where buildkitd is installed, and
// returns its address. It takes base images from the engine's registry mirrors.
func startBuildKit(t *testing.T, s *setup) string {
	t.Helper()
	program, err := exec.LookPath("buildkitd")
	if err != nil {
		t.Skip("buildkitd is not installed")
	}
	dir := t.TempDir()
	info, err := s.c.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var conf strings.Builder
	if mirrors := info.RegistryConfig.Mirrors; len(mirrors) > 0 {
		host := strings.Trim(strings.TrimPrefix(mirrors[0], "http://"), "/")
		fmt.Fprintf(&conf, "[registry.\"docker.io\"]\nmirrors = [%q]\n[registry.%q]\nhttp = true\n", host, host)
	}
	file := filepath.Join(dir, "buildkitd.toml")
	if err := os.WriteFile(file, []byte(conf.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	address := "unix://" + filepath.Join(dir, "sock")
	cmd := exec.Command(program, "--root", filepath.Join(dir, "root"), "--addr", address, "--config", file)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // asked to stop, it would wait for the builder's session
		_ = cmd.Wait()
	})
	c, err := bkclient.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := c.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	return address
}

// TestBuildOutsideEngine has a BuildKit that is not the engine's build an image, which
// is in the engine afterwards, and the same one after a second build.
func TestBuildOutsideEngine(t *testing.T) {
	s := start(t, map[string]string{
		"compose.yaml": "name: " + own + "elsewhere\nservices:\n  web: {build: .}\n  bad: {build: {context: ., target: bad}}\n",
		"Dockerfile":   "FROM alpine AS bad\nRUN exit 3\nFROM alpine\nCOPY Dockerfile /\nCMD [\"true\"]\n",
	}, build.Options{Builder: "far"})
	define(t, s.o.ConfigDir, "remote", "far0", startBuildKit(t, s))
	s.rebuilder(s.c)
	first, err := s.b.Build(t.Context(), "web")
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.b.Build(t.Context(), "web")
	if err != nil || again != first {
		t.Errorf("got %+v, %v, want %+v again", again, err, first)
	}
	img, err := s.c.ImageInspect(t.Context(), s.p.ImageName("web"))
	if err != nil || img.ID != first.ImageID {
		t.Errorf("the engine has %q, %v, want %q", img.ID, err, first.ImageID)
	}
	if _, err := s.b.Build(t.Context(), "bad"); err == nil || !strings.Contains(err.Error(), "exit code: 3") {
		t.Errorf("got %v, want the step's exit code", err)
	}
}
