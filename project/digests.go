package project

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"

	"github.com/compose-orchestrator/compose/hint"
)

// DigestFunc asks a registry for the digest, "sha256:...", of what a normalised
// reference ("docker.io/library/alpine:3.20") names there; its error says which.
// It is called from several goroutines at once.
type DigestFunc func(ctx context.Context, ref string) (string, error)

// WithDigests returns the project with a digest behind every image that the
// services run, mount or start hooks of. An image that has one is left alone. Errors
// are those of ask, and about references that are none.
func (p *Project) WithDigests(ctx context.Context, ask DigestFunc) (*Project, error) {
	model, err := p.WithImagesResolved(ask.resolver(ctx))
	if err != nil {
		return nil, err
	}
	c := p.copy()
	c.Project = model
	return c, nil
}

// ImagesOnly returns a project that says of every service its image and
// nothing else: an override that pins what WithDigests found.
func (p *Project) ImagesOnly() *Project {
	services := types.Services{}
	for name, s := range p.Services {
		var only types.ServiceConfig
		only.Image = s.Image
		services[name] = only
	}
	c := p.copy()
	c.Project = &types.Project{Services: services}
	return c
}

// WithDigests returns the model with a digest behind every service's image. An
// image with a variable in it names nothing yet, and is an error. Every error is a
// *hint.Error that names the service and wraps that of ask or of the reference.
func (m Model) WithDigests(ctx context.Context, ask DigestFunc) (Model, error) {
	resolve := ask.resolver(ctx)
	c, services := maps.Clone(m), map[string]any{}
	for _, name := range m.ServiceNames() {
		s, ok := m.services()[name].(map[string]any)
		image, has := s["image"].(string)
		if !ok || !has {
			services[name] = m.services()[name]
			continue
		}
		pinned, err := pin(image, resolve)
		if err != nil {
			if strings.Contains(image, "$") {
				return nil, hint.Wrap(fmt.Errorf("services.%s.image: %q: %w", name, image, err), "a variable is no image: leave out --no-interpolate")
			}
			return nil, hint.Wrap(fmt.Errorf("services.%s.image: %w", name, err), "")
		}
		s = maps.Clone(s)
		s["image"] = pinned
		services[name] = s
	}
	c["services"] = services
	return c, nil
}

// ImagesOnly returns a model that says of every service its image and nothing
// else.
func (m Model) ImagesOnly() Model {
	services := map[string]any{}
	for name, s := range m.services() {
		only := map[string]any{}
		if attributes, ok := s.(map[string]any); ok && attributes["image"] != nil {
			only["image"] = attributes["image"]
		}
		services[name] = only
	}
	return Model{"services": services}
}

// ServiceNames are the names of all services, sorted, whatever their profiles.
func (m Model) ServiceNames() []string { return slices.Sorted(maps.Keys(m.services())) }

func (m Model) services() map[string]any {
	services, _ := m["services"].(map[string]any)
	return services
}

func pin(image string, resolve func(reference.Named) (digest.Digest, error)) (string, error) {
	named, err := reference.ParseDockerRef(image)
	if err != nil {
		return "", err
	}
	if _, ok := named.(reference.Canonical); ok {
		return named.String(), nil
	}
	d, err := resolve(named)
	if err != nil {
		return "", err
	}
	pinned, err := reference.WithDigest(named, d)
	if err != nil {
		return "", err
	}
	return pinned.String(), nil
}

// resolver is f as compose-go calls it.
func (f DigestFunc) resolver(ctx context.Context) func(reference.Named) (digest.Digest, error) {
	return func(named reference.Named) (digest.Digest, error) {
		d, err := f(ctx, named.String())
		if err != nil {
			return "", err // which says of what
		}
		return digest.Parse(d)
	}
}
