package remote

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// hub is a registry on the loopback, written to by plain requests, so that it
// can hold what no client would push.
type hub struct {
	t      *testing.T
	server *httptest.Server
}

func newHub(t *testing.T) *hub {
	t.Helper()
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return &hub{t, server}
}

// name is a reference to the repository stack.
func (h *hub) name(tag string) string {
	return "oci://" + strings.TrimPrefix(h.server.URL, "http://") + "/stack" + tag
}

// layer is a part of an artifact.
type layer struct {
	kind, content string
	notes         map[string]string
	size          int64 // as the manifest says it; 0: the content's
}

func compose(content string) layer { return layer{kind: mediaComposeFile, content: content} }

// push publishes layers under a tag and returns the digest.
func (h *hub) push(tag string, layers ...layer) string {
	h.t.Helper()
	m := v1.Manifest{SchemaVersion: 2, MediaType: "application/vnd.oci.image.manifest.v1+json"}
	m.Config = h.blob(layer{kind: "application/vnd.oci.empty.v1+json", content: "{}"})
	for _, l := range layers {
		m.Layers = append(m.Layers, h.blob(l))
	}
	text, err := json.Marshal(m)
	if err != nil {
		h.t.Fatal(err)
	}
	h.send(http.MethodPut, "/v2/stack/manifests/"+tag, string(m.MediaType), text)
	sum, _, err := v1.SHA256(bytes.NewReader(text))
	if err != nil {
		h.t.Fatal(err)
	}
	return sum.String()
}

func (h *hub) blob(l layer) v1.Descriptor {
	h.t.Helper()
	sum, size, err := v1.SHA256(strings.NewReader(l.content))
	if err != nil {
		h.t.Fatal(err)
	}
	h.send(http.MethodPost, "/v2/stack/blobs/uploads/?digest="+sum.String(), "application/octet-stream", []byte(l.content))
	if l.size != 0 {
		size = l.size
	}
	return v1.Descriptor{MediaType: types.MediaType(l.kind), Size: size, Digest: sum, Annotations: l.notes}
}

func (h *hub) send(method, path, kind string, body []byte) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+path, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		text, _ := io.ReadAll(resp.Body)
		h.t.Fatalf("%s %s: %s %s", method, path, resp.Status, text)
	}
}

func TestOCI(t *testing.T) {
	h, b := newHub(t), newBench(t)
	digest := h.push("1", compose("name: one\n"), compose("services: {}\n"),
		layer{kind: mediaComposeFile, content: "name: base\n", notes: map[string]string{annotationExtends: "true", annotationFile: "base.yaml"}},
		layer{kind: mediaEnvFile, content: "A=1\n", notes: map[string]string{annotationEnvFile: "a.env"}},
		layer{kind: "application/vnd.example", content: "else"})
	const want = "name: one\n\n---\nservices: {}\n"
	for _, reference := range []string{h.name(":1"), h.name("@" + digest)} {
		if got := b.content(reference); got != want {
			t.Errorf("%s: got %q, want %q", reference, got, want)
		}
	}
	c, err := b.offline(h.name(":1"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"base.yaml": "name: base\n", "a.env": "A=1\n"} {
		if got, err := os.ReadFile(filepath.Join(c.Root, name)); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, want)
		}
	}
	h.push("1", compose("name: two\n"))
	_, err = b.fetch(h.name(":1"), Options{Allowed: true})
	b.refused(err, "has changed")
	if got := b.content(h.name("@" + digest)); got != want {
		t.Errorf("a digest does not drift: got %q", got)
	}
	_, err = b.fetch(h.name(":gone"), Options{Allowed: true})
	b.refused(err, "fetching "+h.name(":gone"))
}

