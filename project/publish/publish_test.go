package publish_test

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/project/publish"
)

// newRegistry starts a registry, in front of which stands before; it may answer
// itself and return true. The result is its address.
func newRegistry(t *testing.T, before func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	store := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before == nil || !before(w, r) {
			store.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

var parts = []project.Part{
	{Kind: project.ComposePart, Name: "compose.yaml", Content: []byte("services: {}\n")},
	{Kind: project.ExtendsPart, Name: "1.yaml", Content: []byte("services: {b: {}}\n")},
	{Kind: project.EnvPart, Name: "2.env", Content: []byte("A=1\n")},
}

// get fetches what a reference names.
func get(t *testing.T, reference string) (*remote.Descriptor, v1.Manifest) {
	t.Helper()
	ref, err := name.ParseReference(reference)
	if err != nil {
		t.Fatal(err)
	}
	d, err := remote.Get(ref)
	if err != nil {
		t.Fatal(err)
	}
	var m v1.Manifest
	if err := json.Unmarshal(d.Manifest, &m); err != nil {
		t.Fatal(err)
	}
	return d, m
}

func TestPush(t *testing.T) {
	repository := newRegistry(t, nil) + "/team/app:1"
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := publish.Push(t.Context(), parts, publish.Options{Repository: repository, Created: created}); err != nil {
		t.Fatal(err)
	}
	_, m := get(t, repository)
	if m.ArtifactType != "application/vnd.docker.compose.project" || m.Config.MediaType != "application/vnd.oci.empty.v1+json" ||
		m.Annotations["org.opencontainers.image.created"] != "2026-01-02T03:04:05Z" {
		t.Errorf("the manifest is no project of OCI 1.1: %+v", m)
	}
	want := []struct{ media, key, name string }{
		{"application/vnd.docker.compose.file+yaml", "com.docker.compose.file", "compose.yaml"},
		{"application/vnd.docker.compose.file+yaml", "com.docker.compose.file", "1.yaml"},
		{"application/vnd.docker.compose.envfile", "com.docker.compose.envfile", "2.env"},
	}
	for i, w := range want {
		l := m.Layers[i]
		if string(l.MediaType) != w.media || l.Annotations[w.key] != w.name {
			t.Errorf("layer %d: got %s %v, want %v", i, l.MediaType, l.Annotations, w)
		}
		if extends := l.Annotations["com.docker.compose.extends"] == "true"; extends != (i == 1) {
			t.Errorf("layer %d: extends is %v", i, extends)
		}
		blob, err := remote.Layer(mustDigest(t, repository, l.Digest))
		if err != nil {
			t.Fatal(err)
		}
		r, err := blob.Compressed()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil || string(content) != string(parts[i].Content) {
			t.Errorf("layer %d: got %q, %v, want %q", i, content, err, parts[i].Content)
		}
	}
}

func mustDigest(t *testing.T, repository string, h v1.Hash) name.Digest {
	t.Helper()
	ref, err := name.ParseReference(repository)
	if err != nil {
		t.Fatal(err)
	}
	return ref.Context().Digest(h.String())
}

// Registries that refuse artifacts of 1.1 get one of 1.0, unless 1.1 was asked
// for.
func TestPushFallsBack(t *testing.T) {
	old := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/manifests/") {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		if !strings.Contains(string(body), "artifactType") {
			return false
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"errors":[{"code":"MANIFEST_INVALID","message":"manifest invalid"}]}`)
		return true
	}
	repository := newRegistry(t, old) + "/team/app:1"
	if err := publish.Push(t.Context(), parts, publish.Options{Repository: repository}); err != nil {
		t.Fatal(err)
	}
	_, m := get(t, repository)
	if m.ArtifactType != "" || m.Config.MediaType != "application/vnd.docker.compose.config.empty.v1+json" || len(m.Layers) != 3 {
		t.Errorf("got %+v, want an artifact of OCI 1.0", m)
	}
	err := publish.Push(t.Context(), parts, publish.Options{Repository: repository, Version: publish.OCI11})
	if err == nil || !strings.Contains(err.Error(), "publishing "+repository) {
		t.Errorf("got %v, want the registry's refusal", err)
	}
}

func TestPushImages(t *testing.T) {
	host := newRegistry(t, nil)
	image, err := random.Image(64, 2)
	if err != nil {
		t.Fatal(err)
	}
	index, err := random.Index(64, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	one, _ := name.ParseReference(host + "/team/one:1")
	many, _ := name.ParseReference(host + "/team/many:1")
	if err := remote.Write(one, image); err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(many, index); err != nil {
		t.Fatal(err)
	}
	repository := host + "/team/app:1"
	err = publish.Push(t.Context(), parts, publish.Options{Repository: repository, Images: []string{one.String(), many.String()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, reference := range []name.Reference{one, many} {
		d, _ := get(t, reference.String())
		get(t, mustDigest(t, repository, d.Digest).String()) // it is there too
	}
	artifact, _ := get(t, repository)
	referrers, err := remote.Referrers(mustDigest(t, repository, artifact.Digest))
	if err != nil {
		t.Fatal(err)
	}
	found, err := referrers.IndexManifest()
	if err != nil || len(found.Manifests) != 1 {
		t.Fatalf("got %+v, %v, want one index of images", found, err)
	}
	err = publish.Push(t.Context(), parts, publish.Options{Repository: repository, Images: []string{host + "/team/nosuch:1"}})
	if err == nil || !strings.Contains(err.Error(), "copying image "+host+"/team/nosuch:1") {
		t.Errorf("got %v, want an error that names the image", err)
	}
}

func TestPushErrors(t *testing.T) {
	denied := newRegistry(t, func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(http.StatusForbidden)
		return true
	})
	for _, tt := range []struct{ repository, text, hint string }{
		{"no reference", `invalid reference format: "no reference"`, "REPOSITORY[:TAG]"},
		{denied + "/team/app", "publishing " + denied, "docker login " + denied},
		{"127.0.0.1:9/team/app", "publishing 127.0.0.1:9/team/app", "reaches it"},
	} {
		err := publish.Push(t.Context(), parts, publish.Options{Repository: tt.repository})
		if err == nil || !strings.Contains(err.Error(), tt.text) || !strings.Contains(hint.Of(err), tt.hint) {
			t.Errorf("%s: got %v, want %q and the hint %q", tt.repository, err, tt.text, tt.hint)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := publish.Push(ctx, parts, publish.Options{Repository: denied + "/team/app"}); err == nil {
		t.Error("got no error after the end of the context")
	}
}
