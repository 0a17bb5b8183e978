package observe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"sync"

	"github.com/containerd/errdefs"
	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/planner"
)

// EngineID tells an engine from others, whatever address it is reached by. It is one
// call. Its error is the engine's.
func EngineID(ctx context.Context, c api.Reader, e planner.Engine) (string, error) {
	info, err := c.Info(ctx)
	if err != nil {
		return "", fmt.Errorf("asking for the engine's id: %w", err)
	}
	if e.Name != "podman" && info.ID != "" {
		return info.ID, nil
	}
	// Podman has another id at each call: its machine and its folder stand for it.
	sum := sha256.Sum256([]byte(info.Name + "\x00" + info.DockerRootDir))
	return e.Name + "-" + hex.EncodeToString(sum[:16]), nil
}

// DeployedImage is the image that a service's containers were made of.
type DeployedImage struct {
	ID       string
	Digests  []string // "nginx@sha256:..."; none: no registry has it
	Platform string   // "linux/arm64"
	Size     int64    // bytes
}

// DeployedImages are those of a project's containers, by service: of several of one
// service that of the last. It is one call, and one for each distinct image. An image that
// is gone has its id alone. Its error is the engine's.
func DeployedImages(ctx context.Context, c api.Reader, name string) (map[string]DeployedImage, error) {
	list, err := listContainers(ctx, c, Options{Name: name})
	if err != nil {
		return nil, err
	}
	images, byID := map[string]DeployedImage{}, map[string]DeployedImage{}
	var ids []string
	for _, found := range list {
		if !found.OneOff && found.ImageID != "" {
			ids = append(ids, found.ImageID)
		}
	}
	slices.Sort(ids)
	var mu sync.Mutex // guards byID
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelReads)
	for _, id := range slices.Compact(ids) {
		g.Go(func() error {
			image, err := deployedImage(ctx, c, id)
			mu.Lock()
			defer mu.Unlock()
			byID[id] = image
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for _, found := range list {
		if image, ok := byID[found.ImageID]; ok && !found.OneOff {
			images[found.Service] = image
		}
	}
	return images, nil
}

func deployedImage(ctx context.Context, c api.Reader, id string) (DeployedImage, error) {
	image := DeployedImage{ID: id}
	found, err := c.ImageInspect(ctx, id)
	if errdefs.IsNotFound(err) {
		return image, nil
	}
	if err != nil {
		return image, fmt.Errorf("inspecting image %q: %w", id, err)
	}
	image.Digests, image.Size = found.RepoDigests, found.Size
	image.Platform = path.Join(found.Os, found.Architecture, found.Variant)
	return image, nil
}
