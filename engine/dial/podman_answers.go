package dial

import (
	"context"
	"slices"

	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/compose-orchestrator/compose/engine/api"
)

// podman is a client of Podman whose answers are Docker's, where Podman's mean the same
// in other words, and where they mislead.
type podman struct{ api.Client }

// everywhere is the address of a port that is published on all of them. Podman names
// none.
const everywhere = "0.0.0.0"

// ContainerList has the ports' addresses, and images as people write them.
func (p podman) ContainerList(ctx context.Context, o container.ListOptions) ([]container.Summary, error) {
	list, err := p.Client.ContainerList(ctx, o)
	for i := range list {
		list[i].Image = shortImage(list[i].Image)
		for j := range list[i].Ports {
			if port := &list[i].Ports[j]; port.IP == "" && port.PublicPort != 0 {
				port.IP = everywhere
			}
		}
	}
	return list, err
}

// shortImage is a reference without what everybody leaves away, which Podman adds.
func shortImage(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	if tagged, ok := named.(reference.Tagged); ok && tagged.Tag() == "latest" {
		named = reference.TrimNamed(named)
	}
	return reference.FamiliarString(named)
}

// ContainerInspect has the ports' addresses.
func (p podman) ContainerInspect(ctx context.Context, id string) (container.InspectResponse, error) {
	c, err := p.Client.ContainerInspect(ctx, id)
	if err != nil || c.NetworkSettings == nil {
		return c, err
	}
	for _, bindings := range c.NetworkSettings.Ports {
		for i := range bindings {
			if bindings[i].HostIP == "" && bindings[i].HostPort != "" {
				bindings[i].HostIP = everywhere
			}
		}
	}
	return c, nil
}

// ContainerWait has the exit code of a container whose removal is waited for: Podman
// has 0 for any.
func (p podman) ContainerWait(ctx context.Context, id string, condition container.WaitCondition) (<-chan container.WaitResponse, <-chan error) {
	if condition != container.WaitConditionRemoved {
		return p.Client.ContainerWait(ctx, id, condition)
	}
	ended, lost := p.Client.ContainerWait(ctx, id, container.WaitConditionNextExit)
	gone, failed := p.Client.ContainerWait(ctx, id, container.WaitConditionRemoved)
	result, problem := make(chan container.WaitResponse, 1), make(chan error, 1)
	go func() {
		var end container.WaitResponse
		select {
		case end = <-ended:
		case err := <-lost:
			problem <- err
			return
		}
		select {
		case <-gone:
			result <- end
		case err := <-failed:
			if errdefs.IsNotFound(err) {
				result <- end
				return
			}
			problem <- err
		}
	}()
	return result, problem
}

// podmanActions are Docker's names of what Podman calls otherwise.
var podmanActions = map[events.Action]events.Action{
	"remove": events.ActionDestroy, "exec": events.ActionExecStart, "exec_died": events.ActionExecDie, "died": events.ActionDie,
}

// Events have Docker's names, in the filters too.
func (p podman) Events(ctx context.Context, o events.ListOptions) (<-chan events.Message, <-chan error) {
	o.Filters = o.Filters.Clone()
	asked := o.Filters.Get("event")
	for theirs, ours := range podmanActions {
		if slices.Contains(asked, string(ours)) {
			o.Filters.Add("event", string(theirs))
		}
	}
	messages, failed := p.Client.Events(ctx, o)
	renamed, ended := make(chan events.Message), make(chan error, 1)
	go func() {
		defer close(ended)
		for {
			select {
			case m := <-messages:
				if name, ok := podmanActions[m.Action]; ok {
					m.Action = name
				}
				select {
				case renamed <- m:
				case <-ctx.Done():
					ended <- ctx.Err()
					return
				}
			case err := <-failed: // after the last message
				ended <- err
				return
			}
		}
	}()
	return renamed, ended
}
