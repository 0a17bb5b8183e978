package session

import (
	"context"
	"time"

	"github.com/compose-orchestrator/compose/engine/do"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/history"
)

// keepImages has the engine keep the images that a rollback may ask for, where there are
// any but those that the containers have now. Each project of this user that nobody brought
// up for long loses what was kept of it by the way. The caller has the recorder's lock.
func (s *Session) keepImages(ctx context.Context, r *Recorder) error {
	all, err := r.store.List()
	if err != nil {
		return err
	}
	images := history.ImagesOf(all)
	if len(images.Earlier) == 0 && len(images.Old) == 0 {
		return nil
	}
	return do.KeepImages(ctx, s.Client, s.Name, do.KeepOptions{
		Now: images.Now, Earlier: images.Earlier,
		Gone: func(ctx context.Context, project string) bool {
			return s.isGone(ctx, history.Open(r.o.Dir, r.engine, project), project)
		},
	})
}

// goneAfter is for how long the images of a project are kept that has no containers.
const goneAfter = 30 * 24 * time.Hour

// isGone tells whether a project has no containers, and nothing was done with it for long.
// One that this user's history does not know is somebody else's.
func (s *Session) isGone(ctx context.Context, store *history.Store, project string) bool {
	last, err := store.Newest()
	if err != nil || last == nil || time.Since(last.Began) < goneAfter {
		return false
	}
	containers, err := observe.Summaries(ctx, s.Reader, project)
	return err == nil && len(containers) == 0
}

// ForgetImages takes the tags away that keep images of deployments which the history does
// not have any more. The error joins the engine's.
func (s *Session) ForgetImages(ctx context.Context, store *history.Store) error {
	all, err := store.List()
	if err != nil {
		return err
	}
	images := history.ImagesOf(all)
	return do.KeepImages(ctx, s.Client, s.Name, do.KeepOptions{
		Now: images.Now, Earlier: images.Earlier,
		Gone: func(context.Context, string) bool { return false },
	})
}

// KeptSize is the size of the images that are kept of the project, in bytes. Layers that
// they share count each time. The error is the engine's.
func (s *Session) KeptSize(ctx context.Context) (images int, bytes int64, err error) {
	kept, err := observe.KeptImagesOf(ctx, s.Reader, s.Name)
	for _, i := range kept {
		bytes += i.Size
	}
	return len(kept), bytes, err
}
