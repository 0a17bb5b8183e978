package do

import (
	"context"
	"fmt"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// runPreStart runs a pre_start hook to its end in a container of its own, which
// goes afterwards, and hands its output on line by line. id is the container
// that is to start.
func (d *Doer) runPreStart(ctx context.Context, a planner.RunHook, id string, done *plan.Results) (plan.Result, error) {
	if d.p == nil {
		return plan.Result{}, fmt.Errorf("hooks need the project's file")
	}
	b, err := d.binding(ctx, planner.CreateContainer{Ref: a.Ref}, done)
	if err != nil {
		return plan.Result{}, err
	}
	if hooks := d.p.Services[a.Ref.Service].PreStart; a.Index < len(hooks) {
		if b.Seccomp, err = seccompProfiles(d.p.WorkingDir, hooks[a.Index].SecurityOpt); err != nil {
			return plan.Result{}, err
		}
	}
	req, err := spec.PreStart(d.p, a.Ref.Service, a.Ref.Number, a.Index, id, b)
	if err != nil {
		return plan.Result{}, err
	}
	if err := d.remove(ctx, req.Name, container.RemoveOptions{Force: true}); err != nil { // an interrupted run's
		return plan.Result{}, fmt.Errorf("removing the leftover %s: %w", req.Name, err)
	}
	made, err := d.c.ContainerCreate(ctx, req.Config, req.Host, req.Networking, req.Platform, req.Name)
	if err != nil {
		return plan.Result{}, err
	}
	defer func() {
		d.discard(ctx, made.ID)
		_ = d.removeFiles(context.WithoutCancel(ctx), req.FilesVolume) // what happened before is what counts
	}()
	if err := d.complete(ctx, made.ID, req); err != nil {
		return plan.Result{}, err
	}
	code, err := d.runToEnd(ctx, made.ID, a)
	if err != nil {
		return plan.Result{}, err
	}
	return hookResult(a, code)
}

// runToEnd starts a container that was made for a hook, hands its output on,
// and returns its exit code.
func (d *Doer) runToEnd(ctx context.Context, id string, a planner.RunHook) (code int, err error) {
	conn, err := d.c.ContainerAttach(ctx, id, container.AttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		return 0, err
	}
	// The engine removes it at its end: ask before there can be one.
	ended, failed := d.c.ContainerWait(ctx, id, container.WaitConditionNextExit)
	if err := d.c.ContainerStart(ctx, id, container.StartOptions{}); err != nil {
		conn.Close()
		return 0, err
	}
	if err := d.stream(ctx, conn, a.Ref); err != nil {
		return 0, err
	}
	select {
	case end := <-ended:
		if end.Error != nil {
			return 0, fmt.Errorf("waiting for the hook's end: %s", end.Error.Message)
		}
		return int(end.StatusCode), nil
	case err := <-failed:
		return 0, fmt.Errorf("waiting for the hook's end: %w", err)
	}
}
