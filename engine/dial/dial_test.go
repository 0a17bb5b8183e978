//go:build unix

package dial

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
)

// greeter answers a ping as an engine does, and nothing else.
type greeter struct{ api, server string }

func (g greeter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/_ping"):
		w.Header().Set("Api-Version", g.api)
		w.Header().Set("Server", g.server)
		w.Header().Set("Ostype", "linux")
		w.Header().Set("Builder-Version", "2")
		_, _ = w.Write([]byte("OK"))
	case strings.HasSuffix(r.URL.Path, "/version"):
		_, _ = w.Write([]byte(`{"Os":"linux","Arch":"riscv64","Version":"28.5.2"}`))
	default:
		http.NotFound(w, r)
	}
}

var docker28 = greeter{api: "1.51", server: "Docker/28.5.2 (linux)"}

// shortDir is a folder whose path leaves room for a socket's name.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "obs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// listen serves an engine on a socket of the given name and returns its host.
func listen(t *testing.T, g greeter, path string) string {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: g}}
	s.Start()
	t.Cleanup(s.Close)
	return "unix://" + path
}

// deadSocket is a socket that nothing listens on.
func deadSocket(t *testing.T, path string) string {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return "unix://" + path
}

func env(pairs map[string]string) func(string) string {
	return func(key string) string { return pairs[key] }
}