// TestArtifactRefused: what an artifact must not say.
func TestArtifactRefused(t *testing.T) {
	note := func(key, value string) layer {
		l := layer{kind: mediaComposeFile, content: "name: x\n", notes: map[string]string{key: value, annotationExtends: "true"}}
		if key == annotationEnvFile {
			l.kind = mediaEnvFile
		}
		return l
	}
	for name, tt := range map[string]struct {
		layers []layer
		want   string
	}{
		"no Compose file":  {[]layer{{kind: "application/vnd.example", content: "x"}}, "is no Compose project"},
		"up":               {[]layer{compose("a: 1"), note(annotationFile, "../x.yaml")}, "not the name of a file"},
		"absolute":         {[]layer{compose("a: 1"), note(annotationEnvFile, "/etc/passwd")}, "not the name of a file"},
		"below":            {[]layer{compose("a: 1"), note(annotationFile, "a/b.yaml")}, "not the name of a file"},
		"backslash":        {[]layer{compose("a: 1"), note(annotationEnvFile, `..\x`)}, "not the name of a file"},
		"drive":            {[]layer{compose("a: 1"), note(annotationEnvFile, `C:x`)}, "not the name of a file"},
		"dots":             {[]layer{compose("a: 1"), note(annotationEnvFile, "..")}, "not the name of a file"},
		"env without name": {[]layer{compose("a: 1"), {kind: mediaEnvFile, content: "A=1"}}, "not the name of a file"},
		"over the main":    {[]layer{compose("a: 1"), note(annotationFile, mainFile)}, mainFile},
		"large":            {[]layer{{kind: mediaComposeFile, content: "a", size: maxBlobBytes + 1}}, "are refused"},
		"larger than said": {[]layer{{kind: mediaComposeFile, content: strings.Repeat("#", maxBlobBytes+1), size: 10}}, ""},
		"many":             {make([]layer, maxLayers+1), "layers"},
	} {
		t.Run(name, func(t *testing.T) {
			h, b := newHub(t), newBench(t)
			h.push("1", tt.layers...)
			_, err := b.fetch(h.name(":1"), Options{Allowed: true})
			b.refused(err, tt.want)
		})
	}
}

// TestRegistryLies: a manifest without end, and contents that are not what
// their digest says.
func TestRegistryLies(t *testing.T) {
	layers := v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)}
	for name, tt := range map[string]struct {
		manifest string
		want     string
	}{
		"endless": {strings.Repeat(" ", 2*maxManifestBytes), "refused"},
		"other":   {fmt.Sprintf(`{"schemaVersion":2,"layers":[{"mediaType":%q,"size":3,"digest":%q}]}`, mediaComposeFile, layers), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DOCKER_CONFIG", t.TempDir())
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.Contains(r.URL.Path, "/manifests/"):
					w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
					w.(http.Flusher).Flush() // no length is known
					_, _ = io.WriteString(w, tt.manifest)
				case strings.Contains(r.URL.Path, "/blobs/"):
					_, _ = io.WriteString(w, "abc")
				}
			}))
			defer server.Close()
			b := newBench(t)
			_, err := b.fetch("oci://"+strings.TrimPrefix(server.URL, "http://")+"/stack:1", Options{Allowed: true})
			b.refused(err, tt.want)
		})
	}
}

// TestPeerPublishes: what Docker Compose publishes is read.
func TestPeerPublishes(t *testing.T) {
	peer := os.Getenv("PEER")
	if peer == "" {
		t.Skip("PEER names no docker-compose")
	}
	h, b := newHub(t), newBench(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"compose.yaml": "name: one\nservices:\n  web:\n    extends:\n      file: base.yaml\n      service: base\n    env_file: a.env\n",
		"base.yaml":    "services: {base: {image: alpine}}\n",
		"a.env":        "A=1\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	secure := httptest.NewTLSServer(h.server.Config.Handler) // it publishes to no other
	defer secure.Close()
	authority := filepath.Join(t.TempDir(), "ca.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	if err := os.WriteFile(authority, cert, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(peer, "publish", "--with-env", "-y", strings.TrimPrefix(secure.URL, "https://")+"/stack:1")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "SSL_CERT_FILE="+authority)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := b.content(h.name(":1"))
	c, err := b.offline(h.name(":1"))
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(c.Root, "*"))
	if !strings.Contains(got, "extends") || len(files) != 3 {
		t.Errorf("got the files %q and %s", files, got)
	}
}
