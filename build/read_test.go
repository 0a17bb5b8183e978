package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

// TestSparseDockerfile: 300 MB of NUL are not read to their end.
func TestSparseDockerfile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "Dockerfile")
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, 300<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadDockerfile(types.BuildConfig{Context: dir}); err == nil || !strings.Contains(err.Error(), "more than 16 MiB") {
		t.Errorf("ReadDockerfile: %v", err)
	}
	for what, read := range map[string]func() error{
		"a linked Dockerfile": func() error { _, err := readDockerfile(name, "Dockerfile"); return err },
		".dockerignore":       func() error { _, err := readIfThere(name); return err },
	} {
		if err := read(); err == nil || !strings.Contains(err.Error(), "more than 16 MiB") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestEndlessSecret: no more is read of a secret's file than BuildKit takes.
func TestEndlessSecret(t *testing.T) {
	_, err := secretStore{{id: "s", file: "/dev/zero"}}.GetSecret(t.Context(), "s")
	if err == nil || !strings.Contains(err.Error(), "more than 500 KiB") {
		t.Errorf("got %v", err)
	}
}
