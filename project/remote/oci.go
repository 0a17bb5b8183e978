package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	ociremote "github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/registry"
)

// What an artifact may hold at most.
const (
	maxManifestBytes = 1 << 20
	maxBlobBytes     = 8 << 20
	maxArtifactBytes = 64 << 20 // of its layers together
	maxLayers        = 200
)

// The media types and annotations that Docker Compose publishes projects with.
const (
	mediaComposeFile = "application/vnd.docker.compose.file+yaml"
	mediaEnvFile     = "application/vnd.docker.compose.envfile"

	annotationFile    = "com.docker.compose.file"
	annotationEnvFile = "com.docker.compose.envfile"
	annotationExtends = "com.docker.compose.extends"
)

// mainFile holds the artifact's Compose files, one document each.
const mainFile = "compose.yaml"

// artifact is a project that was published to an OCI registry. Credentials are
// docker's: config.json and its credential helpers.
type artifact struct {
	ref reference

	digest   string // of manifest
	manifest []byte // as it came; nil before resolve
}

func (r *artifact) folder(digest string) string {
	return "oci-" + strings.ReplaceAll(digest, ":", "-")
}

func (r *artifact) file(in *os.Root) (string, error) { return composeFile(in, mainFile) }

// resolve fetches the manifest. Its digest is computed here, not believed.
func (r *artifact) resolve(ctx context.Context) (string, error) {
	ref, err := name.ParseReference(r.ref.URL)
	if err != nil {
		return "", err
	}
	d, err := ociremote.Get(ref, options(ctx, maxManifestBytes)...)
	if err != nil {
		return "", err
	}
	sum, _, err := v1.SHA256(bytes.NewReader(d.Manifest))
	if err != nil {
		return "", err
	}
	r.digest, r.manifest = sum.String(), d.Manifest
	if r.ref.Revision != "" && r.ref.Revision != r.digest {
		return "", fmt.Errorf("the registry answered %s", r.digest)
	}
	return r.digest, nil
}

func options(ctx context.Context, limit int64) []ociremote.Option {
	return []ociremote.Option{
		ociremote.WithContext(ctx),
		ociremote.WithAuthFromKeychain(authn.DefaultKeychain),
		ociremote.WithTransport(bounded{registry.New(), limit}),
	}
}

// write puts the artifact's files into a folder: the Compose files as the
// documents of one, those that they extend and env files by their names.
func (r *artifact) write(ctx context.Context, digest string, into *os.Root) error {
	if r.digest != digest {
		return fmt.Errorf("the manifest %s was not fetched", digest)
	}
	return r.writeLayers(func(layer v1.Descriptor) ([]byte, error) { return r.blob(ctx, layer) }, into)
}

// writeLayers takes the layers of the manifest; fetch brings their contents.
func (r *artifact) writeLayers(fetch fetcher, into *os.Root) error {
	m, err := v1.ParseManifest(bytes.NewReader(r.manifest))
	if err != nil {
		return fmt.Errorf("reading the manifest: %w", err)
	}
	if len(m.Layers) > maxLayers {
		return fmt.Errorf("the artifact has %d layers: more than %d are refused", len(m.Layers), maxLayers)
	}
	var main bytes.Buffer
	total := 0
	for _, layer := range m.Layers {
		n, err := writeLayer(fetch, layer, &main, into)
		if err != nil {
			return err
		}
		if total += n; total > maxArtifactBytes {
			return fmt.Errorf("the artifact has more than %d bytes", maxArtifactBytes)
		}
	}
	if main.Len() == 0 {
		return hint.New("oci://"+r.ref.URL+" is no Compose project", "it has to be published by compose publish")
	}
	return writeNew(into, mainFile, main.Bytes())
}

// fetcher brings the content of a layer.
type fetcher func(layer v1.Descriptor) ([]byte, error)

// writeLayer takes one layer, of n bytes; those of other types are left alone.
func writeLayer(fetch fetcher, layer v1.Descriptor, main *bytes.Buffer, into *os.Root) (n int, err error) {
	kind := string(layer.MediaType)
	if kind != mediaComposeFile && kind != mediaEnvFile {
		return 0, nil
	}
	for _, key := range []string{annotationFile, annotationEnvFile} {
		if file, ok := layer.Annotations[key]; ok {
			if err := checkName(file); err != nil {
				return 0, fmt.Errorf("the annotation %s of the layer %s: %w", key, layer.Digest, err)
			}
		}
	}
	content, err := fetch(layer)
	if err != nil {
		return 0, err
	}
	if kind == mediaEnvFile {
		return len(content), writeNew(into, layer.Annotations[annotationEnvFile], content)
	}
	if _, extends := layer.Annotations[annotationExtends]; extends {
		return len(content), writeNew(into, layer.Annotations[annotationFile], content)
	}
	if main.Len() > 0 {
		main.WriteString("\n---\n")
	}
	main.Write(content)
	return len(content), nil
}

// checkName refuses what is not the plain name of a file.
func checkName(file string) error {
	if file == "" || file == "." || file == ".." || strings.ContainsAny(file, "/\\:\x00") || !filepath.IsLocal(file) {
		return fmt.Errorf("%q is not the name of a file", file)
	}
	return nil
}

// blob fetches a layer's content and checks it against its digest.
func (r *artifact) blob(ctx context.Context, layer v1.Descriptor) ([]byte, error) {
	if layer.Size > maxBlobBytes {
		return nil, fmt.Errorf("the layer %s has %d bytes: more than %d are refused", layer.Digest, layer.Size, maxBlobBytes)
	}
	ref, err := name.ParseReference(r.ref.URL)
	if err != nil {
		return nil, err
	}
	l, err := ociremote.Layer(ref.Context().Digest(layer.Digest.String()), options(ctx, maxBlobBytes)...)
	if err != nil {
		return nil, err
	}
	in, err := l.Compressed() // these layers are not compressed
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(in)
	return content, errors.Join(err, in.Close())
}

// writeNew writes a file that must not be there yet.
func writeNew(into *os.Root, file string, content []byte) error {
	if err := checkName(file); err != nil {
		return err
	}
	f, err := into.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// bounded is a transport whose answers end with an error after limit bytes.
type bounded struct {
	http.RoundTripper
	limit int64
}

// RoundTrip makes it an http.RoundTripper.
func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.ContentLength > b.limit && req.Method != http.MethodHead {
		_ = resp.Body.Close() // nothing of it is read
		return nil, fmt.Errorf("%s has %d bytes: more than %d are refused", req.URL.Path, resp.ContentLength, b.limit)
	}
	resp.Body = &boundedBody{resp.Body, b.limit, b.limit}
	return resp, nil
}

type boundedBody struct {
	io.ReadCloser
	left, limit int64
}

// Read makes it an io.Reader.
func (b *boundedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("the answer is refused: it has more than %d bytes", b.limit)
	}
	return n, err
}