func dialHere(t *testing.T, o Options) *Conn {
	t.Helper()
	if o.ConfigDir == "" {
		o.ConfigDir = t.TempDir()
	}
	if o.Getenv == nil {
		o.Getenv = env(nil)
	}
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestSearchTakesTheFirstThatAnswers(t *testing.T) {
	dir := shortDir(t)
	dead := deadSocket(t, filepath.Join(dir, "dead.sock"))
	first := listen(t, greeter{"1.41", "Libpod/4.3.1 (linux)"}, filepath.Join(dir, "a.sock"))
	second := listen(t, docker28, filepath.Join(dir, "b.sock"))
	var heard []event.Event
	d := dialer{options: Options{
		Getenv: env(nil),
		Sink:   func(e event.Event) { heard = append(heard, e) },
	}}
	c, err := d.search(t.Context(), []target{
		{host: "unix://" + dir + "/none.sock", from: "one"}, {host: dead, from: "two"},
		{host: first, from: "three"}, {host: second, from: "four"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if c.Host != first || c.From != "three" || c.Remote {
		t.Errorf("got %s from %s (remote %v), want %s from three", c.Host, c.From, c.Remote, first)
	}
	if c.Engine.Name != "podman" || c.Engine.Version != "4.3.1" || c.Engine.APIVersion != "1.41" || c.Engine.OS != "linux" {
		t.Errorf("engine: got %+v", c.Engine)
	}
	if len(heard) != 1 {
		t.Fatalf("events: got %v, want one about the socket that refuses", heard)
	}
	if m := heard[0].(event.Message); !strings.Contains(m.Text, "dead.sock: connection refused") {
		t.Errorf("message: got %q", m.Text)
	}
}

func TestSearchFailure(t *testing.T) {
	dir := shortDir(t)
	t.Setenv("PATH", dir) // no podman
	dead := deadSocket(t, filepath.Join(dir, "dead.sock"))
	d := dialer{options: Options{Getenv: env(nil)}}
	_, err := d.search(t.Context(), []target{{host: "unix://" + dir + "/none.sock", from: "the default socket"}, {host: dead, from: "rootless Docker"}})
	var none *noEngineError
	if !errors.As(err, &none) || !Unreachable(err) {
		t.Fatalf("got %T %v, want a *NoEngineError", err, err)
	}
	got := strings.ReplaceAll(err.Error()+"\n"+none.Hint(), dir, "DIR")
	want := `no container engine found; tried:
  unix://DIR/none.sock: not there (the default socket)
  unix://DIR/dead.sock: connection refused (nothing listens) (rootless Docker)
  podman system service: not there (podman on PATH)
` + startHint() + `
where the engine is elsewhere, set DOCKER_HOST or choose a docker context`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestPermissionDenied(t *testing.T) {
	e := &noEngineError{Tried: []attempt{{Host: "unix:///x", From: "the default socket", Err: os.ErrPermission}}}
	if want := "unix:///x: permission denied"; !strings.Contains(e.Error(), want) {
		t.Errorf("%q is not in %q", want, e)
	}
	if e.Hint() == "" {
		t.Error("no hint")
	}
}

func TestPodmanThatEndsAtOnce(t *testing.T) {
	dir := shortDir(t)
	script := "#!/bin/sh\necho first >&2\necho 'Error: no storage' >&2\nexit 125\n"
	if err := os.WriteFile(filepath.Join(dir, "podman"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	t.Setenv("TMPDIR", dir)
	d := dialer{options: Options{Getenv: env(nil)}}
	_, err := d.search(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "Error: no storage") {
		t.Errorf("got %v, want what podman said", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "compose-podman-*")); len(left) != 0 {
		t.Errorf("folders left: %v", left)
	}
}

func TestNamedTargets(t *testing.T) {
	dir := t.TempDir()
	writeContext(t, dir, "lab", "ssh://me@lab", false, nil)
	writeContext(t, dir, "prod", "tcp://prod:2376", false, nil)
	config := filepath.Join(dir, "config.json")
	if err := os.WriteFile(config, []byte(`{"currentContext":"prod","auths":{"x":{}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name       string
		o          Options
		env        map[string]string
		host, from string
	}{
		{"option", Options{Host: "1.2.3.4"}, map[string]string{"DOCKER_HOST": "tcp://other"}, "tcp://1.2.3.4:2375", "--host"},
		{"option with TLS", Options{Host: "tcp://b", TLS: TLSOptions{TLS: true}}, nil, "tcp://b:2376", "--host"},
		{"context option", Options{Context: "lab"}, map[string]string{"DOCKER_HOST": "tcp://other"}, "ssh://me@lab", "--context lab"},
		{"DOCKER_HOST", Options{}, map[string]string{"DOCKER_HOST": "unix:///x.sock", "DOCKER_CONTEXT": "lab"}, "unix:///x.sock", "DOCKER_HOST"},
		{"DOCKER_CONTEXT", Options{}, map[string]string{"DOCKER_CONTEXT": "lab"}, "ssh://me@lab", "DOCKER_CONTEXT"},
		{"current context", Options{}, nil, "tcp://prod:2376", `docker context "prod"`},
		{"default context", Options{Context: "default"}, map[string]string{"DOCKER_CONTEXT": "lab"}, "", ""},
		{"default by environment", Options{}, map[string]string{"DOCKER_CONTEXT": "default"}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.ConfigDir, tt.o.Getenv = dir, env(tt.env)
			cfg, err := readDialConfig(tt.o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := namedTarget(tt.o, cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got == nil {
				got = &target{}
			}
			if got.host != tt.host || got.from != tt.from {
				t.Errorf("got %q from %q, want %q from %q", got.host, got.from, tt.host, tt.from)
			}
		})
	}
}

func TestNamedFailures(t *testing.T) {
	dir := shortDir(t)
	dead := deadSocket(t, filepath.Join(dir, "dead.sock"))
	old := listen(t, greeter{"1.40", "Docker/19.03"}, filepath.Join(dir, "old.sock"))
	other := listen(t, greeter{}, filepath.Join(dir, "other.sock"))
	for _, tt := range []struct {
		o    Options
		want []string
	}{
		{Options{Host: dead}, []string{"connection refused", "(from --host)", "hint: "}},
		{Options{Host: "unix://" + dir + "/none.sock"}, []string{"none.sock: not there", "hint: "}},
		{Options{Host: old}, []string{"1.40", minAPIVersion, "hint: "}},
		{Options{Host: other}, []string{"no container engine"}},
		{Options{Host: "gopher://x"}, []string{"unknown scheme", "hint: "}},
		{Options{Context: "nope"}, []string{`"nope"`, "does not exist", "hint: "}},
		{Options{Host: "a", Context: "b"}, []string{"cannot be used together"}},
		{Options{Host: "tcp://a", TLS: TLSOptions{TLSVerify: true, CA: dir + "/ca.pem"}}, []string{"ca.pem"}},
	} {
		tt.o.ConfigDir, tt.o.Getenv = dir, env(nil)
		_, err := Dial(t.Context(), tt.o)
		if err == nil {
			t.Errorf("%+v: no error", tt.o)
			continue
		}
		text := err.Error() + " hint: " + hint.Of(err)
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in %q", want, text)
			}
		}
	}
}

func TestTLSContext(t *testing.T) {
	s := httptest.NewTLSServer(docker28)
	defer s.Close()
	dir := t.TempDir()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	host := "tcp://" + s.Listener.Addr().String()
	writeContext(t, dir, "secure", host, false, ca)
	c := dialHere(t, Options{ConfigDir: dir, Context: "secure"})
	if c.Remote || c.Engine.Version != "28.5.2" {
		t.Errorf("got %+v, want a local Docker 28.5.2", c)
	}
	writeContext(t, dir, "unknown", host, false, nil)
	if _, err := Dial(t.Context(), Options{ConfigDir: dir, Context: "unknown", Getenv: env(nil)}); err == nil {
		t.Error("without TLS: no error")
	}
	writeContext(t, dir, "careless", host, true, nil)
	dialHere(t, Options{ConfigDir: dir, Context: "careless"})
}

func TestRemoteEngineIsAskedForItsProcessor(t *testing.T) {
	s := httptest.NewServer(docker28)
	defer s.Close()
	c := dialHere(t, Options{Host: "tcp://" + s.Listener.Addr().String()})
	if err := askArch(t.Context(), c.Client, &c.Engine); err != nil {
		t.Fatal(err)
	}
	if c.Engine.Arch != "riscv64" {
		t.Errorf("arch: got %q", c.Engine.Arch)
	}
}

func TestIsRemote(t *testing.T) {
	for host, want := range map[string]bool{
		"unix:///x": false, "npipe:////./pipe/x": false, "tcp://localhost:1": false, "tcp://127.0.0.1:1": false,
		"tcp://[::1]:1": false, "tcp://10.0.0.1:2375": true, "tcp://build:2376": true, "ssh://me@build": true,
	} {
		if got := isRemote(host); got != want {
			t.Errorf("%s: got %v, want %v", host, got, want)
		}
	}
}

// An engine that goes away in the midst of a command is recognised.
func TestUnreachable(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(shortDir(t), "e.sock"))
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: docker28}}
	s.Start()
	c := dialHere(t, Options{Host: "unix://" + l.Addr().String()})
	if _, err := c.Client.Info(t.Context()); err == nil || Unreachable(err) {
		t.Errorf("an answer of 404: got %v", err)
	}
	s.Close()
	if _, err = c.Client.Info(t.Context()); !Unreachable(err) {
		t.Errorf("after the engine ended: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = c.Client.Info(ctx); err == nil || Unreachable(err) {
		t.Errorf("cancelled: got %v", err)
	}
}

// writeContext makes a docker context as the docker program does.
func writeContext(t *testing.T, dir, name, host string, skipVerify bool, ca []byte) {
	t.Helper()
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	meta := map[string]any{"Name": name, "Metadata": map[string]any{}, "Endpoints": map[string]any{
		"docker": map[string]any{"Host": host, "SkipTLSVerify": skipVerify},
	}}
	b, err := json.Marshal(meta)
	if err != nil {
		t.Fatal(err)
	}
	write := func(path string, b []byte) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(dir, "contexts", "meta", id, "meta.json"), b)
	if ca != nil {
		write(filepath.Join(dir, "contexts", "tls", id, "docker", "ca.pem"), ca)
	}
}
