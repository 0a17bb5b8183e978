package build

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/project"
)

const hashedFile = `
services:
  web:
    build:
      context: ./web
      additional_contexts: {assets: ./assets, base: "docker-image://alpine"}
`

// TestContextHash: what an image is made of counts, and neither times nor what is left out.
func TestContextHash(t *testing.T) {
	p := projectOf(t, hashedFile, map[string]string{
		"web/Dockerfile":    "FROM alpine\nCOPY . /\n",
		"web/.dockerignore": "*.log\n",
		"web/main.go":       "package main",
		"assets/a.css":      "a",
	})
	at := func(name string) string { return filepath.Join(p.WorkingDir, name) }
	hash := func() string {
		t.Helper()
		h, err := ContextHash(t.Context(), p, "web", at("web/plan.json"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	before := hash()
	for _, step := range []struct {
		does string
		do   func() error
		same bool
	}{
		{"nothing", func() error { return nil }, true},
		{"other times", func() error { return os.Chtimes(at("web/main.go"), time.Unix(1, 0), time.Unix(1, 0)) }, true},
		{"a file that is ignored", func() error { return os.WriteFile(at("web/x.log"), nil, 0o644) }, true},
		{"the file that does not count", func() error { return os.WriteFile(at("web/plan.json"), nil, 0o644) }, true},
		{"a content", func() error { return os.WriteFile(at("web/main.go"), []byte("package mine"), 0o644) }, false},
		{"a mode", func() error { return os.Chmod(at("web/main.go"), 0o755) }, false},
		{"an additional context", func() error { return os.WriteFile(at("assets/a.css"), []byte("b"), 0o644) }, false},
		{"a Dockerfile", func() error { return os.WriteFile(at("web/Dockerfile"), []byte("FROM alpine\n"), 0o644) }, false},
		{"a new file", func() error { return os.WriteFile(at("web/y"), nil, 0o644) }, false},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		now := hash()
		if (now == before) != step.same {
			t.Errorf("%s: the hash is the same: %t, want %t", step.does, now == before, step.same)
		}
		before = now
	}
}

// TestContextHashErrors: what a build could not begin with is said, and who waits no
// longer is not kept.
func TestContextHashErrors(t *testing.T) {
	p := projectOf(t, "services: {web: {build: ./web}, gone: {build: ./gone}}\n", map[string]string{"web/Dockerfile": "FROM alpine\n"})
	if _, err := ContextHash(t.Context(), p, "gone", "", Options{}); err == nil {
		t.Error("a context that is not there has a hash")
	}
	if _, err := ContextHash(t.Context(), p, "other", "", Options{}); !errors.Is(err, project.ErrNoSuchService) {
		t.Errorf("a service that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ContextHash(ctx, p, "web", "", Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestContextHashElsewhere: of a remote context the address and a Dockerfile of this
// machine count.
func TestContextHashElsewhere(t *testing.T) {
	const file = "services: {a: {build: {context: 'https://example.com/a.git', dockerfile_inline: 'FROM x'}}, b: {build: {context: 'https://example.com/b.git', dockerfile_inline: 'FROM x'}}}\n"
	p := projectOf(t, file, nil)
	a, err := ContextHash(t.Context(), p, "a", "", Options{})
	b, err2 := ContextHash(t.Context(), p, "b", "", Options{})
	if err != nil || err2 != nil || a == b {
		t.Errorf("got %s (%v) and %s (%v)", a, err, b, err2)
	}
}
