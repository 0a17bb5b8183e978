package observe

import (
	"context"

	"github.com/containerd/platforms"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
)

// InspectImage inspects an image with what ImageIdentity needs, where the engine's API
// has it. Its error is the engine's: errdefs.IsNotFound knows a missing image.
func InspectImage(ctx context.Context, c api.Reader, ref string) (image.InspectResponse, error) {
	if spec.APISince(c.ClientVersion(), "1.48") {
		return c.ImageInspect(ctx, ref, client.ImageInspectWithManifests(true))
	}
	return c.ImageInspect(ctx, ref)
}

// ImageIdentity is what a container's image label says: which image it was made
// of. That is the digest of the manifest for the platform ("" for the engine's
// own), where the engine keeps several of one tag, and the image's id elsewhere.
// It changes with the content, and not when another platform's part of the same
// tag does. What describes the image (attestations) is not what runs and does not
// count.
func ImageIdentity(i image.InspectResponse, platform string) string {
	var local []image.ManifestSummary
	for _, m := range i.Manifests {
		if m.Kind == image.ManifestKindImage && m.Available && m.ImageData != nil {
			local = append(local, m)
		}
	}
	if len(local) == 1 {
		return local[0].ID
	}
	want, err := platforms.Parse(platform)
	if err != nil {
		return i.ID
	}
	for _, m := range local {
		if platforms.OnlyStrict(want).Match(m.ImageData.Platform) {
			return m.ID
		}
	}
	return i.ID
}
