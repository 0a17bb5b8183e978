package enginetest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/pkg/jsonmessage"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// messages writes a stream of JSON messages, each sent at once.
type messages struct {
	mu  sync.Mutex // guards below
	w   http.ResponseWriter
	enc *json.Encoder
}

func newMessages(w http.ResponseWriter) *messages {
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &messages{w: w, enc: enc}
}

func (m *messages) send(v any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_ = m.enc.Encode(v) // a client that went away cannot be told
	flush(m.w)
}

func (m *messages) status(id, text string) {
	m.send(jsonmessage.JSONMessage{ID: id, Status: text})
}

// fail ends a stream that has begun: its status is 200 by now.
func (m *messages) fail(code int, text string) {
	e := &jsonmessage.JSONError{Code: code, Message: text}
	m.send(jsonmessage.JSONMessage{Error: e})
}

// imagePull brings an image from the registry. All tags at once, and imports,
// are not served.
func (e *Engine) imagePull(w http.ResponseWriter, r *request) error {
	name := r.query("fromImage")
	if name == "" {
		return errorf(http.StatusNotImplemented, "enginetest: only images of the registry are created")
	}
	if t := r.query("tag"); strings.Contains(t, ":") {
		name += "@" + t
	} else if t != "" {
		name += ":" + t
	}
	ref := familiar(name)
	e.mu.Lock()
	offered := e.registry[ref]
	if offered == nil {
		offered = e.byDigest(ref)
	}
	err := e.refusePull(offered, ref, r.query("platform"))
	if err != nil {
		e.mu.Unlock()
		return err
	}
	before := e.images[e.tags[ref]]
	img := e.keepImage(offered)
	if before != img && !strings.Contains(ref, "@") {
		e.tags[ref] = img.id
	}
	if d := untagged(ref) + "@" + img.digest(); !slices.Contains(img.digests, d) {
		img.digests = append(img.digests, d)
	}
	e.imageEvent(events.ActionPull, ref, untagged(ref), img.config.Labels)
	e.mu.Unlock()
	reportPull(newMessages(w), ref, before, img)
	return nil
}

// byDigest finds an image of the registry by repository@digest, or nil. e.mu is
// held.
func (e *Engine) byDigest(ref string) *image {
	repo, digest, ok := strings.Cut(ref, "@")
	if !ok {
		return nil
	}
	for have, img := range e.registry {
		if untagged(have) == untagged(repo) && img.digest() == digest {
			return img
		}
	}
	return nil
}

// refusePull tells why an image that was found, or nil, is not pulled. e.mu is
// held.
func (e *Engine) refusePull(img *image, ref, platform string) error {
	if img == nil {
		return e.unknownImage(ref)
	}
	have := img.os + "/" + img.arch
	if platform == "" || platform == img.os || strings.HasPrefix(platform, have) {
		return nil
	}
	return errorf(http.StatusNotFound, "image with reference %s was found but its platform (%s) does not match the specified platform (%s)", ref, have, platform)
}

// unknownImage is the answer for what the registry does not have. e.mu is held.
func (e *Engine) unknownImage(ref string) error {
	for have := range e.registry {
		if untagged(have) == untagged(ref) {
			named, _ := reference.ParseNormalizedNamed(ref)
			return errorf(http.StatusNotFound, "manifest for %s not found: manifest unknown: manifest unknown", reference.FamiliarString(named))
		}
	}
	return errorf(http.StatusNotFound, "pull access denied for %s, repository does not exist or may require 'docker login': denied: requested access to the resource is denied", untagged(ref))
}

// reportPull is the progress as a registry's client prints it, with one layer
// where the image is another than before.
func reportPull(m *messages, ref string, before, img *image) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return
	}
	tag := "latest"
	if t, ok := named.(reference.Tagged); ok {
		tag = t.Tag()
	}
	m.status(tag, "Pulling from "+reference.Path(named))
	result := "Image is up to date for "
	if before != img {
		result = "Downloaded newer image for "
		reportLayer(m, img)
	}
	m.status("", "Digest: "+img.digest())
	m.status("", "Status: "+result+ref)
}

func reportLayer(m *messages, img *image) {
	layer := strings.TrimPrefix(img.digest(), "sha256:")[:12]
	size := max(img.size(), 1)
	m.status(layer, "Pulling fs layer")
	progress := &jsonmessage.JSONProgress{Current: size, Total: size}
	m.send(jsonmessage.JSONMessage{ID: layer, Status: "Downloading", Progress: &jsonmessage.JSONProgress{Current: size / 2, Total: size}})
	m.send(jsonmessage.JSONMessage{ID: layer, Status: "Downloading", Progress: progress})
	m.status(layer, "Verifying Checksum")
	m.status(layer, "Download complete")
	m.send(jsonmessage.JSONMessage{ID: layer, Status: "Extracting", Progress: progress})
	m.status(layer, "Pull complete")
}

// imagePush moves an image of the engine to the registry.
func (e *Engine) imagePush(w http.ResponseWriter, r *request) error {
	ref := r.vars["name"]
	if t := r.query("tag"); t != "" {
		ref += ":" + t
	}
	ref = familiar(ref)
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return errorf(http.StatusBadRequest, "%v", err)
	}
	e.mu.Lock()
	img := e.images[e.tags[ref]]
	if img != nil {
		e.registry[ref] = img
		if d := untagged(ref) + "@" + img.digest(); !slices.Contains(img.digests, d) {
			img.digests = append(img.digests, d)
		}
		e.imageEvent(events.ActionPush, ref, untagged(ref), img.config.Labels)
	}
	e.mu.Unlock()
	m := newMessages(w)
	m.status("", "The push refers to repository ["+named.Name()+"]")
	if img == nil {
		m.fail(0, "An image does not exist locally with the tag: "+reference.FamiliarName(named))
		return nil
	}
	tag := named.(reference.Tagged).Tag() // familiar references have one
	layer := strings.TrimPrefix(img.digest(), "sha256:")[:12]
	m.status(layer, "Preparing")
	m.status(layer, "Pushed")
	m.status("", tag+": digest: "+img.digest()+" size: 527")
	aux, _ := json.Marshal(map[string]any{"Tag": tag, "Digest": img.digest(), "Size": 527})
	m.send(jsonmessage.JSONMessage{Aux: (*json.RawMessage)(&aux)})
	return nil
}

func (e *Engine) distributionInspect(w http.ResponseWriter, r *request) error {
	ref := familiar(r.vars["name"])
	e.mu.Lock()
	img, err := e.registry[ref], e.unknownImage(ref)
	if img == nil {
		img = e.byDigest(ref)
	}
	e.mu.Unlock()
	if img == nil {
		return err
	}
	return writeJSON(w, http.StatusOK, registry.DistributionInspect{
		Descriptor: ocispec.Descriptor{
			MediaType: "application/vnd.docker.distribution.manifest.v2+json",
			Digest:    digest.Digest(img.digest()), Size: 527,
		},
		Platforms: []ocispec.Platform{{OS: img.os, Architecture: img.arch}},
	})
}
