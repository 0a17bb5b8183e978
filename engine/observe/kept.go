package observe

import (
	"context"
	"fmt"
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
	tag = strings.TrimPrefix(tag, "localhost/") // Podman's
	return strings.HasPrefix(tag, keptRepository+":")
}

// KeptImage is an image that has a KeptTag.
type KeptImage struct {
	Tag  string
	Size int64 // bytes, with layers that others have as well
}

// KeptImages are those of a project, by id. It is one call. The error is the engine's.
func KeptImages(ctx context.Context, c api.Reader, project string) (map[string]KeptImage, error) {
	found, err := c.ImageList(ctx, image.ListOptions{
		Filters: filters.NewArgs(filters.Arg("reference", keptRepository+":"+project+".*")),
	})
	if err != nil {
		return nil, fmt.Errorf("listing the images that are kept of project %q: %w", project, err)
	}
	kept := map[string]KeptImage{}
	for _, i := range found {
		for _, tag := range i.RepoTags {
			if strings.HasPrefix(strings.TrimPrefix(tag, "localhost/"), keptRepository+":"+project+".") {
				kept[i.ID] = KeptImage{Tag: strings.TrimPrefix(tag, "localhost/"), Size: i.Size}
			}
		}
	}
	return kept, nil
}
