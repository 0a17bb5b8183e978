package engine

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/registry"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
)

func TestTakenPort(t *testing.T) {
	tests := []struct {
		text string
		want int
		host string
	}{
		{"driver failed programming external connectivity on endpoint web (abc): Bind for 0.0.0.0:8080 failed: port is already allocated", 8080, "0.0.0.0"},
		{"Bind for :::443 failed: port is already allocated", 443, "::"},
		{"Bind for ::1:443 failed: port is already allocated", 443, "::1"},
		{"failed to set up container networking: failed to bind host port 127.0.0.1:8081/tcp: address already in use", 8081, "127.0.0.1"},
		{"failed to bind host port [::]:8081/tcp: address already in use", 8081, "::"},
		{"failed to bind host port for 0.0.0.0:8082:172.18.0.2:80/tcp: address already in use", 8082, "0.0.0.0"},
		{"Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use", 80, "0.0.0.0"},
		{"rootlessport listen tcp 0.0.0.0:8083: bind: address already in use", 8083, "0.0.0.0"},
		{"no such container: 8080", 0, ""},
	}
	for _, test := range tests {
		if got, host := takenPort(test.text), takenHost(test.text); got != test.want || host != test.host {
			t.Errorf("%s\n got %d on %q\nwant %d on %q", test.text, got, host, test.want, test.host)
		}
	}
}

func TestImageIdentity(t *testing.T) {
	manifest := func(id, arch string, available bool) image.ManifestSummary {
		return image.ManifestSummary{
			ID: id, Kind: image.ManifestKindImage, Available: available,
			ImageData: &image.ImageProperties{Platform: ocispec.Platform{OS: "linux", Architecture: arch}},
		}
	}
	amd, arm, absent := manifest("amd", "amd64", true), manifest("arm", "arm64", true), manifest("absent", "s390x", false)
	attestation := image.ManifestSummary{ID: "att", Kind: image.ManifestKindAttestation, Available: true}
	tests := []struct {
		name      string
		manifests []image.ManifestSummary
		platform  string
		want      string
	}{
		{"old engine", nil, "", "top"},
		{"one", []image.ManifestSummary{amd, absent, attestation}, "", "amd"},
		{"one, whatever is asked for", []image.ManifestSummary{amd}, "linux/arm64", "amd"},
		{"several", []image.ManifestSummary{amd, arm}, "", "top"},
		{"several, one asked for", []image.ManifestSummary{amd, arm}, "linux/arm64", "arm"},
		{"several, another asked for", []image.ManifestSummary{amd, arm}, "linux/s390x", "top"},
	}
	for _, test := range tests {
		got := ImageIdentity(image.InspectResponse{ID: "top", Manifests: test.manifests}, test.platform)
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// TestPullProgress reads a stream as the engine sends it.
func TestPullProgress(t *testing.T) {
	var parts []event.Part
	d := &Doer{o: DoerOptions{Sink: func(e event.Event) { parts = append(parts, e.(event.Part)) }}}
	ref := event.Ref{Kind: event.Image, Name: "nginx"}
	stream := `{"status":"Pulling from library/nginx","id":"latest"}
{"status":"Downloading","progressDetail":{"current":5,"total":10},"progress":"[=>]","id":"aaa"}
{"status":"Pull complete","progressDetail":{},"id":"aaa"}
{"status":"Already exists","id":"bbb"}
{"status":"Digest: sha256:1"}
`
	if err := d.report(ref, strings.NewReader(stream)); err != nil {
		t.Fatal(err)
	}
	want := []event.Part{
		{Ref: ref, ID: "aaa", Text: "Downloading", Current: 5, Total: 10},
		{Ref: ref, ID: "aaa", Text: "Pull complete", Done: true},
		{Ref: ref, ID: "bbb", Text: "Already exists", Done: true},
	}
	if !slices.Equal(parts, want) {
		t.Errorf("got %+v\nwant %+v", parts, want)
	}
	err := d.report(ref, strings.NewReader(`{"errorDetail":{"message":"manifest unknown"},"error":"manifest unknown"}`))
	if err == nil || err.Error() != "manifest unknown" {
		t.Errorf("got %v, want manifest unknown", err)
	}
	if help := hint.Of(pullFailure("x", err)); !strings.Contains(help, "no such tag") {
		t.Errorf("hint: %q", help)
	}
}

// TestCredentials reads config.json as docker login writes it.
func TestCredentials(t *testing.T) {
	dir := t.TempDir()
	helper := "#!/bin/sh\necho '{\"Username\":\"<token>\",\"Secret\":\"identity\"}'\n"
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-do"), []byte(helper), 0o755); err != nil {
		t.Fatal(err)
	}
	config := `{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6cHc="}},"credHelpers":{"reg.example":"do"},
		"proxies":{"default":{"httpProxy":"http://p:1"}}}`
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))

	c := dockerConfig{dir: dir}
	for ref, want := range map[string]registry.AuthConfig{
		"nginx":             {Username: "me", Password: "pw", ServerAddress: dockerHub},
		"reg.example/a/b:1": {IdentityToken: "identity", ServerAddress: "reg.example"},
		"other.example/x":   {},
	} {
		header, err := c.registryAuth(ref)
		if err != nil {
			t.Fatal(err)
		}
		got, err := registry.DecodeAuthConfig(header)
		if err != nil {
			t.Fatal(err)
		}
		if *got != want {
			t.Errorf("%s: got %+v, want %+v", ref, *got, want)
		}
	}
	if got := c.proxyEnv("unix:///x")["HTTP_PROXY"]; got != "http://p:1" {
		t.Errorf("proxy: got %q", got)
	}
	if _, err := c.registryAuth("Not A Reference"); err == nil {
		t.Error("a bad reference is no error")
	}
}

