package do

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/regular"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// cleanupTime bounds the removal of a container that could not be completed.
const cleanupTime = 10 * time.Second

// createContainer makes a container, joins the networks that the create call
// could not take, and copies files in. What cannot be completed is removed.
func (d *Doer) createContainer(ctx context.Context, a planner.CreateContainer, done *plan.Results) (plan.Result, error) {
	b, err := d.binding(ctx, a, done)
	if err != nil {
		return plan.Result{}, err
	}
	req, err := spec.Container(d.p, a.Ref.Service, a.Ref.Number, b)
	if err != nil {
		return plan.Result{}, err
	}
	if d.o.Labels != nil {
		maps.Copy(req.Config.Labels, d.o.Labels())
	}
	if err := d.makeFilesVolume(ctx, req); err != nil {
		return plan.Result{}, err
	}
	id, err := d.create(ctx, req, takeover{fresh: a.FreshVolumes})
	if err != nil {
		return plan.Result{}, err
	}
	if err := d.complete(ctx, id, req); err != nil {
		d.discard(ctx, id)
		_ = d.removeFiles(context.WithoutCancel(ctx), req.FilesVolume) // the first error is the one to report
		return plan.Result{}, err
	}
	return plan.Result{ID: id}, nil
}

// binding collects what a request depends on beyond the project.
func (d *Doer) binding(ctx context.Context, a planner.CreateContainer, done *plan.Results) (spec.Binding, error) {
	s := d.p.Services[a.Ref.Service]
	b := observe.Binding(d.o.Engine)
	b.ReplacedID, b.ProxyEnv = a.Replaces, d.config.ProxyEnv(d.c.DaemonHost())
	if s.UseAPISocket {
		var err error
		if b.Credentials, err = d.config.Credentials(); err != nil {
			return b, err
		}
	}
	image, err := d.im.get(ctx, d.c, d.p.ImageSource(d.p.ImageName(a.Ref.Service)), spec.ServicePlatform(d.p, s))
	if err != nil {
		return b, err
	}
	b.ImageDigest = image.digest
	if b.ImageVolumeDigests, err = d.imageVolumes(ctx, s); err != nil {
		return b, err
	}
	switch {
	case a.FreshVolumes:
	case a.Replaces != "":
		if b.Inherited, err = d.inherited(ctx, a.Replaces, s, image); err != nil {
			return b, err
		}
	default:
		b.Inherited = inheritable(a.Inherits, s, image)
	}
	if b.Seccomp, err = seccompProfiles(d.p.WorkingDir, s.SecurityOpt); err != nil {
		return b, err
	}
	b.Provided = provided(d.p.Providers(a.Ref.Service), done)
	parents, err := d.parents(ctx, a.Ref.Service, done)
	b.ContainerID = func(service string) string { return parents[service] }
	return b, err
}

// provided collects the variables that this run brought for a service.
func provided(from []event.Ref, done *plan.Results) project.Provided {
	given := project.Provided{}
	for _, ref := range from {
		if variables := done.Variables(ref); variables != nil {
			given[ref.String()] = variables
		}
	}
	return given
}

// parents finds the containers whose namespaces or volumes a service shares:
// of each the one with the lowest number.
func (d *Doer) parents(ctx context.Context, service string, done *plan.Results) (map[string]string, error) {
	names := d.p.Parents(service)
	if len(names) == 0 {
		return nil, nil
	}
	found := map[string]string{}
	lowest := map[string]int{}
	regular := observe.OfProject(d.p.Name)
	regular.Add("label", project.LabelOneOff+"="+project.OneOffFalse)
	list, err := d.c.ContainerList(ctx, container.ListOptions{All: true, Filters: regular})
	if err != nil {
		return nil, fmt.Errorf("listing the project's containers: %w", err)
	}
	for _, c := range list {
		n := project.ReplicaNumber(c.Labels)
		name := c.Labels[project.LabelService]
		if at, ok := lowest[name]; !ok || n < at {
			lowest[name], found[name] = n, c.ID
		}
	}
	for _, name := range names {
		// One of this run goes before the one that it replaces.
		if id, ok := done.Created(name, max(lowest[name], 1)); ok {
			found[name] = id
		}
	}
	return found, nil
}

