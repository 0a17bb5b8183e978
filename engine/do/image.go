package do

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/mount"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// localImage is what a create needs to know of an image.
type localImage struct {
	digest  string          // planner.Image.Digest
	volumes map[string]bool // targets of the volumes it declares
}

// images remembers the images of one run: each is inspected once. The zero
// value is empty.
type images struct {
	mu sync.Mutex // guards below, not held during calls
	by map[imageKey]*imageCall
}

type imageKey struct{ ref, platform string }

// imageCall is an inspect that is under way or done.
type imageCall struct {
	done  chan struct{} // closed when the fields below are set
	image localImage
	err   error
}

// get inspects an image, or waits for another caller's inspect of it.
func (im *images) get(ctx context.Context, c api.Reader, ref, platform string) (localImage, error) {
	key := imageKey{ref, platform}
	im.mu.Lock()
	call, known := im.by[key]
	if !known {
		call = &imageCall{done: make(chan struct{})}
		if im.by == nil {
			im.by = map[imageKey]*imageCall{}
		}
		im.by[key] = call
	}
	im.mu.Unlock()
	if known {
		select {
		case <-call.done:
			return call.image, call.err
		case <-ctx.Done():
			return localImage{}, ctx.Err()
		}
	}
	call.image, call.err = readImage(ctx, c, ref, platform)
	close(call.done)
	if call.err != nil {
		im.forget(ref) // it may come yet
	}
	return call.image, call.err
}

// forget makes the next get inspect again: the reference names another image.
func (im *images) forget(ref string) {
	im.mu.Lock()
	defer im.mu.Unlock()
	for key := range im.by {
		if key.ref == ref {
			delete(im.by, key)
		}
	}
}

func readImage(ctx context.Context, c api.Reader, ref, platform string) (localImage, error) {
	i, err := observe.InspectImage(ctx, c, ref)
	if errdefs.IsNotFound(err) {
		return localImage{}, &hint.Error{
			Text: "image " + ref + " is not there", Err: err,
			Help: "bring it with compose pull or compose build, or run up without --pull never and --no-build",
		}
	}
	if err != nil {
		return localImage{}, fmt.Errorf("inspecting image %s: %w", ref, err)
	}
	found := localImage{digest: observe.ImageIdentity(i, platform), volumes: map[string]bool{}}
	if i.Config != nil {
		for target := range i.Config.Volumes {
			found.volumes[target] = true
		}
	}
	return found, nil
}

// imageVolumes are the identities of the images that a service mounts.
func (d *Doer) imageVolumes(ctx context.Context, s types.ServiceConfig) (map[string]string, error) {
	var digests map[string]string
	for _, v := range s.Volumes {
		if v.Type != types.VolumeTypeImage {
			continue
		}
		mounted, err := d.im.get(ctx, d.c, v.Source, "")
		if err != nil {
			return nil, err
		}
		if digests == nil {
			digests = map[string]string{}
		}
		digests[v.Source] = mounted.digest
	}
	return digests, nil
}

// inherited are the anonymous volumes of a container that its replacement takes
// over, by target: those which the image or the service still asks for. A
// container that is gone has none.
func (d *Doer) inherited(ctx context.Context, id string, s types.ServiceConfig, i localImage) (map[string]string, error) {
	old, err := d.c.ContainerInspect(ctx, id)
	if errdefs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("inspecting the container to replace: %w", err)
	}
	volumes := map[string]string{}
	for _, m := range old.Mounts {
		if m.Type == mount.TypeVolume && spec.IsAnonymousName(m.Name) {
			volumes[m.Destination] = m.Name
		}
	}
	return inheritable(volumes, s, i), nil
}

// inheritable are those of the volumes, by target, that a container of the
// service has an anonymous volume for.
func inheritable(volumes map[string]string, s types.ServiceConfig, i localImage) map[string]string {
	wanted := map[string]bool{}
	for target := range i.volumes {
		wanted[target] = true
	}
	for _, v := range s.Volumes {
		wanted[v.Target] = spec.Anonymous(v)
	}
	kept := map[string]string{}
	for target, name := range volumes {
		if wanted[target] {
			kept[target] = name
		}
	}
	return kept
}

// removeImage removes a tag. An image that containers use stays.
func (d *Doer) removeImage(ctx context.Context, a planner.RemoveImage) (plan.Result, error) {
	_, err := d.c.ImageRemove(ctx, a.Ref.Name, image.RemoveOptions{})
	switch {
	case err == nil, errdefs.IsNotFound(err):
		return plan.Result{}, nil
	case errdefs.IsConflict(err):
		return plan.Result{Text: inUse, Warning: true}, nil
	}
	return plan.Result{}, err
}

// pruneImage removes or reports an image that nothing names any more but the tag which
// keeps it for a rollback of this project.
func (d *Doer) pruneImage(ctx context.Context, a planner.PruneImage) (plan.Result, error) {
	i, err := d.c.ImageInspect(ctx, a.ID)
	name, kept := a.ID, observe.KeptTag(d.o.Project, a.ID)
	if kept != "" && slices.Equal(i.RepoTags, []string{kept}) {
		i.RepoTags, name = nil, kept
	}
	switch {
	case errdefs.IsNotFound(err), err == nil && len(i.RepoTags) > 0:
		return plan.Result{}, nil
	case err != nil:
		return plan.Result{}, err
	case !a.Remove:
		return plan.Result{Text: "Untagged", Detail: a.Ref.Name + " is another one now; --prune removes such"}, nil
	}
	out, err := d.removeImage(ctx, planner.RemoveImage{Ref: event.Ref{Kind: event.Image, Name: name}})
	if err == nil && out.Text == "" {
		out.Text = "Removed"
	}
	return out, err
}

func compactJSON(text []byte) (string, error) {
	var b bytes.Buffer
	err := json.Compact(&b, text)
	return b.String(), err
}
