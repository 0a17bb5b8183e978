package dial

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/client"
	"github.com/moby/go-archive"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/hint"
)

// podman is a client of Podman whose answers are Docker's, where Podman's mean the same
// in other words, and where they mislead.
type podman struct {
	api.Client
	own libpod
}

// everywhere is the address of a port that is published on all of them. Podman names
// none.
const everywhere = "0.0.0.0"

// ContainerList has the ports' addresses, images as people write them, and which
// container's network another one shares.
func (p podman) ContainerList(ctx context.Context, o container.ListOptions) ([]container.Summary, error) {
	list, err := p.Client.ContainerList(ctx, o)
	whole := map[string]string{} // ids by the short ones
	for i := range list {
		if id := list[i].ID; len(id) >= shortIDLength {
			whole[id[:shortIDLength]] = id
		}
	}
	for i := range list {
		if of := networkOf(&list[i]); of != "" {
			list[i].HostConfig.NetworkMode = "container:" + cmp.Or(whole[of], of)
			list[i].NetworkSettings = nil
		}
		list[i].Image = shortImage(list[i].Image)
		for j := range list[i].Ports {
			if port := &list[i].Ports[j]; port.IP == "" && port.PublicPort != 0 {
				port.IP = everywhere
			}
		}
	}
	return list, err
}

// networkOf is the short id of the container whose network one shares; "": it has its
// own. Podman lists such a container with the other's places in networks, each of which
// has the short id of its owner for an alias.
func networkOf(c *container.Summary) string {
	if c.NetworkSettings == nil {
		return ""
	}
	for _, endpoint := range c.NetworkSettings.Networks {
		if endpoint == nil || slices.ContainsFunc(endpoint.Aliases, func(a string) bool { return isShortID(a) && strings.HasPrefix(c.ID, a) }) {
			return ""
		}
		if i := slices.IndexFunc(endpoint.Aliases, isShortID); i >= 0 {
			return endpoint.Aliases[i]
		}
	}
	return ""
}

// shortIDLength is that of an id as Podman has it for an alias.
const shortIDLength = 12

