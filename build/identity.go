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

// identify asks the engine what a built image is.
func identify(ctx context.Context, c Client, ref string, wanted []string) (Result, error) {
	var o []client.ImageInspectOption
	if versions.GreaterThanOrEqualTo(c.ClientVersion(), manifestsSince) {
		o = append(o, client.ImageInspectWithManifests(true))
	}
	img, err := c.ImageInspect(ctx, ref, o...)
	if err != nil {
		return Result{}, fmt.Errorf("inspecting the built image: %w", err)
	}
	return Result{ImageID: img.ID, Digest: digestOf(img, wanted)}, nil
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
