package build

import (
	"context"
	"fmt"

	"github.com/containerd/platforms"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
)

// manifestsSince is the first API version that lists an image's manifests.
const manifestsSince = "1.48"

// images looks images up; the zero value does not ask for manifests.
type images struct {
	c       Client
	options []client.ImageInspectOption
}

// newImages goes by what the engine says of itself: the client may not have
// negotiated its version yet.
func newImages(c Client, engineVersion string) images {
	i := images{c: c}
	if versions.GreaterThanOrEqualTo(c.ClientVersion(), manifestsSince) && versions.GreaterThanOrEqualTo(engineVersion, manifestsSince) {
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

func resultOf(img image.InspectResponse, wanted []string) Result {
	return Result{ImageID: img.ID, Digest: digestOf(img, wanted)}
}

// digestOf is the image label's value: the manifest of the platform, where the
// engine lists manifests; the only one, where there is one; else the id. What
// describes the image (attestations) is not what runs and does not count. The
// engine package reads observed images by the same rule.
func digestOf(img image.InspectResponse, wanted []string) string {
	var here []image.ManifestSummary
	for _, m := range img.Manifests {
		if m.Kind == image.ManifestKindImage && m.Available && m.ImageData != nil {
			here = append(here, m)
		}
	}
	if len(here) == 1 {
		return here[0].ID
	}
	if len(wanted) != 1 {
		return img.ID
	}
	want, err := platforms.Parse(wanted[0])
	if err != nil {
		return img.ID
	}
	for _, m := range here {
		if platforms.OnlyStrict(want).Match(m.ImageData.Platform) {
			return m.ID
		}
	}
	return img.ID
}
