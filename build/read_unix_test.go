//go:build unix

package build

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/internal/regular"
)

// TestPipes: a pipe in place of what a build reads is said to be one. Nobody may ever
// write to it, and nothing could end who waits for that.
func TestPipes(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, folder := range []string{"piped", "ignored", "files"} {
		if err := os.Mkdir(at(folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(at("files/Dockerfile"), []byte("FROM x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, pipe := range []string{"piped/Dockerfile", "ignored/.dockerignore", "files/Dockerfile.dockerignore", "index.json"} {
		if err := syscall.Mkfifo(at(pipe), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for what, read := range map[string]func() error{
		"Dockerfile":             func() error { _, err := ReadDockerfile(types.BuildConfig{Context: at("piped")}); return err },
		"a sent Dockerfile":      func() error { _, err := openDockerfile(at("piped/Dockerfile")); return err },
		"a linked Dockerfile":    func() error { _, err := readDockerfile(at("piped/Dockerfile"), "Dockerfile"); return err },
		"its .dockerignore":      func() error { _, err := openDockerfile(at("files/Dockerfile")); return err },
		"a context":              func() error { _, err := locate("ignored", dir); return err },
		"the classic one":        func() error { _, err := readIfThere(at("ignored/.dockerignore")); return err },
		"an OCI layout":          func() error { _, err := readLayout(ociScheme+dir, dir); return err },
		"a cache":                func() error { _, err := cacheEntries([]string{"type=local,src=."}, dir); return err },
		"an agent's or key file": func() error { _, err := attachables(job{ssh: []sshAgent{{"k", at("index.json")}}}); return err },
	} {
		if err := read(); !errors.Is(err, regular.ErrOther) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}
