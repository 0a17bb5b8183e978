package examples

import (
	"strings"
	"testing"
)

// The four invocations that this project is for.

// compose up -d, in a project's folder, and again.
func TestUpDetached(t *testing.T) {
	t.Parallel()
	s := newStack(t, "hello")
	buildHello(t, s)

	s.compose("up", "-d")
	s.awaitBody("/", "You are visitor")
	before := s.containers()
	s.compose("up", "-d")
	if after := s.containers(); before["web"] != after["web"] || before["counter"] != after["counter"] {
		t.Errorf("nothing changed, and the second up replaced containers: %v, then %v", before, after)
	}
	services := strings.Fields(s.compose("ps", "--services"))
	if len(services) != 2 {
		t.Errorf("ps --services: got %q, want counter and web", services)
	}
}

// compose up --build --force-recreate --no-deps web, attached.
func TestUpOneService(t *testing.T) {
	t.Parallel()
	s := newStack(t, "hello")
	buildHello(t, s)
	s.compose("up", "-d")
	before := s.containers()

	s.write("public/index.html", "A new page for visitor {{.Visits}}.\n")
	up := s.attach("up", "--build", "--force-recreate", "--no-deps", "web")
	up.await("web: listening")
	s.awaitBody("/", "A new page for visitor")
	after := s.containers()
	if before["web"] == after["web"] {
		t.Error("web: not recreated")
	}
	if before["counter"] != after["counter"] {
		t.Error("counter: recreated in spite of --no-deps")
	}

	up.interrupt()
	wantExit(t, after["web"], 0)
	wantExit(t, after["counter"], -1)
}

// compose -f docker-compose.dev.yml up, attached, ended by Ctrl-C.
func TestUpDevelopment(t *testing.T) {
	t.Parallel()
	s := newStack(t, "hello")
	buildHello(t, s)

	up := s.attach("-f", "docker-compose.dev.yml", "up")
	up.await("counter-1  | counter: listening")
	up.await("web-1      | web: listening")
	s.awaitBody("/", "You are visitor 1.")
	up.await("web-1      | visitor 1")

	if got, want := up.interrupt(), 130; got != want {
		t.Errorf("exit code after Ctrl-C: got %d, want %d", got, want)
	}
	if !strings.Contains(up.out.String(), "Gracefully Stopping... press Ctrl+C again to force") {
		t.Error("does not say that a second Ctrl-C forces")
	}
	for _, id := range s.containers() {
		wantExit(t, id, 0)
	}
}

// A bind-mounted source changes, and the running service sees it.
func TestDevelopmentLoop(t *testing.T) {
	t.Parallel()
	s := newStack(t, "hello")
	buildHello(t, s)
	s.compose("-f", "docker-compose.dev.yml", "up", "-d")
	s.awaitBody("/", "Hello from")
	before := s.containers()

	s.write("public/index.html", "Edited for visitor {{.Visits}}.\n")
	s.awaitBody("/", "Edited for visitor")
	if after := s.containers(); before["web"] != after["web"] {
		t.Error("web: replaced, and only its mounted source changed")
	}
}

// The same with a framework's own reloader.
func TestFlaskReloads(t *testing.T) {
	t.Parallel()
	s := newStack(t, "flask-redis")
	needImages(t, "python:3.11-slim", "redis:7-alpine")
	up := s.attach("-f", "docker-compose.dev.yml", "up")
	up.await("web-1    | ")
	s.awaitBody("/", "Hello!")

	s.edit("app.py", "Hello!", "Good morning!")
	s.awaitBody("/", "Good morning!")

	up.interrupt()
	for service, id := range s.containers() {
		if code, err := engine.exitCode(t.Context(), id); err != nil || code == -1 {
			t.Errorf("%s: exit code %d, error %v; want it stopped", service, code, err)
		}
	}
}

func wantExit(t *testing.T, id string, want int) {
	t.Helper()
	got, err := engine.exitCode(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("container %.12s: exit code %d, want %d (-1: running)", id, got, want)
	}
}
