//go:build unix

package dial

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/docker/docker/api/types/container"
)

func TestPodmanService(t *testing.T) {
	if os.Getenv("COMPOSE_TEST_ENGINE") != "1" {
		t.Skip("COMPOSE_TEST_ENGINE is not 1")
	}
	if _, err := exec.LookPath("podman"); err != nil {
		t.Skip("no podman")
	}
	t.Setenv("TMPDIR", shortDir(t))
	d := dialer{options: Options{Getenv: env(nil)}}
	c, err := d.search(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Engine.Name != "podman" || c.Engine.Version == "" {
		t.Errorf("engine: got %+v", c.Engine)
	}
	if _, err := c.Client.ContainerList(t.Context(), container.ListOptions{All: true}); err != nil {
		t.Error(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "compose-podman-*")); len(left) != 0 {
		t.Errorf("folders left: %v", left)
	}
}