// maxProfile bounds a seccomp profile, in bytes.
const maxProfile = 4 << 20

// seccompProfiles reads the profiles that security_opt names, by path as given.
func seccompProfiles(dir string, opts []string) (map[string]string, error) {
	profiles := map[string]string{}
	for _, opt := range opts {
		path := spec.SeccompPath(opt)
		if path == "" {
			continue
		}
		file := path
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		text, err := regular.Read(file, maxProfile)
		if err != nil {
			return nil, fmt.Errorf("reading seccomp profile: %w", err)
		}
		profile, err := compactJSON(text)
		if err != nil {
			return nil, fmt.Errorf("reading seccomp profile %s: %w", file, err)
		}
		profiles[path] = profile
	}
	return profiles, nil
}

// takeover says what to do about a leftover that has the name already. The zero
// value takes one that is as it would be made now.
type takeover struct {
	fresh   bool // never: it may have volumes that are not wanted
	cleared bool // it was removed, or is gone: the next conflict is an error
}

// create asks for the container. A leftover of an interrupted run is taken as it
// is where it is what would be made now, and makes room otherwise.
func (d *Doer) create(ctx context.Context, req *spec.Request, t takeover) (string, error) {
	made, err := d.c.ContainerCreate(ctx, req.Config, req.Host, req.Networking, req.Platform, req.Name)
	if err == nil {
		d.warn(made.Warnings)
		return made.ID, nil
	}
	switch {
	case !errdefs.IsConflict(err):
		return "", err
	case t.cleared: // the engine keeps the name for a container that is just being made
		return "", madeMeanwhile(req.Name, err)
	}
	holder, inspectErr := d.c.ContainerInspect(ctx, req.Name)
	switch {
	case errdefs.IsNotFound(inspectErr):
	case inspectErr != nil:
		return "", err
	case !sameReplica(holder.Config.Labels, req.Config.Labels):
		return "", d.nameTaken(req.Name, holder, err)
	case !t.fresh && holder.State.Status == container.StateCreated && sameContent(holder.Config.Labels, req.Config.Labels):
		return holder.ID, nil
	case holder.State.Running && req.Config.Labels[project.LabelReplace] == "":
		return "", madeMeanwhile(req.Name, err)
	default:
		if err := d.remove(ctx, holder.ID, container.RemoveOptions{Force: true}); err != nil {
			return "", fmt.Errorf("removing the leftover %s: %w", req.Name, err)
		}
	}
	return d.create(ctx, req, takeover{cleared: true})
}

// warn passes on what the engine has to say about a create that it obeyed.
func (d *Doer) warn(warnings []string) {
	for _, w := range warnings {
		d.o.Sink(event.Message{Level: event.Warn, Text: w})
	}
}

// sameReplica tells whether a container is this replica of this project.
func sameReplica(have, want map[string]string) bool {
	return sameLabels(have, want, project.LabelProject, project.LabelService, project.LabelNumber)
}

// sameContent tells whether it was made from the same definition and image.
func sameContent(have, want map[string]string) bool {
	return sameLabels(have, want, project.LabelConfigHash, project.LabelImage, project.LabelImageVolumes, project.LabelContentHash, project.LabelReplace)
}

func sameLabels(have, want map[string]string, labels ...string) bool {
	for _, l := range labels {
		if have[l] != want[l] {
			return false
		}
	}
	return true
}

// complete does what has to follow the create.
func (d *Doer) complete(ctx context.Context, id string, req *spec.Request) error {
	for _, c := range req.Connect {
		err := d.c.NetworkConnect(ctx, c.Network, id, c.Endpoint)
		if err != nil && !isAlreadyConnected(err) {
			return fmt.Errorf("connecting to network %s: %w", c.Network, err)
		}
	}
	if err := d.copyFiles(ctx, id, req); err != nil {
		return err
	}
	d.prepared.add(id)
	return nil
}

// discard removes a container that could not be completed, as far as that is
// possible: the next run would find it, and cannot tell what it lacks.
func (d *Doer) discard(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	_ = d.remove(ctx, id, container.RemoveOptions{Force: true}) // the first error is the one to report
}
