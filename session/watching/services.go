package watching

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/engine/do"
	"github.com/compose-orchestrator/compose/engine/filesync"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
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
	var ids []string
	for _, c := range listed {
		containers = append(containers, watch.Container{ID: c.ID, Name: c.Name})
		ids = append(ids, c.ID)
	}
	if w.sync != nil && len(w.roots(service)) > 0 {
		w.sync.Expect(ids)
	}
	return containers, nil
}

// patchTime is how long a patch may go on when watching ends: cut, it would leave a
// file empty or half written.
const patchTime = 2 * time.Second

// Patch applies a patch to one container.
func (w *watching) Patch(ctx context.Context, service string, c watch.Container, p watch.Patch) (left []string, err error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	ctx, cancel := endingLater(ctx, patchTime)
	defer cancel()
	change := filesync.Change{
		Deletes: p.Deletes, Below: p.Below, Links: p.Links,
		Writes: syncWrites(p.Writes), Roots: w.roots(service),
	}
	return w.sync.Apply(ctx, c.ID, change)
}

// endingLater is ctx with a later end: so long after ctx's own.
func endingLater(ctx context.Context, after time.Duration) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(after):
			cancel()
		case <-later.Done():
		}
	})
	return later, func() {
		stop()
		cancel()
	}
}

func syncWrites(writes []watch.Write) []filesync.Write {
	list := make([]filesync.Write, len(writes))
	for i, write := range writes {
		list[i] = filesync.Write{
			Source: write.Source, Root: write.Root, Target: write.Target,
			Mode: write.Mode, ModTime: write.ModTime, Link: write.Link,
		}
	}
	return list
}

// Holds tells which files a container has already.
func (w *watching) Holds(ctx context.Context, c watch.Container, writes []watch.Write) ([]bool, error) {
	return w.sync.Holds(ctx, c.ID, syncWrites(writes))
}

// roots are the folders of a service that its files are synced to; none where it
// is only rebuilt or restarted.
func (w *watching) roots(service string) []string {
	_, rules := w.project()
	var roots []string
	for _, r := range rules {
		if r.Service == service && r.Target != "" {
			roots = append(roots, r.Target)
		}
	}
	return roots
}

// Restart restarts all replicas of a service, and those that say restart: true of it.
func (w *watching) Restart(ctx context.Context, service string) error {
	p, _ := w.project()
	if err := w.s.For(p).RestartRunning(ctx, service, nil); err != nil {
		return err
	}
	w.s.Sink(event.Message{Level: event.Info, Text: fmt.Sprintf("service(s) [%q] restarted", service)})
	return nil
}

// Exec runs a command in all replicas of a service that run.
func (w *watching) Exec(ctx context.Context, service string, hook watch.Hook) error {
	lock := w.s.ContainersLock()
	lock.RLock()
	defer lock.RUnlock()
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
			code, err := do.RunCommand(ctx, w.s.Client, c.ID, c.Ref(), hook, w.s.Sink)
			switch {
			case err != nil:
				failed[i] = fmt.Errorf("%s: %w", c.Name, err)
			case code != 0:
				failed[i] = fmt.Errorf("%s: it exited with status %d", c.Name, code)
			}
		})
	}
	running.Wait()
	return errors.Join(failed...)
}

// Rebuild builds the services' images, and recreates their containers once they
// are there, also where an image came out the same: it may be the container's files
// that are to be made anew. What was synced into the old ones is in the new ones
// before they start.
func (w *watching) Rebuild(ctx context.Context, services []string) error {
	return w.rebuild(ctx, services, event.Plain) // event.Synced follows
}

// rebuild is Rebuild, which says at a level that it succeeded.
func (w *watching) rebuild(ctx context.Context, services []string, said event.Level) error {
	ctx, done, err := w.s.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	whole, rules := w.project()
	p, restarted, err := w.s.For(whole).WithRestarted(ctx, sharing(whole, services))
	if err != nil {
		return err
	}
	p.Targets = slices.Sorted(slices.Values(services)) // of the others only what changes
	o := planner.UpOptions{
		Build: planner.BuildAlways, Pull: "missing", Recreate: planner.RecreateForce,
		IgnoreOrphans: true, PruneImages: w.o.Prune, Restarted: restarted,
	}
	if err := w.bring(ctx, briefly(w.s.For(p).Later()), rules, o); err != nil {
		return err
	}
	w.s.Sink(event.Message{Level: said, Text: fmt.Sprintf("service(s) %q successfully built", services)})
	return nil
}

// briefly is a session whose plans leave nothing on the screen where they succeed.
func briefly(s *session.Session) *session.Session {
	return s.WithSink(func(e event.Event) {
		if p, ok := e.(event.Planned); ok {
			p.Title, p.Brief = "Rebuilding", true
			e = p
		}
		s.Sink(e)
	})
}

// sharing are services and those that have no build of their own and name the image
// of one of them: they would run on with the old one.
func sharing(p *project.Project, services []string) []string {
	all := slices.Clone(services)
	for _, name := range p.ServiceNames() {
		same := func(built string) bool { return p.ImageName(built) == p.ImageName(name) }
		if p.Services[name].Build == nil && !slices.Contains(all, name) && slices.ContainsFunc(services, same) {
			all = append(all, name)
		}
	}
	return all
}

// bring makes the engine's state that of a session's project. New containers
// have what is synced to them before they start. The caller has the turn.
func (w *watching) bring(ctx context.Context, s *session.Session, rules []watch.Rule, o planner.UpOptions) error {
	g := &gate{lock: s.ContainersLock()}
	defer g.leave()
	o.NoStart = true
	if err := upQuietly(ctx, s, o, g); err != nil {
		return err
	}
	g.enter()
	// What cannot be synced was a warning and is tried again; the old container is gone.
	if err := watch.InitialSync(ctx, rules, w, w.options()); ctx.Err() != nil {
		return err
	}
	o.NoStart, o.Build, o.Recreate, o.RecreateDeps = false, planner.BuildMissing, planner.RecreateDiverged, planner.RecreateDiverged
	return upQuietly(ctx, s, o, g)
}

// upQuietly is Up that says nothing of what stays as it is. It goes through the
// gate when it begins to change containers.
func upQuietly(ctx context.Context, s *session.Session, o planner.UpOptions, g *gate) error {
	p, err := s.PlanUp(ctx, session.UpOptions{UpOptions: o})
	if err != nil || !p.Needs() {
		return err
	}
	p.Kept, p.Skipped = nil, nil
	return p.Apply(ctx, func(d plan.Doer) plan.Doer { return gated{d, g} })
}

// gate is a lock that is taken once, and left in the end.
type gate struct {
	lock sync.Locker
	once sync.Once
	in   bool
}

func (g *gate) enter() { g.once.Do(func() { g.lock.Lock(); g.in = true }) }

// leave is for when nobody enters any more.
func (g *gate) leave() {
	if g.in {
		g.lock.Unlock()
	}
}

// gated is a doer that goes through a gate for all but images.
type gated struct {
	plan.Doer
	g *gate
}

// Do carries one step out.
func (d gated) Do(ctx context.Context, s plan.Step, done *plan.Results) (plan.Result, error) {
	switch s.Action.(type) {
	case planner.BuildImage, planner.PullImage:
	default:
		d.g.enter()
	}
	return d.Doer.Do(ctx, s, done)
}
