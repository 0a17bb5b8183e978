package do

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// ids is a set that several goroutines share. The zero value is empty.
type ids struct{ m sync.Map }

func (s *ids) add(id string) { s.m.Store(id, true) }

// addNew adds an id and tells whether it was not there yet.
func (s *ids) addNew(id string) bool {
	_, had := s.m.LoadOrStore(id, true)
	return !had
}

func (s *ids) has(id string) bool {
	_, ok := s.m.Load(id)
	return ok
}

// startContainer starts a container; one that runs stays as it is. Secrets and
// configs are copied in first where this run did not make the container: an
// earlier one may have died between the two.
func (d *Doer) startContainer(ctx context.Context, ref event.Ref, id string) error {
	if id == "" {
		return errors.New("there is no container to start")
	}
	if d.p != nil && !d.prepared.has(id) && hasCopies(d.p, ref.Service) {
		if err := d.refreshFiles(ctx, ref, id); err != nil {
			return err
		}
	}
	if d.p != nil && project.HasPortRange(d.p.Services[ref.Service]) {
		d.ranged.Lock()
		defer d.ranged.Unlock()
	}
	return d.c.ContainerStart(ctx, id, container.StartOptions{})
}

// refreshFiles copies secrets and configs into a container that is there, unless
// it ran before: then it has them.
func (d *Doer) refreshFiles(ctx context.Context, ref event.Ref, id string) error {
	c, err := d.c.ContainerInspect(ctx, id)
	if err != nil {
		return err
	}
	if s := api.State(c); s != nil && s.Status != container.StateCreated {
		return nil
	}
	b := observe.Binding(d.o.Engine)
	b.ContainerID = func(service string) string { return service } // no file depends on it
	if d.p.Services[ref.Service].UseAPISocket {
		if b.Credentials, err = d.config.Credentials(); err != nil {
			return err
		}
	}
	req, err := spec.Container(d.p, ref.Service, ref.Number, b)
	if err != nil || len(req.Files) == 0 {
		return err
	}
	if req.FilesVolume != "" {
		// Its name is that of the container when it was made.
		if req.FilesVolume = c.Config.Labels[project.LabelFiles]; req.FilesVolume == "" {
			return hint.New(ref.Name+" has no place for its secrets and configs", "make it anew: compose up --force-recreate "+ref.Service)
		}
	}
	return d.copyFiles(ctx, id, req)
}

// stopContainer stops a container; one that is gone or does not run is stopped.
func (d *Doer) stopContainer(ctx context.Context, a planner.StopContainer) error {
	err := d.c.ContainerStop(ctx, a.ID, container.StopOptions{Timeout: seconds(a.Timeout)})
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}

func (d *Doer) restartContainer(ctx context.Context, a planner.RestartContainer) error {
	return d.c.ContainerRestart(ctx, a.ID, container.StopOptions{Timeout: seconds(a.Timeout)})
}

// seconds rounds a timeout up: half a second is not "kill at once".
func seconds(d *time.Duration) *int {
	if d == nil {
		return nil
	}
	n := int((*d + time.Second - 1) / time.Second)
	if *d < 0 {
		n = -1 // the engine waits for as long as it takes
	}
	return &n
}

// pauseContainer freezes a container; one that is paused stays so.
func (d *Doer) pauseContainer(ctx context.Context, id string) error {
	err := d.c.ContainerPause(ctx, id)
	if err != nil && d.stateIs(ctx, id, func(s *container.State) bool { return s.Paused }) {
		return nil
	}
	return err
}

// unpauseContainer lets a container go on; one that runs does.
func (d *Doer) unpauseContainer(ctx context.Context, id string) error {
	err := d.c.ContainerUnpause(ctx, id)
	if err != nil && d.stateIs(ctx, id, func(s *container.State) bool { return s.Running && !s.Paused }) {
		return nil
	}
	return err
}

// stateIs tells whether a container is, after a refusal, as it should be:
// engines word "it is so already" in several ways, with several statuses.
func (d *Doer) stateIs(ctx context.Context, id string, wanted func(*container.State) bool) bool {
	c, err := d.c.ContainerInspect(ctx, id)
	if err != nil {
		return false
	}
	s := api.State(c)
	return s != nil && wanted(s)
}

func (d *Doer) removeContainer(ctx context.Context, a planner.RemoveContainer) error {
	err := d.remove(ctx, a.ID, container.RemoveOptions{Force: a.Force, RemoveVolumes: a.Volumes})
	if err != nil {
		return err
	}
	return d.removeFiles(ctx, a.Files)
}

// remove removes a container. One that is gone is removed; a removal under way
// is waited for, so that its name and its volumes are free afterwards.
func (d *Doer) remove(ctx context.Context, id string, o container.RemoveOptions) error {
	err := d.c.ContainerRemove(ctx, id, o)
	switch {
	case err == nil, errdefs.IsNotFound(err):
		return nil
	case !errdefs.IsConflict(err) || !strings.Contains(err.Error(), "already in progress"):
		return err
	}
	gone, failed := d.c.ContainerWait(ctx, id, container.WaitConditionRemoved)
	select {
	case <-gone:
		return nil
	case err := <-failed:
		if errdefs.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("waiting for the removal: %w", err)
	}
}

// renameContainer gives a container its final name, if it does not have it.
func (d *Doer) renameContainer(ctx context.Context, id, name string) error {
	if id == "" {
		return errors.New("there is no container to rename")
	}
	err := d.c.ContainerRename(ctx, id, name)
	if err == nil {
		return nil
	}
	holder, inspectErr := d.c.ContainerInspect(ctx, name)
	switch {
	case inspectErr != nil:
		return err
	case holder.ID == id:
		return nil
	}
	return d.nameTaken(name, holder, err)
}
