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

// KeepImages names images by a tag of ours (see observe.KeptTag), so that `image prune`
// leaves them, and takes that tag from all others of the project. It is one call, and one
// for each tag that is not as it should be. An image that is gone is no error; where
// containers use one that has no other name, its tag stays. The error joins the engine's.
func KeepImages(ctx context.Context, c api.Client, project string, keep map[string]bool) error {
	kept, err := observe.KeptImages(ctx, c, project)
	if err != nil {
		return err
	}
	var g errgroup.Group // others go on where one fails
	g.SetLimit(keepAtOnce)
	errs := make(chan error, len(keep)+len(kept))
	do := func(call func() error) {
		g.Go(func() error {
			if err := call(); err != nil && !errdefs.IsNotFound(err) && !errdefs.IsConflict(err) {
				errs <- err
			}
			return nil
		})
	}
	for id := range keep {
		if tag := observe.KeptTag(project, id); tag != "" && kept[id].Tag != tag {
			do(func() error { return c.ImageTag(ctx, id, tag) })
		}
	}
	for id, image := range kept {
		if !keep[id] {
			do(func() error { return untag(ctx, c, image.Tag) })
		}
	}
	_ = g.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// keepAtOnce is how many tags are made or removed at a time.
const keepAtOnce = 8

// untag removes a tag, and with the last one the image.
func untag(ctx context.Context, c api.Client, tag string) error {
	_, err := c.ImageRemove(ctx, tag, image.RemoveOptions{PruneChildren: true})
	return err
}