func TestSeconds(t *testing.T) {
	for in, want := range map[time.Duration]int{0: 0, time.Millisecond: 1, time.Second: 1, 1500 * time.Millisecond: 2, -1: -1} {
		if got := *seconds(&in); got != want {
			t.Errorf("%s: got %d, want %d", in, got, want)
		}
	}
	if seconds(nil) != nil {
		t.Error("no timeout became one")
	}
}

func TestLineWriter(t *testing.T) {
	var lines []string
	w := &lineWriter{emit: func(line []byte) { lines = append(lines, string(line)) }}
	for _, chunk := range []string{"a", "b\r\nc\n\nd", strings.Repeat("x", maxLine)} {
		if n, err := w.Write([]byte(chunk)); n != len(chunk) || err != nil {
			t.Fatalf("wrote %d, %v", n, err)
		}
	}
	w.flush()
	if want := []string{"ab", "c", "", "d" + strings.Repeat("x", maxLine)}; !slices.Equal(lines, want) {
		t.Errorf("got %q", lines)
	}
}

// TestBoundID: what this run created goes before what was planned with, except
// for the one that is replaced.
func TestBoundID(t *testing.T) {
	ref := event.Ref{Kind: event.Container, Name: "demo-web-1", Service: "web", Number: 1}
	old := ref
	old.Old = ref.Name
	other := ref
	other.Number = 2
	done := &plan.Results{}
	done.Set(ref, plan.Result{ID: "new"})
	for want, got := range map[string]string{
		"new":   boundID(ref, "planned", done),
		"old":   boundID(old, "old", done),
		"other": boundID(other, "other", done),
		"alone": boundID(ref, "alone", nil),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestSeccompProfiles: files are read from the project's folder, compacted.
func TestSeccompProfiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "p.json"), []byte("{\n \"a\": 1\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := seccompProfiles(dir, []string{"seccomp=p.json", "seccomp=unconfined", "seccomp:builtin", "label:disable"})
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := json.Marshal(got); string(text) != `{"p.json":"{\"a\":1}"}` {
		t.Errorf("got %s", text)
	}
	if _, err := seccompProfiles(dir, []string{"seccomp=missing.json"}); err == nil || !strings.Contains(err.Error(), "missing.json") {
		t.Errorf("got %v, want the file's name", err)
	}
}
