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

// KeepOptions say which images of a project are kept.
type KeepOptions struct {
	// Now are the ids of those that its containers have, and Earlier of those to keep.
	Now, Earlier map[string]bool
	// Gone tells of another project that its images need not be kept any more.
	Gone func(ctx context.Context, project string) bool
}

// KeepImages names earlier images by a tag of ours (see observe.KeptTag), so that
// `image prune` leaves them, and takes such tags from all that no rollback is helped
// with. It is one call, and one for each tag that is not as it should be. An image that is
// gone is no error; one that containers use keeps its only name. The error joins the
// engine's.
func KeepImages(ctx context.Context, c api.Client, project string, o KeepOptions) error {
	kept, err := observe.KeptImages(ctx, c)
	if err != nil {
		return err
	}
	var calls []func() error
	tagged, gone := map[string]bool{}, map[string]bool{}
	for _, i := range kept {
		of := i.Project
		if _, asked := gone[of]; !asked {
			gone[of] = of != project && o.Gone(ctx, of)
		}
		tagged[i.ID] = tagged[i.ID] || of == project
		if gone[of] || of == project && !o.Earlier[i.ID] && !o.Now[i.ID] {
			calls = append(calls, func() error { return untag(ctx, c, i.Tag) })
		}
	}
	for id := range o.Earlier {
		if tag := observe.KeptTag(project, id); tag != "" && !tagged[id] {
			calls = append(calls, func() error { return c.ImageTag(ctx, id, tag) })
		}
	}
	return errors.Join(atOnce(calls)...)
}

// atOnce makes calls, and returns their errors. What is not there, or in use, is none.
func atOnce(calls []func() error) []error {
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
	return errs
}

// keepAtOnce is how many tags are made or removed at a time.
const keepAtOnce = 8

// untag removes a tag, and with the last one the image.
func untag(ctx context.Context, c api.Client, tag string) error {
	_, err := c.ImageRemove(ctx, tag, image.RemoveOptions{PruneChildren: true})
	return err
}
