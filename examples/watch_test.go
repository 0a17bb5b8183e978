package examples

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// watch runs compose watch until the test ends.
func (s *stack) watch(args ...string) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := s.command(ctx, append(args, "watch")...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	ready := &awaited{text: []byte("Watch enabled"), found: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = ready, ready
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // interrupted: 130
		close(ended)
	}()
	s.t.Cleanup(func() {
		cancel()
		<-ended
		if s.t.Failed() {
			s.t.Logf("compose watch:\n%s", ready.all.Bytes())
		}
	})
	select {
	case <-ready.found:
	case <-ended:
		s.t.Fatalf("compose watch ended:\n%s", ready.all.Bytes())
	}
}

// awaited is a writer that tells when a text has come. One goroutine writes.
type awaited struct {
	text  []byte
	found chan struct{}
	all   bytes.Buffer
	told  bool
}

func (a *awaited) Write(p []byte) (int, error) {
	a.all.Write(p)
	if !a.told && bytes.Contains(a.all.Bytes(), a.text) {
		a.told = true
		close(a.found)
	}
	return len(p), nil
}

// override adds a file to the project and returns the flags that name both.
func (s *stack) override(file, content string) []string {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "watch.yaml"), []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
	return []string{"-f", file, "-f", "watch.yaml"}
}

// TestWatchFlask: the page follows its source by sync+restart.
func TestWatchFlask(t *testing.T) {
	t.Parallel()
	s := newStack(t, "flask-redis")
	needImages(t, "python:3.11-slim", "redis:7-alpine")
	s.watch(s.override("docker-compose.yml", `services:
  web:
    develop:
      watch:
        - {action: sync+restart, path: ./app.py, target: /app/app.py}
        - {action: rebuild, path: ./requirements.txt}
`)...)
	s.awaitBody("/", "Hello!")
	s.edit("app.py", "Hello!", "Good morning!")
	s.awaitBody("/", "Good morning!")
}

// TestWatchNode: a service behind a proxy follows its source, and is built anew
// when its dependencies change; what was synced stays.
func TestWatchNode(t *testing.T) {
	t.Parallel()
	s := newStack(t, "nginx-node")
	needImages(t, "nginx:alpine", "node:18-alpine")
	s.watch(s.override("compose.yaml", `services:
  api:
    ports: ["127.0.0.1:${PORT:-8000}:3000"]
    develop:
      watch:
        - {action: sync+restart, path: ./api/server.js, target: /app/server.js}
        - {action: rebuild, path: ./api/package.json}
  proxy:
    ports: !reset []
`)...)
	s.awaitBody("/quote", `"host"`)
	s.edit("api/server.js", "{ quote, host:", "{ quote, server:")
	s.awaitBody("/quote", `"server"`)
	before := s.containers()["api"]
	s.edit("api/package.json", `"version"`, `"private": true, "version"`)
	for late := time.Now().Add(patience); s.containers()["api"] == before; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("api was not built anew")
		}
	}
	s.awaitBody("/quote", `"server"`)
}
