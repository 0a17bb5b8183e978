package build

import (
	"context"
	"fmt"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
)

// manifestsSince is the first API version that lists an image's manifests.
const manifestsSince = "1.48"

// images looks images up; the zero value does not ask for manifests.
type images struct {
	c        Client
	options  []client.ImageInspectOption
	identity func(img image.InspectResponse, platform string) string // nil: the id
}

// newImages goes by what the engine says of itself: the client may not have
// negotiated its version yet.
func (b *Builder) newImages(engineVersion string) images {
	i := images{c: b.c, identity: b.o.Identity}
	if versions.GreaterThanOrEqualTo(b.c.ClientVersion(), manifestsSince) && versions.GreaterThanOrEqualTo(engineVersion, manifestsSince) {
		i.options = append(i.options, client.ImageInspectWithManifests(true))
	}
	return i
}

// inspect returns an image with its manifests where the engine lists them. A
// missing one is an error that errdefs.IsNotFound knows.
func (i images) inspect(ctx context.Context, ref string) (image.InspectResponse, error) {
	img, err := i.c.ImageInspect(ctx, ref, i.options...)
	if err != nil {
		return img, fmt.Errorf("inspecting image %q: %w", ref, err)
	}
	return img, nil
}

// result is what a build of the image brought.
func (i images) result(img image.InspectResponse, wanted []string) Result {
	if i.identity == nil {
		return Result{ImageID: img.ID, Digest: img.ID}
	}
	platform := ""
	if len(wanted) == 1 {
		platform = wanted[0]
	}
	return Result{ImageID: img.ID, Digest: i.identity(img, platform)}
}
