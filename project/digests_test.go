package project

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/compose-orchestrator/compose/hint"
)

const (
	digestA = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	digestB = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

const withImages = `services:
  web: {image: "nginx:1"}
  pinned: {image: "nginx@` + digestB + `"}
  own: {image: "reg.example:5000/a/b", pull_policy: always}
  built: {build: .}
  off: {image: gone, profiles: [p]}
`

// registry answers with digestA and notes what it was asked for.
func registry(asked *[]string) DigestFunc {
	var mu sync.Mutex
	return func(_ context.Context, ref string) (string, error) {
		mu.Lock()
		*asked = append(*asked, ref)
		mu.Unlock()
		if strings.Contains(ref, "gone") {
			return "", errors.New("asking for " + ref + ": manifest unknown")
		}
		return digestA, nil
	}
}

func TestWithDigests(t *testing.T) {
	var asked []string
	p := load(t, withImages)
	pinned, err := p.WithDigests(t.Context(), registry(&asked))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"web":    "docker.io/library/nginx:1@" + digestA,
		"pinned": "docker.io/library/nginx@" + digestB,
		"own":    "reg.example:5000/a/b:latest@" + digestA,
		"built":  "",
	}
	for name, image := range want {
		if got := pinned.Services[name].Image; got != image {
			t.Errorf("%s: image %q, want %q", name, got, image)
		}
		if got := pinned.ImagesOnly().Services[name]; got.Image != image || got.Build != nil || got.PullPolicy != "" {
			t.Errorf("%s alone: %+v", name, got)
		}
	}
	if p.Services["web"].Image != "nginx:1" {
		t.Error("the project itself was changed")
	}
	if got := strings.Join(asked, " "); strings.Contains(got, "@") || strings.Contains(got, "gone") || len(asked) != 2 {
		t.Errorf("asked for %s", got)
	}
}

// A lock file is a Compose file that pins the images of the one beside it.
func TestDigestsAsOverride(t *testing.T) {
	var asked []string
	p, err := load(t, withImages).WithDigests(t.Context(), registry(&asked))
	if err != nil {
		t.Fatal(err)
	}
	lock, err := p.ImagesOnly().Marshal(MarshalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t, "compose.yaml", withImages, "lock.yaml", string(lock))
	again, err := Load(t.Context(), Options{WorkDir: dir, Files: []string{"compose.yaml", "lock.yaml"}}, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, lock)
	}
	if got, want := again.Services["web"].Image, p.Services["web"].Image; got != want {
		t.Errorf("image %q, want %q", got, want)
	}
	if again.Services["own"].PullPolicy != "always" || again.Services["built"].Build == nil {
		t.Error("the lock file changes more than images")
	}
}

func TestDigestErrors(t *testing.T) {
	var asked []string
	_, err := load(t, "services: {a: {image: gone}}").WithDigests(t.Context(), registry(&asked))
	check(t, "WithDigests", "", err, "", "asking for docker.io/library/gone:latest: manifest unknown")
}

func TestModelWithDigests(t *testing.T) {
	model := func(file string) Model {
		m, err := LoadModel(t.Context(), Options{WorkDir: folder(t, "compose.yaml", file), NoInterpolation: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	image := func(m Model, service string) any { return m.services()[service].(map[string]any)["image"] }
	var asked []string
	m := model("services: {a: {image: nginx, hostname: $H}, b: {build: .}}")
	pinned, err := m.WithDigests(t.Context(), registry(&asked))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := image(pinned, "a"), "docker.io/library/nginx:latest@"+digestA; got != want {
		t.Errorf("image %v, want %s", got, want)
	}
	if image(m, "a") != "nginx" {
		t.Error("the model itself was changed")
	}
	if only := pinned.ImagesOnly().services()["a"].(map[string]any); len(only) != 1 || only["image"] != image(pinned, "a") {
		t.Errorf("images only: %v", only)
	}
	_, err = model("services: {a: {image: 'nginx:$TAG'}}").WithDigests(t.Context(), registry(&asked))
	check(t, "WithDigests", "", err, "", `services.a.image: "nginx:$TAG": `)
	if !strings.Contains(hint.Of(err), "--no-interpolate") {
		t.Errorf("hint %q", hint.Of(err))
	}
	_, err = model("services: {a: {image: gone}}").WithDigests(t.Context(), registry(&asked))
	check(t, "WithDigests", "", err, "", "services.a.image: asking for docker.io/library/gone:latest")
	if hint.Of(err) != "" {
		t.Errorf("hint %q", hint.Of(err))
	}
}
