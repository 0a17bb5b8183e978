package observe

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"

	"github.com/compose-orchestrator/compose/engine/api"
)

// keptRepository is that of the tags which keep images for a rollback.
const keptRepository = "compose-kept"

// KeptTag is the tag that keeps an image for a project: "compose-kept:shop.7c71418e61af".
// "": the project's name is too long for one.
func KeptTag(project, id string) string {
	const short, longest = 12, 128 // of the id, and of a tag
	id = strings.TrimPrefix(id, "sha256:")
	tag := project + "." + id[:min(short, len(id))]
	if len(tag) > longest {
		return ""
	}
	return keptRepository + ":" + tag
}

// IsKeptTag tells a tag of KeptTag from others.
func IsKeptTag(tag string) bool {
	return strings.HasPrefix(strings.TrimPrefix(tag, podmanPrefix), keptRepository+":")
}

// KeptImage is an image that has a KeptTag.
type KeptImage struct {
	Project, ID, Tag string
	Size             int64 // bytes, with layers that others have as well
}

// KeptImages are those of all projects. It is one call. The error is the engine's.
func KeptImages(ctx context.Context, c api.Reader) ([]KeptImage, error) {
	found, err := c.ImageList(ctx, image.ListOptions{Filters: filters.NewArgs(filters.Arg("reference", keptRepository))})
	if err != nil {
		return nil, fmt.Errorf("listing the images that are kept: %w", err)
	}
	var kept []KeptImage
	for _, i := range found {
		for _, tag := range i.RepoTags {
			tag = strings.TrimPrefix(tag, podmanPrefix)
			if name, ok := strings.CutPrefix(tag, keptRepository+":"); ok {
				project, _, _ := strings.Cut(name, ".") // a project's name has no dot
				kept = append(kept, KeptImage{Project: project, ID: i.ID, Tag: tag, Size: i.Size})
			}
		}
	}
	return kept, nil
}

// KeptImagesOf are KeptImages of a project.
func KeptImagesOf(ctx context.Context, c api.Reader, project string) ([]KeptImage, error) {
	all, err := KeptImages(ctx, c)
	return slices.DeleteFunc(all, func(i KeptImage) bool { return i.Project != project }), err
}

// podmanPrefix is what Podman puts before names that have no registry.
const podmanPrefix = "localhost/"