func isShortID(text string) bool {
	if len(text) != shortIDLength {
		return false
	}
	_, err := hex.DecodeString(text)
	return err == nil
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

// ImageList has the images' names as people write them. Podman fails where one goes away
// while it lists them: then it is asked once more.
func (p podman) ImageList(ctx context.Context, o image.ListOptions) ([]image.Summary, error) {
	list, err := p.Client.ImageList(ctx, o)
	if err != nil && strings.Contains(err.Error(), "image not known") {
		list, err = p.Client.ImageList(ctx, o)
	}
	for i := range list {
		for j, tag := range list[i].RepoTags {
			if named, err := reference.ParseNormalizedNamed(tag); err == nil {
				list[i].RepoTags[j] = reference.FamiliarString(named)
			}
		}
	}
	return list, err
}

// ImageInspect looks once more where another image went away meanwhile, which Podman
// reads for the history of this one.
func (p podman) ImageInspect(ctx context.Context, ref string, o ...client.ImageInspectOption) (image.InspectResponse, error) {
	got, err := p.Client.ImageInspect(ctx, ref, o...)
	if err != nil && strings.Contains(err.Error(), "failed to convert ImageData") {
		return p.Client.ImageInspect(ctx, ref, o...)
	}
	return got, err
}

// NetworkInspect has the containers that have a place in the network, without those that
// share another's.
func (p podman) NetworkInspect(ctx context.Context, id string, o network.InspectOptions) (network.Inspect, error) {
	n, err := p.Client.NetworkInspect(ctx, id, o)
	if err != nil || len(n.Containers) < 2 {
		return n, err
	}
	list, err := p.Client.ContainerList(ctx, container.ListOptions{All: true})
	for i := range list {
		if networkOf(&list[i]) != "" {
			delete(n.Containers, list[i].ID)
		}
	}
	return n, err
}

// NetworkCreate makes a network once more where an interface of another one went away
// while Podman looked for addresses that are free.
func (p podman) NetworkCreate(ctx context.Context, name string, o network.CreateOptions) (network.CreateResponse, error) {
	made, err := p.Client.NetworkCreate(ctx, name, o)
	if err != nil && strings.Contains(err.Error(), "no such network interface") {
		return p.Client.NetworkCreate(ctx, name, o)
	}
	return made, err
}

// DistributionInspect says that Podman has no such call, which it answers like a tag that
// is not there.
func (podman) DistributionInspect(_ context.Context, ref, _ string) (registry.DistributionInspect, error) {
	return registry.DistributionInspect{}, hint.New("the digest of "+ref+" cannot be asked for through Podman, whose API does not have that", "use Docker, or write the digest into the file")
}

// ContainerInspect has the ports' addresses, and Docker's state of a container that is
// restarted again and again. It does not fail where the container ends meanwhile.
func (p podman) ContainerInspect(ctx context.Context, id string) (container.InspectResponse, error) {
	c, err := p.Client.ContainerInspect(ctx, id)
	if err != nil && strings.Contains(err.Error(), "no such process") { // it ended while Podman looked at it
		c, err = p.Client.ContainerInspect(ctx, id)
	}
	if err != nil || c.ContainerJSONBase == nil {
		return c, err
	}
	if c.State != nil && c.State.Status == "stopped" && isRestarted(c) {
		c.State.Status, c.State.Restarting, c.State.Running = container.StateRestarting, true, true
	}
	if c.NetworkSettings == nil {
		return c, nil
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

// isRestarted tells of a container that has just ended whether its restart policy has it
// start again, as it did before. Podman has no state for that.
func isRestarted(c container.InspectResponse) bool {
	if c.RestartCount == 0 || c.HostConfig == nil {
		return false
	}
	policy := c.HostConfig.RestartPolicy
	if policy.IsOnFailure() {
		return c.State.ExitCode != 0 && (policy.MaximumRetryCount == 0 || c.RestartCount < policy.MaximumRetryCount)
	}
	return policy.IsAlways() || policy.IsUnlessStopped()
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

// ContainerAttach says why a container cannot be made ready to attach to: a port that
// is taken, a program that is not there. Docker finds that at the start.
func (p podman) ContainerAttach(ctx context.Context, id string, o container.AttachOptions) (types.HijackedResponse, error) {
	conn, err := p.Client.ContainerAttach(ctx, id, o)
	if err != nil && ctx.Err() == nil {
		if _, why := p.own.call(ctx, http.MethodPost, "/containers/"+url.PathEscape(id)+"/init"); why != nil {
			return conn, hint.New(api.Cause(why.Error()), api.Advice(why.Error()))
		}
	}
	return conn, err
}

// ContainerStop stops a paused container too, which Podman refuses.
func (p podman) ContainerStop(ctx context.Context, id string, o container.StopOptions) error {
	err := p.Client.ContainerStop(ctx, id, o)
	if err == nil || !strings.Contains(err.Error(), "container state improper") {
		return err
	}
	_ = p.ContainerUnpause(ctx, id) // where it is not paused, the stop's own error is told
	return p.Client.ContainerStop(ctx, id, o)
}

// ContainerRestart gives a container its time to end: asked for none, Podman kills it at
// once.
func (p podman) ContainerRestart(ctx context.Context, id string, o container.StopOptions) error {
	if o.Timeout == nil {
		c, err := p.Client.ContainerInspect(ctx, id)
		if err != nil {
			return err
		}
		seconds := defaultStopTimeout
		if c.Config != nil && c.Config.StopTimeout != nil {
			seconds = *c.Config.StopTimeout
		}
		o.Timeout = &seconds
	}
	return p.Client.ContainerRestart(ctx, id, o)
}

// defaultStopTimeout is how many seconds Docker gives a container that names none.
const defaultStopTimeout = 10

// ContainerCommit sends a configuration in any case, as Podman wants one, and has the
// image's id in full.
func (p podman) ContainerCommit(ctx context.Context, id string, o container.CommitOptions) (container.CommitResponse, error) {
	if o.Config == nil {
		o.Config = &container.Config{}
	}
	made, err := p.Client.ContainerCommit(ctx, id, o)
	if err == nil && !strings.Contains(made.ID, ":") {
		made.ID = "sha256:" + made.ID
	}
	return made, err
}

// CopyFromContainer has a folder's content, where the path ends in "/.", below ".".
func (p podman) CopyFromContainer(ctx context.Context, id, from string) (io.ReadCloser, container.PathStat, error) {
	dir, content := strings.CutSuffix(from, "/.")
	if !content || path.Clean("/"+dir) == "/" {
		return p.Client.CopyFromContainer(ctx, id, from)
	}
	files, stat, err := p.Client.CopyFromContainer(ctx, id, dir)
	if err != nil {
		return nil, stat, err
	}
	stat.Name = "."
	below := archive.RebaseArchiveEntries(files, path.Base(dir), ".")
	return closing{below, files}, stat, nil
}

// closing is what is made of a stream, which is closed with it.
type closing struct {
	io.ReadCloser
	of io.Closer
}

func (c closing) Close() error { return errors.Join(c.ReadCloser.Close(), c.of.Close()) }

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
