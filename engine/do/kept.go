package do

import (
	"context"
	"errors"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
)

// KeepImages names earlier images by a tag of ours (see observe.KeptTag), so that
// `image prune` leaves them, and takes such tags of the project from all that no rollback
// is helped with. It is one call, and one for each tag that is not as it should be. An
// image that is gone is no error; one that containers use keeps its only name. The error
// joins the engine's.
func KeepImages(ctx context.Context, c api.Client, project string, images KeepOptions) error {
	kept, err := observe.KeptImages(ctx, c, project)
	if err != nil {
		return err
	}
	var calls []func() error
	for id := range images.Earlier {
		if tag := observe.KeptTag(project, id); tag != "" && kept[id].Tag != tag {
			calls = append(calls, func() error { return c.ImageTag(ctx, id, tag) })
		}
	}
	for id, image := range kept {
		if !images.Earlier[id] && !images.Now[id] {
			calls = append(calls, func() error { return untag(ctx, c, image.Tag) })
		}
	}
	errs := make([]error, len(calls))
	var g errgroup.Group // others go on where one fails
	g.SetLimit(keepAtOnce)
	for i, call := range calls {
		g.Go(func() error {
			if err := call(); !errdefs.IsNotFound(err) && !errdefs.IsConflict(err) {
				errs[i] = err
			}
			return nil
		})
	}
	_ = g.Wait()
	return errors.Join(errs...)
}

// KeepOptions are ids of images: those that containers have Now, and Earlier ones to keep.
type KeepOptions struct{ Now, Earlier map[string]bool }

// keepAtOnce is how many tags are made or removed at a time.
const keepAtOnce = 8

// untag removes a tag, and with the last one the image.
func untag(ctx context.Context, c api.Client, tag string) error {
	_, err := c.ImageRemove(ctx, tag, image.RemoveOptions{PruneChildren: true})
	return err
}
