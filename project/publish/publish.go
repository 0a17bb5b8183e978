// Package publish sends a project's files to an OCI registry as the artifact
// that Docker Compose and project/remote read: a layer for each file, named by
// annotations. Credentials are docker's.
package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/registry"
	"github.com/compose-orchestrator/compose/project"
)

// What tells an artifact of a project, and its files, from others.
const (
	artifactType = "application/vnd.docker.compose.project"

	mediaFile        types.MediaType = "application/vnd.docker.compose.file+yaml"
	mediaEnv         types.MediaType = "application/vnd.docker.compose.envfile"
	mediaEmpty       types.MediaType = "application/vnd.oci.empty.v1+json"
	mediaEmptyConfig types.MediaType = "application/vnd.docker.compose.config.empty.v1+json" // of OCI 1.0

	annotationFile    = "com.docker.compose.file"
	annotationEnv     = "com.docker.compose.envfile"
	annotationExtends = "com.docker.compose.extends"
	annotationVersion = "com.docker.compose.version"
	annotationCreated = "org.opencontainers.image.created"
)

// Version is the version of the OCI specification that an artifact keeps to.
type Version string

// The versions. 1.0 is for registries that know no artifactType.
const (
	Newest Version = "" // 1.1, and 1.0 where the registry refuses it
	OCI10  Version = "1.0"
	OCI11  Version = "1.1"
)

// Options say where to and how. The zero value lacks Repository.
type Options struct {
	Repository string // REPOSITORY[:TAG]
	Version    Version
	// Images are copied to the repository, and an index there names them.
	Images  []string
	Created time.Time
	// Insecure: the registry may speak plain HTTP. It gets no credentials then,
	// unless it is on this machine.
	Insecure bool
}

// Push sends the parts and, if o says so, the images. Errors are a
// *hint.Error that names the repository, and context.Canceled.
func Push(ctx context.Context, parts []project.Part, o Options) error {
	ref, err := reference(o)
	if err != nil {
		return err
	}
	way := registry.New()
	way.Open = o.Insecure
	p := pusher{ref: ref, options: []remote.Option{
		remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain), remote.WithTransport(way),
	}}
	pushed, err := p.artifact(parts, o)
	if err != nil {
		return p.explain(err)
	}
	if len(o.Images) == 0 {
		return nil
	}
	return p.explain(p.images(o.Images, pushed))
}

func reference(o Options) (name.Reference, error) {
	var options []name.Option
	if o.Insecure {
		options = append(options, name.Insecure)
	}
	ref, err := name.ParseReference(o.Repository, options...)
	if err != nil {
		return nil, &hint.Error{Text: fmt.Sprintf("invalid reference format: %q", o.Repository), Help: "give REPOSITORY[:TAG], such as registry.example.com/team/app:1.0", Err: err}
	}
	return ref, nil
}

// CheckRepository is a *hint.Error for what Push would not take for REPOSITORY[:TAG].
func CheckRepository(repository string) error {
	_, err := reference(Options{Repository: repository})
	return err
}

type pusher struct {
	ref     name.Reference
	options []remote.Option
}

// artifact sends the parts and their manifest, and describes that.
func (p *pusher) artifact(parts []project.Part, o Options) (v1.Descriptor, error) {
	var layers []v1.Descriptor
	for _, part := range parts {
		d, err := p.blob(mediaOf(part), part.Content)
		if err != nil {
			return d, err
		}
		d.Annotations = annotations(part)
		layers = append(layers, d)
	}
	version := o.Version
	if version == Newest {
		version = OCI11
	}
	d, err := p.manifest(layers, version, o.Created)
	if o.Version == Newest && refused(err) {
		return p.manifest(layers, OCI10, o.Created)
	}
	return d, err
}

func mediaOf(part project.Part) types.MediaType {
	if part.Kind == project.EnvPart {
		return mediaEnv
	}
	return mediaFile
}

func annotations(part project.Part) map[string]string {
	a := map[string]string{annotationVersion: project.CompatibleVersion}
	switch part.Kind {
	case project.EnvPart:
		a[annotationEnv] = part.Name
	case project.ExtendsPart:
		a[annotationFile], a[annotationExtends] = part.Name, "true"
	default:
		a[annotationFile] = part.Name
	}
	return a
}

// blob sends a content. The descriptor has the content in it, as OCI allows for small ones.
func (p *pusher) blob(media types.MediaType, content []byte) (v1.Descriptor, error) {
	if err := remote.WriteLayer(p.ref.Context(), static.NewLayer(content, media), p.options...); err != nil {
		return v1.Descriptor{}, err
	}
	return describe(media, content)
}

