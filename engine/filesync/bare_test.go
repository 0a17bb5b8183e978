package filesync

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/hint"
)

// bareProgram is all that a bare image has: it idles.
const bareProgram = `package main

import "time"

func main() { time.Sleep(time.Hour) }
`

// builtAgent has syncers of a test take an agent built for it: go test embeds
// one only where script/build came first.
func builtAgent(t testing.TB) func(arch string) ([]byte, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent")
	cmd := exec.Command("go", "build", "-o", path, "../../cmd/agent")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return func(string) ([]byte, error) { return program, nil }
}

// bareImage makes an image without a shell. It returns a client for what the
// syncer has no use for.
func bareImage(t *testing.T, name string) (c *client.Client) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "idle")
	if err := os.WriteFile(program+".go", []byte(bareProgram), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-o", program, program+".go")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err = w.WriteHeader(&tar.Header{Name: "idle", Mode: 0o755, Size: int64(len(content)), Typeflag: tar.TypeReg})
	_, werr := w.Write(content)
	if err := errors.Join(err, werr, w.Close()); err != nil {
		t.Fatal(err)
	}
	c, err = client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	r, err := c.ImageImport(t.Context(), image.ImportSource{Source: &archive, SourceName: "-"}, name, image.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.Copy(io.Discard, r); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSyncBare: writes, links, deletes and renames in a container whose image has
// no shell and no rm. An agent removes there, and does not stay.
func TestSyncBare(t *testing.T) {
	testbed.Real(t)
	name := fmt.Sprintf("do-sync-bare:%d", os.Getpid())
	c := bareImage(t, name)
	t.Cleanup(func() { _, _ = c.ImageRemove(context.Background(), name, image.RemoveOptions{Force: true}) })
	b := newBench(t, "do-sync-bare", "    {image: '"+name+"', command: [/idle], stop_grace_period: 0s}\n")
	b.start()
	has := func(path string) bool {
		t.Helper()
		_, err := c.ContainerStatPath(t.Context(), b.id, path)
		if err != nil && !errdefs.IsNotFound(err) {
			t.Fatal(err)
		}
		return err == nil
	}
	wants := func(there bool, paths ...string) {
		t.Helper()
		for _, p := range paths {
			if has(p) != there {
				t.Errorf("%s: got %t, want %t", p, !there, there)
			}
		}
	}
	roots := []string{"/app"}
	b.apply(Change{Roots: roots, Writes: []Write{
		b.file("/app/a", "one", 0o644), b.file("/app/d/x", "x", 0o644), b.file("/app/d/y", "y", 0o644),
		{Target: "/app/l", Mode: fs.ModeSymlink | 0o777, Link: "a"},
	}})
	wants(true, "/app/a", "/app/d/x", "/app/d/y", "/app/l")
	deletes := Change{Roots: roots, Deletes: []string{"/app/l", "/app/d/x"}, Links: map[string]bool{"/app/l": true}}
	b.s.agentFor = func(string) ([]byte, error) { return nil, errNoAgent }
	if _, err := b.s.Apply(t.Context(), b.id, deletes); err == nil || !strings.Contains(err.Error(), errNoAgent.Error()) || hint.Of(err) == "" {
		t.Errorf("without an agent: %v", err)
	}
	b.s.agentFor = builtAgent(t)
	b.apply(deletes)
	wants(false, "/app/l", "/app/d/x")
	wants(true, "/app/a", "/app/d/y")
	// A renamed folder is a delete and writes.
	b.apply(Change{Roots: roots, Deletes: []string{"/app/d"}, Writes: []Write{b.file("/app/e/y", "y", 0o644)}})
	wants(false, "/app/d")
	wants(true, "/app/e/y", agentPath)
	b.s.Close()
	wants(false, agentPath)
}
