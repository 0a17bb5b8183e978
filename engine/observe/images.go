package observe

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	"golang.org/x/sync/errgroup"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// inspectImages looks at each distinct image that the project's services run or
// mount. Those that the engine does not have are left out.
func inspectImages(ctx context.Context, c api.Reader, o Options) (map[string]planner.Image, error) {
	images := map[string]planner.Image{}
	var mu sync.Mutex // guards images
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelReads)
	for ref, platform := range imageRefs(o.Project) {
		g.Go(func() error {
			found, err := lookUpImage(ctx, c, o.Project.ImageSource(ref), platform)
			if errdefs.IsNotFound(err) {
				return nil
			}
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			images[ref] = found
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return images, nil
}

// listBuilt finds a project's images without its file: those that were built for
// it, by their labels.
func listBuilt(ctx context.Context, c api.Reader, name string) (map[string]planner.Image, error) {
	found, err := c.ImageList(ctx, image.ListOptions{Filters: OfProject(name)})
	if err != nil {
		return nil, fmt.Errorf("listing the images of project %q: %w", name, err)
	}
	images := map[string]planner.Image{}
	for _, i := range found {
		for _, tag := range i.RepoTags {
			if IsKeptTag(tag) {
				continue
			}
			images[strings.TrimSuffix(tag, ":latest")] = planner.Image{ID: i.ID, Service: i.Labels[project.LabelService]}
		}
	}
	return images, nil
}

// imageRefs are the references of the images that services run or mount, each
// with the platform that a service wants ("": the engine's own).
func imageRefs(p *project.Project) map[string]string {
	refs := map[string]string{}
	for name, s := range p.Services {
		if s.Image != "" || s.Build != nil {
			ref := p.ImageName(name)
			if platform := spec.ServicePlatform(p, s); platform != "" || refs[ref] == "" {
				refs[ref] = max(refs[ref], platform) // the same one whatever the order
			}
		}
		for _, hook := range s.PreStart {
			if hook.Image != "" && refs[hook.Image] == "" {
				refs[hook.Image] = hook.Platform
			}
		}
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeImage && v.Source != "" && refs[v.Source] == "" {
				refs[v.Source] = ""
			}
		}
	}
	return refs
}

// lookUpImage looks an image up at the engine; platform "" is the engine's
// own. A missing image is an error that errdefs.IsNotFound knows.
func lookUpImage(ctx context.Context, c api.Reader, ref, platform string) (planner.Image, error) {
	r, err := InspectImage(ctx, c, ref)
	if err != nil {
		return planner.Image{}, fmt.Errorf("inspecting image %q: %w", ref, err)
	}
	created, _ := time.Parse(time.RFC3339Nano, r.Created) // "" where the builder hides it
	return planner.Image{
		ID: r.ID, Digest: ImageIdentity(r, platform),
		Created: created, Pulled: r.Metadata.LastTagTime, Arch: r.Architecture,
	}, nil
}
