package engine

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
)

// bareProgram is all that a bare image has: it idles. With RemoveCommand it does
// what this program does by that, which would take minutes to build here;
// testdata/script/watch_remove.txtar has that.
const bareProgram = `package main

import (
	"os"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "` + RemoveCommand + `" {
		for _, path := range os.Args[2:] {
			_ = os.RemoveAll(path)
		}
		return
	}
	time.Sleep(time.Hour)
}
`

// bareImage makes an image without a shell. It returns the program in it, and a
// client for what the syncer has no use for.
func bareImage(t *testing.T, name string) (program string, c *client.Client) {
	t.Helper()
	dir := t.TempDir()
	program = filepath.Join(dir, "idle")
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
	return program, c
}

// TestSyncBare: writes, links, deletes and renames in a container whose image has
// no shell and no rm. This program removes there, and does not stay.
func TestSyncBare(t *testing.T) {
	conn := realEngine(t)
	const name = "do-sync-bare:test"
	program, c := bareImage(t, name)
	t.Cleanup(func() { _, _ = c.ImageRemove(context.Background(), name, image.RemoveOptions{Force: true}) })
	b := newSyncBench(t, "do-sync-bare", "    {image: 'do-sync-bare:test', command: [/idle], stop_grace_period: 0s}\n")
	b.s = NewSyncer(b.c, SyncOptions{Arch: conn.Engine.Arch, Program: program})
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
	b.apply(SyncChange{Roots: roots, Writes: []SyncWrite{
		b.file("/app/a", "one", 0o644), b.file("/app/d/x", "x", 0o644), b.file("/app/d/y", "y", 0o644),
		{Target: "/app/l", Mode: fs.ModeSymlink | 0o777, Link: "a"},
	}})
	wants(true, "/app/a", "/app/d/x", "/app/d/y", "/app/l")
	b.apply(SyncChange{Roots: roots, Deletes: []string{"/app/l", "/app/d/x"}})
	wants(false, "/app/l", "/app/d/x")
	wants(true, "/app/a", "/app/d/y")
	// A renamed folder is a delete and writes.
	b.apply(SyncChange{Roots: roots, Deletes: []string{"/app/d"}, Writes: []SyncWrite{b.file("/app/e/y", "y", 0o644)}})
	wants(false, "/app/d")
	wants(true, "/app/e/y", injectedPath)
	b.s.Close(t.Context())
	wants(false, injectedPath)
}
