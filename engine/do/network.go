package do

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// inUse is what people read of a resource that stays because others use it.
const inUse = "Resource is still in use"

// createNetwork makes a network of the file; one of this project that is there
// already is the one.
func (d *Doer) createNetwork(ctx context.Context, a planner.CreateNetwork) (plan.Result, error) {
	hash, err := d.p.NetworkHash(a.Key)
	if err != nil {
		return plan.Result{}, err
	}
	labels := d.p.NetworkLabels(a.Key, hash)
	options, err := spec.NetworkOptions(d.p.Networks[a.Key], observe.Binding(d.o.Engine))
	if err != nil {
		return plan.Result{}, fmt.Errorf("network %s: %w", a.Key, err)
	}
	options.Labels = labels
	made, err := d.c.NetworkCreate(ctx, a.Ref.Name, options)
	if err == nil {
		return plan.Result{ID: made.ID}, nil
	}
	if !errdefs.IsConflict(err) {
		return plan.Result{}, err
	}
	there, inspectErr := d.c.NetworkInspect(ctx, a.Ref.Name, network.InspectOptions{})
	switch {
	case inspectErr != nil:
		return plan.Result{}, err
	case sameLabels(there.Labels, labels, project.LabelProject, project.LabelNetwork):
		return plan.Result{ID: there.ID}, nil
	}
	return plan.Result{}, &hint.Error{
		Text: fmt.Sprintf("a network with name %s exists but was not created for project %s", a.Ref.Name, d.p.Name), Err: err,
		Help: "to use it, set external: true; else give yours another name with name:",
	}
}

// removeNetwork removes a network. One that others use stays, unless it is to
// be made anew.
func (d *Doer) removeNetwork(ctx context.Context, a planner.RemoveNetwork) (plan.Result, error) {
	err := d.c.NetworkRemove(ctx, a.ID)
	if err == nil || errdefs.IsNotFound(err) {
		return plan.Result{}, nil
	}
	if !isInUse(err) {
		return plan.Result{}, err
	}
	if len(a.Leave) > 0 && errdefs.IsConflict(err) { // not Docker's answer where somebody runs on it
		if err := d.leaveNetwork(ctx, a); err != nil {
			return plan.Result{}, err
		}
		a.Leave = nil
		return d.removeNetwork(ctx, a)
	}
	users := d.networkUsers(ctx, a.ID, nil)
	if a.Ref.Old == "" {
		return plan.Result{Text: inUse, Detail: users, Warning: true}, nil
	}
	return plan.Result{}, networkInUse(a.Ref.Name, users, err)
}

// networkInUse is the error about a network that cannot be made anew.
func networkInUse(name, users string, err error) error {
	text := fmt.Errorf("network %s cannot be made anew: in use by %s", name, users)
	if err != nil {
		text = fmt.Errorf("%w: %w", text, err)
	}
	return hint.Wrap(text, "stop those containers, or disconnect them with docker network disconnect")
}

// checkNetwork refuses a network on which others than the given containers run,
// and stops those of them that began to.
func (d *Doer) checkNetwork(ctx context.Context, a planner.CheckNetwork) error {
	if users := d.networkUsers(ctx, a.ID, slices.Concat(a.Containers, a.Stopped)); users != "" {
		return networkInUse(a.Ref.Name, users, nil)
	}
	for _, id := range a.Stopped {
		// It is answered when one that is ending has left its networks.
		if err := d.c.ContainerStop(ctx, id, container.StopOptions{}); err != nil && !errdefs.IsNotFound(err) {
			return fmt.Errorf("stopping container %s: %w", spec.ShortID(id), err)
		}
	}
	return nil
}

// leaveNetwork takes containers that do not run off a network, and keeps in mind
// what they were there: Podman removes no network that a container knows.
func (d *Doer) leaveNetwork(ctx context.Context, a planner.RemoveNetwork) error {
	for _, id := range a.Leave {
		c, err := d.c.ContainerInspect(ctx, id)
		if err != nil {
			return fmt.Errorf("inspecting container %s: %w", spec.ShortID(id), err)
		}
		d.known.Store(a.Ref.Name+" "+id, knownEndpoint(&c, a.Ref.Name))
		if err := d.c.NetworkDisconnect(ctx, a.ID, id, true); err != nil && !errdefs.IsNotFound(err) {
			return fmt.Errorf("disconnecting container %s: %w", spec.ShortID(id), err)
		}
	}
	return nil
}

// networkUsers names the containers that run on a network, less the given ones;
// "": there are none, or that is not known.
func (d *Doer) networkUsers(ctx context.Context, id string, less []string) string {
	n, err := d.c.NetworkInspect(ctx, id, network.InspectOptions{})
	if err != nil {
		return ""
	}
	var names []string
	for id, c := range n.Containers {
		if slices.Contains(less, id) || strings.HasPrefix(id, leavingPrefix) {
			continue
		}
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// leavingPrefix begins what Docker has in place of the id of a container that is
// being taken off a network
// (https://github.com/moby/moby/blob/v28.5.2/daemon/network.go, buildContainerAttachments).
const leavingPrefix = "ep-"

// isInUse tells a resource that others hold: engines answer 409, and Docker 403
// for networks.
func isInUse(err error) bool {
	return errdefs.IsConflict(err) || errdefs.IsPermissionDenied(err) && strings.Contains(err.Error(), "active endpoints")
}

// isAlreadyConnected tells that a container is on the network that it was to
// join.
func isAlreadyConnected(err error) bool {
	text := err.Error()
	return strings.Contains(text, "already exists in network") || strings.Contains(text, "already connected")
}

// createVolume makes a named volume; the engine hands out one that is there.
func (d *Doer) createVolume(ctx context.Context, a planner.CreateVolume) (plan.Result, error) {
	hash, err := d.p.VolumeHash(a.Key)
	if err != nil {
		return plan.Result{}, err
	}
	options := spec.VolumeOptions(d.p.Volumes[a.Key])
	options.Name, options.Labels = a.Ref.Name, d.p.VolumeLabels(a.Key, hash)
	_, err = d.c.VolumeCreate(ctx, options)
	return plan.Result{}, err
}

// removeVolume removes a volume. One that others use stays, unless it is to be
// made anew.
func (d *Doer) removeVolume(ctx context.Context, a planner.RemoveVolume) (plan.Result, error) {
	err := d.c.VolumeRemove(ctx, a.Ref.Name, false)
	switch {
	case err == nil, errdefs.IsNotFound(err):
		return plan.Result{}, nil
	case errdefs.IsConflict(err) && a.Ref.Old == "":
		return plan.Result{Text: inUse, Warning: true}, nil
	}
	return plan.Result{}, err
}
