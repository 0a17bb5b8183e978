// Package testbed is what tests of the engine's rooms share: the real engine and
// Docker Compose to compare with, an engine that gives one answer to everything, and
// projects to work on.
package testbed

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/versions"

	"github.com/compose-orchestrator/compose/engine/dial"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

// Real dials the engine that real-engine tests use.
func Real(t *testing.T) *dial.Conn {
	t.Helper()
	if os.Getenv("COMPOSE_TEST_ENGINE") != "1" {
		t.Skip("COMPOSE_TEST_ENGINE is not 1")
	}
	c, err := dial.Dial(t.Context(), dial.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// NeedAPI skips a test of a real engine on one whose API is older; why says what that one
// lacks. Podman has 1.41.
func NeedAPI(t *testing.T, version, why string) {
	t.Helper()
	if have := Real(t).Engine.APIVersion; versions.LessThan(have, version) {
		t.Skipf("needs API %s, and this is %s: %s", version, have, why)
	}
}

// NotPodman skips a test of a real engine on Podman; why says what that does otherwise.
func NotPodman(t *testing.T, why string) {
	t.Helper()
	if Real(t).Engine.Name == "podman" {
		t.Skip(why)
	}
}

// Peer runs Debian's docker-compose on a file; the test is skipped without one.
func Peer(t *testing.T, dir string, args ...string) {
	t.Helper()
	program := os.Getenv("PEER")
	if program == "" {
		t.Skip("PEER names no docker-compose")
	}
	words := append(strings.Fields(program), args...)
	cmd := exec.Command(words[0], words[1:]...) // not the test's context: clean-up uses it too
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", words, err, out)
	}
}

// WriteProject writes a Compose file into a folder.
func WriteProject(t *testing.T, dir, file string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Load loads the project in a folder.
func Load(t *testing.T, dir string) *project.Project {
	t.Helper()
	p, err := project.Load(t.Context(), project.Options{WorkDir: dir, Environ: os.Environ()}, func(event.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// PeerUp brings a file up with docker-compose and takes it down after the test.
func PeerUp(t *testing.T, file string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	WriteProject(t, dir, file)
	t.Cleanup(func() { Peer(t, dir, "down", "-v", "-t", "0") })
	Peer(t, dir, "up", "-d")
	return dir
}

// Dial is a connection for a test, with nothing of this machine's configuration.
func Dial(t *testing.T, o dial.Options) *dial.Conn {
	t.Helper()
	o.ConfigDir, o.Getenv = t.TempDir(), func(string) string { return "" }
	c, err := dial.Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}