func describe(media types.MediaType, content []byte) (v1.Descriptor, error) {
	digest, size, err := v1.SHA256(bytes.NewReader(content))
	return v1.Descriptor{MediaType: media, Digest: digest, Size: size, Data: content}, err
}

// manifest sends what names the layers.
func (p *pusher) manifest(layers []v1.Descriptor, version Version, created time.Time) (v1.Descriptor, error) {
	m := struct {
		SchemaVersion int               `json:"schemaVersion"`
		MediaType     types.MediaType   `json:"mediaType"`
		ArtifactType  string            `json:"artifactType,omitempty"`
		Config        v1.Descriptor     `json:"config"`
		Layers        []v1.Descriptor   `json:"layers"`
		Annotations   map[string]string `json:"annotations"`
	}{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Layers: layers,
		Annotations: map[string]string{annotationCreated: created.UTC().Format(time.RFC3339)},
	}
	media := mediaEmptyConfig
	if version == OCI11 {
		media, m.ArtifactType = mediaEmpty, artifactType
	}
	var err error
	if m.Config, err = p.blob(media, []byte("{}")); err != nil {
		return v1.Descriptor{}, err
	}
	return p.put(p.ref, types.OCIManifestSchema1, m)
}

// put sends a manifest or an index, and describes it.
func (p *pusher) put(ref name.Reference, media types.MediaType, v any) (v1.Descriptor, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return v1.Descriptor{}, err
	}
	d, err := describe(media, text)
	if err != nil {
		return d, err
	}
	d.Data = nil
	if ref == nil {
		ref = p.ref.Context().Digest(d.Digest.String())
	}
	return d, remote.Put(ref, raw{text, media}, p.options...)
}

// raw is a manifest as it is sent.
type raw struct {
	text  []byte
	media types.MediaType
}

// RawManifest makes it a remote.Taggable.
func (r raw) RawManifest() ([]byte, error) { return r.text, nil }

// MediaType tells the registry what it is.
func (r raw) MediaType() (types.MediaType, error) { return r.media, nil }

// images copies the services' images to the artifact's repository, and sends an index of
// them whose subject the artifact is.
func (p *pusher) images(references []string, artifact v1.Descriptor) error {
	var copies []v1.Descriptor
	for _, reference := range references {
		d, err := p.copy(reference)
		if err != nil {
			return fmt.Errorf("copying image %s: %w", reference, err)
		}
		copies = append(copies, d)
	}
	version := map[string]string{annotationVersion: project.CompatibleVersion}
	_, err := p.put(nil, types.OCIImageIndex, struct {
		SchemaVersion int               `json:"schemaVersion"`
		MediaType     types.MediaType   `json:"mediaType"`
		ArtifactType  string            `json:"artifactType"`
		Manifests     []v1.Descriptor   `json:"manifests"`
		Subject       v1.Descriptor     `json:"subject"`
		Annotations   map[string]string `json:"annotations"`
	}{2, types.OCIImageIndex, artifactType, copies, artifact, version})
	return err
}

// copy brings an image from its registry to the artifact's repository.
func (p *pusher) copy(reference string) (v1.Descriptor, error) {
	from, err := name.ParseReference(reference)
	if err != nil {
		return v1.Descriptor{}, err
	}
	d, err := remote.Get(from, p.options...)
	if err != nil {
		return v1.Descriptor{}, err
	}
	to := p.ref.Context().Digest(d.Digest.String())
	if d.MediaType.IsIndex() {
		index, err := d.ImageIndex()
		if err != nil {
			return d.Descriptor, err
		}
		return d.Descriptor, remote.WriteIndex(to, index, p.options...)
	}
	image, err := d.Image()
	if err != nil {
		return d.Descriptor, err
	}
	return d.Descriptor, remote.Write(to, image, p.options...)
}

// refused tells that a registry does not take what was sent.
func refused(err error) bool {
	t, ok := errors.AsType[*transport.Error](err)
	return ok && t.StatusCode >= 400 && t.StatusCode < 500 && t.StatusCode != http.StatusUnauthorized && t.StatusCode != http.StatusForbidden
}

// explain adds what was being done, and what helps.
func (p *pusher) explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	help := "check that the registry's name is right and that this machine reaches it"
	if t, ok := errors.AsType[*transport.Error](err); ok {
		help = ""
		if t.StatusCode == http.StatusUnauthorized || t.StatusCode == http.StatusForbidden {
			help = "log in to the registry: docker login " + p.ref.Context().RegistryStr()
		}
	}
	return hint.Wrap(fmt.Errorf("publishing %s: %w", p.ref, err), help)
}
