package list

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/containerd/errdefs"
	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/project"
)

// Image is the image of a container as the command images shows it. Its
// fields are those of docker-compose images --format json, which scripts read.
type Image struct {
	ID            string // "sha256:…"
	ContainerName string
	Repository    string // "" where the image has no name
	Tag           string
	Platform      string     // "linux/amd64"
	Size          int64      // bytes
	Created       *time.Time `json:",omitempty"`
	LastTagTime   time.Time  `json:",omitzero"`

	Service string `json:"-"` // of the container
}

// Images returns the images of a project's containers, by the containers' names; of
// all services, where none is given. It costs one call for the list and one for each
// image. Its error says what was asked for and wraps the engine's.
func Images(ctx context.Context, c api.Reader, name string, services []string) ([]Image, error) {
	found, err := observe.Summaries(ctx, c, name)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(s container.Summary) bool {
		return len(services) > 0 && !slices.Contains(services, s.Labels[project.LabelService])
	})
	images, err := imagesByID(ctx, c, found)
	if err != nil {
		return nil, err
	}
	var out []Image
	for _, s := range found {
		out = append(out, usedImage(s, images[s.ImageID]))
	}
	slices.SortFunc(out, func(a, b Image) int { return cmp.Compare(a.ContainerName, b.ContainerName) })
	return out, nil
}

// imagesByID inspects the images of containers, each once. Those that were
// removed by force are missing.
func imagesByID(ctx context.Context, c api.Reader, found []container.Summary) (map[string]*image.InspectResponse, error) {
	images := map[string]*image.InspectResponse{}
	for _, s := range found {
		images[s.ImageID] = nil
	}
	ids := slices.Sorted(maps.Keys(images))
	got := make([]*image.InspectResponse, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(lookups)
	for i, id := range ids {
		g.Go(func() error {
			inspected, err := c.ImageInspect(ctx, id)
			if errdefs.IsNotFound(err) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("inspecting image %s: %w", id, err)
			}
			got[i] = &inspected
			return nil
		})
	}
	err := g.Wait()
	for i, id := range ids {
		images[id] = got[i]
	}
	return images, err
}

func usedImage(s container.Summary, i *image.InspectResponse) Image {
	u := Image{ID: s.ImageID, ContainerName: observe.OwnName(s.Names), Service: s.Labels[project.LabelService]}
	u.Repository, u.Tag = nameAndTag(s.Image)
	if i == nil {
		return u
	}
	if u.Repository == "" && len(i.RepoTags) > 0 {
		u.Repository, u.Tag = nameAndTag(i.RepoTags[0])
	}
	u.Platform = platforms.Format(ocispec.Platform{OS: i.Os, Architecture: i.Architecture, Variant: i.Variant})
	u.Size, u.LastTagTime = i.Size, i.Metadata.LastTagTime
	if created, err := time.Parse(time.RFC3339Nano, i.Created); err == nil && !created.IsZero() {
		u.Created = &created
		if u.LastTagTime.IsZero() { // it was pulled: some engines tell no time of that
			u.LastTagTime = created
		}
	}
	return u
}

// nameAndTag are the parts of a reference; both "" where it is an id.
func nameAndTag(ref string) (name, tag string) {
	named, err := reference.ParseDockerRef(ref)
	if err != nil || imageID(ref) {
		return "", ""
	}
	if t, ok := named.(reference.Tagged); ok {
		tag = t.Tag()
	}
	return reference.FamiliarName(named), tag
}

var shortHex = regexp.MustCompile(`^[0-9a-f]{12}$`)

// imageID tells references that the engine gives where an image has lost its
// name: an id, whole or in twelve digits.
func imageID(ref string) bool {
	named, err := reference.ParseAnyReference(ref)
	if _, isDigest := named.(reference.Digested); err == nil && isDigest {
		_, hasName := named.(reference.Named)
		return !hasName
	}
	return shortHex.MatchString(ref)
}
