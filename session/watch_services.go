package session

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/watch"
)

var _ watch.Services = (*watching)(nil)

// Containers are a service's replicas, running or not.
func (w *watching) Containers(ctx context.Context, service string) ([]watch.Container, error) {
	listed, err := w.containers(ctx, service)
	if err != nil {
		return nil, err
	}
	var containers []watch.Container
	for _, c := range listed {
		containers = append(containers, watch.Container{ID: c.ID, Name: c.Name})
	}
	return containers, nil
}

// Patch applies a patch to one container.
func (w *watching) Patch(ctx context.Context, service string, c watch.Container, p watch.Patch) error {
	change := engine.SyncChange{Deletes: p.Deletes, Writes: make([]engine.SyncWrite, len(p.Writes))}
	for i, write := range p.Writes {
		change.Writes[i] = engine.SyncWrite{
			Source: write.Source, Target: write.Target,
			Mode: write.Mode, ModTime: write.ModTime, Link: write.Link,
		}
	}
	_, rules := w.project()
	for _, r := range rules {
		if r.Service == service && r.Target != "" {
			change.Roots = append(change.Roots, r.Target)
		}
	}
	return w.sync.Apply(ctx, c.ID, change)
}

// Restart restarts all replicas of a service.
func (w *watching) Restart(ctx context.Context, service string) error {
	p, _ := w.project()
	if err := w.session(p).Restart(ctx, planner.LifecycleOptions{Services: []string{service}, NoDeps: true}); err != nil {
		return err
	}
	w.s.Sink(event.Message{Level: event.Info, Text: fmt.Sprintf("service(s) [%q] restarted", service)})
	return nil
}

// Exec runs a command in all replicas of a service that run.
func (w *watching) Exec(ctx context.Context, service string, hook watch.Hook) error {
	listed, err := w.containers(ctx, service)
	if err != nil {
		return err
	}
	failed := make([]error, len(listed))
	var running sync.WaitGroup
	for i, c := range listed {
		if c.State != string(planner.Running) {
			continue
		}
		running.Go(func() {
			code, err := engine.RunCommand(ctx, w.s.Client, c.ID, c.Ref(), hook, w.s.Sink)
			switch {
			case err != nil:
				failed[i] = fmt.Errorf("running %s in %s: %w", quoted(hook.Command), c.Name, err)
			case code != 0:
				failed[i] = fmt.Errorf("%s in %s exited with status %d", quoted(hook.Command), c.Name, code)
			}
		})
	}
	running.Wait()
	return errors.Join(failed...)
}

// Rebuild builds the services' images, and recreates their containers once they
// are there. What was synced into the old ones is in the new ones before they
// start.
func (w *watching) Rebuild(ctx context.Context, services []string) error {
	w.planning.Lock()
	defer w.planning.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	whole, rules := w.project()
	p, err := whole.Select(project.Selection{Services: services, NoDeps: true})
	if err != nil {
		return err
	}
	w.s.Sink(event.Message{Level: event.Info, Text: fmt.Sprintf("Rebuilding service(s) %q after changes were detected...", services)})
	o := planner.UpOptions{
		Build: planner.BuildAlways, Pull: "missing",
		IgnoreOrphans: true, PruneImages: w.o.Prune,
	}
	if err := w.bring(ctx, w.session(p), rules, o); err != nil {
		return err
	}
	w.s.Sink(event.Message{Level: event.Info, Text: fmt.Sprintf("service(s) %q successfully built", services)})
	return nil
}

// session is this one's with another project.
func (w *watching) session(p *project.Project) *Session {
	s := *w.s
	s.Project = p
	return &s
}

// bring makes the engine's state that of a session's project. New containers
// have what is synced to them before they start.
func (w *watching) bring(ctx context.Context, s *Session, rules []watch.Rule, o planner.UpOptions) error {
	o.NoStart = true
	if err := s.upQuietly(ctx, o); err != nil {
		return err
	}
	if err := watch.InitialSync(ctx, rules, w, w.options()); err != nil {
		return err
	}
	o.NoStart, o.Build, o.Recreate, o.RecreateDeps = false, planner.BuildMissing, planner.RecreateDiverged, planner.RecreateDiverged
	return s.upQuietly(ctx, o)
}

// upQuietly is Up that says nothing of what stays as it is.
func (s *Session) upQuietly(ctx context.Context, o planner.UpOptions) error {
	plan, err := s.planUp(ctx, UpOptions{UpOptions: o})
	if err != nil || !plan.Needs() {
		return err
	}
	plan.Kept, plan.Skipped = nil, nil
	return s.apply(ctx, plan)
}
