package examples

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestHello(t *testing.T) {
	t.Parallel()
	s := newStack(t, "hello")
	buildHello(t, s)

	s.compose("up", "-d", "--wait")
	wantSuffix(t, s.get("/"), "You are visitor 1.\n")
	wantSuffix(t, s.get("/"), "You are visitor 2.\n")

	s.compose("down")
	s.compose("up", "-d", "--wait")
	wantSuffix(t, s.get("/"), "You are visitor 3.\n")
}

func TestFlaskRedis(t *testing.T) {
	t.Parallel()
	s := newStack(t, "flask-redis")
	needImages(t, "python:3.11-slim", "redis:7-alpine")

	s.compose("up", "-d", "--wait")
	s.get("/")
	wantSuffix(t, s.get("/"), "seen 2 times.\n")

	s.compose("down")
	s.compose("up", "-d", "--wait")
	wantSuffix(t, s.get("/"), "seen 3 times.\n")
}

func TestFlaskPostgres(t *testing.T) {
	t.Parallel()
	s := newStack(t, "flask-postgres")
	needImages(t, "python:3.11-slim", "postgres:16")
	notes := func() (texts []string) {
		t.Helper()
		if err := json.Unmarshal([]byte(s.get("/")), &texts); err != nil {
			t.Fatal(err)
		}
		return texts
	}

	s.compose("up", "-d", "--wait")
	if got, want := notes(), []string{"written by the init script"}; !slices.Equal(got, want) {
		t.Errorf("at first: got %q, want %q", got, want)
	}
	s.send(http.MethodPost, "/", "buy milk; DROP TABLE notes")

	s.compose("down")
	s.compose("up", "-d", "--wait")
	if got, want := notes(), []string{"written by the init script", "buy milk; DROP TABLE notes"}; !slices.Equal(got, want) {
		t.Errorf("after down and up: got %q, want %q", got, want)
	}
}

func TestNginxNode(t *testing.T) {
	t.Parallel()
	s := newStack(t, "nginx-node")
	needImages(t, "nginx:alpine", "node:18-alpine")

	s.compose("up", "-d", "--wait")
	if page := s.get("/"); !strings.Contains(page, "<blockquote>") {
		t.Errorf("page: got %q", page)
	}
	if css := s.get("/static/style.css"); !strings.Contains(css, "font-style: italic") {
		t.Errorf("style sheet, written by a one-shot job: got %q", css)
	}

	before := s.containers()
	s.compose("up", "-d", "--build", "--force-recreate", "--no-deps", "api")
	after := s.containers()
	if before["api"] == after["api"] {
		t.Error("api: not recreated")
	}
	for _, service := range []string{"proxy", "web", "assets"} {
		if before[service] != after[service] {
			t.Errorf("%s: recreated, and only api was asked for", service)
		}
	}
	s.awaitBody("/api/quote", after["api"][:12])
}

func TestGoScratch(t *testing.T) {
	t.Parallel()
	s := newStack(t, "go-scratch")
	s.env = append(s.env, "GO_IMAGE="+goImage(t))

	s.compose("up", "-d", "--wait")
	s.send(http.MethodPut, "/", "remember me")

	s.compose("down")
	s.compose("up", "-d", "--wait")
	if got, want := s.get("/"), "remember me"; got != want {
		t.Errorf("after down and up: got %q, want %q", got, want)
	}
}

func wantSuffix(t *testing.T, got, want string) {
	t.Helper()
	if !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end in %q", got, want)
	}
}
