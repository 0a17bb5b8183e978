package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/watch"
)

// ApplyConfig says what follows a change of the project's own files.
type ApplyConfig string

// The values of --apply-config.
const (
	ApplyAsk  ApplyConfig = "ask" // the plan is shown, and applied where the user agrees
	ApplyAuto ApplyConfig = "auto"
	ApplyOff  ApplyConfig = "off" // nothing but a message
)

// WatchOptions say how a project is watched.
type WatchOptions struct {
	// Services to watch; empty: the project's targets, or all.
	Services []string
	// Prune removes the images that rebuilds leave without a name.
	Prune bool
	// Apply is what follows a change of the project's files; "": ApplyAsk.
	Apply ApplyConfig
	// Reload reads the project again.
	Reload func(ctx context.Context) (*project.Project, error)
	// Program is this program's path, for containers that have no rm.
	Program string
}

// Watch has the project's services follow the changes of their files until ctx
// ends, which is the error it returns. up is nil where everything runs already;
// else it is what comes first.
func (s *Session) Watch(ctx context.Context, up *UpOptions, o WatchOptions) error {
	w, err := s.watching(o)
	if err != nil {
		return err
	}
	defer w.close(ctx)
	if err := w.look(ctx); err != nil {
		return err
	}
	if up != nil {
		s.warnUnapplied()
		if err := w.up(ctx, *up); err != nil {
			return err
		}
	}
	return w.run(ctx)
}

// watching is a session that watches. It implements watch.Services.
type watching struct {
	s     *Session
	o     WatchOptions
	sync  *engine.Syncer
	known watch.Known
	// renewed brings services whose containers came or went.
	renewed chan string

	// planning is held while the project as a whole is planned and applied, builds
	// included; changing while a plan changes containers: then those who work with
	// them wait, each for reading.
	planning sync.Mutex
	changing sync.RWMutex

	mu    sync.Mutex // guards below
	p     *project.Project
	rules []watch.Rule
}

// watching prepares to watch, and tells what was derived.
func (s *Session) watching(o WatchOptions) (*watching, error) {
	rules, notes, err := rulesOf(s.Project, o.Services)
	if err != nil {
		return nil, err
	}
	if len(rules) == 0 {
		return nil, &planner.Problem{
			Text: "none of the selected services is configured for watch, consider setting a 'develop' section",
			Tip:  "or bind-mount the source of one, as in volumes: [.:/app]: it is restarted when that changes",
		}
	}
	for _, note := range notes {
		s.Sink(event.Message{Level: event.Info, Text: note})
	}
	w := &watching{
		s: s, o: o, p: s.Project, rules: rules,
		renewed: make(chan string),
	}
	if s.Client != nil {
		w.sync = engine.NewSyncer(s.Client, engine.SyncOptions{
			Engine: s.Engine.Name, Arch: s.Engine.Arch, Program: o.Program,
		})
	}
	return w, nil
}

// look looks at the folders for the first time: what changes from now on is
// synced, however long it takes until the containers are there.
func (w *watching) look(ctx context.Context) error {
	if w.s.Client == nil {
		return nil
	}
	_, rules := w.project()
	return watch.InitialSync(ctx, rules, unborn{w}, w.options())
}

// unborn are services that have no containers yet.
type unborn struct{ watch.Services }

// Containers are none.
func (unborn) Containers(context.Context, string) ([]watch.Container, error) { return nil, nil }

// rulesOf are those of the services that are watched: their own, and for those
// that have none what their bind mounts imply.
func rulesOf(p *project.Project, services []string) (rules []watch.Rule, notes []string, err error) {
	if len(services) == 0 {
		services = p.Targets
	}
	if rules, err = watch.Rules(p); err != nil {
		return nil, nil, err
	}
	derived, notes, err := watch.Derive(p)
	if err != nil {
		return nil, nil, err
	}
	rules = append(rules, derived...)
	if len(services) == 0 {
		return rules, notes, nil
	}
	return slices.DeleteFunc(rules, func(r watch.Rule) bool { return !slices.Contains(services, r.Service) }), notes, nil
}

// project is the one that was loaded last.
func (w *watching) project() (*project.Project, []watch.Rule) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.p, w.rules
}

// options are those of the loop.
func (w *watching) options() watch.Options {
	p, _ := w.project()
	return watch.Options{Sink: w.s.Sink, Dir: p.WorkingDir, Renewed: w.renewed, Known: &w.known}
}

// up makes the project run.
func (w *watching) up(ctx context.Context, o UpOptions) error {
	o, err := w.prepare(ctx, o)
	if err != nil {
		return err
	}
	plan, err := w.s.planUp(ctx, o)
	if err != nil {
		return err
	}
	return w.s.apply(ctx, plan)
}

// prepare creates the containers and gives them what is synced initially, where
// there is such a rule, and returns the options for the up that starts them.
func (w *watching) prepare(ctx context.Context, o UpOptions) (UpOptions, error) {
	if w.s.Client == nil || !w.initial() {
		return o, nil
	}
	create := o
	create.NoStart, create.Wait = true, false
	plan, err := w.s.planUp(ctx, create)
	if err != nil {
		return o, err
	}
	if err := w.s.apply(ctx, plan); err != nil {
		return o, err
	}
	_, rules := w.project()
	if err := watch.InitialSync(ctx, rules, w, w.options()); err != nil {
		return o, err
	}
	o.Build, o.Recreate, o.RecreateDeps = planner.BuildMissing, planner.RecreateDiverged, planner.RecreateDiverged
	return o, nil
}

func (w *watching) initial() bool {
	_, rules := w.project()
	return slices.ContainsFunc(rules, func(r watch.Rule) bool { return r.InitialSync })
}

// start watches beside what else goes on. stop ends it, and waits.
func (w *watching) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		if err := w.run(ctx); err != nil && ctx.Err() == nil {
			w.warn(err)
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// run watches until ctx ends.
func (w *watching) run(ctx context.Context) error {
	if w.s.Client == nil {
		w.s.would("watch " + strings.Join(w.services(), ", "))
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sub, err := w.s.events().Subscribe(ctx)
	if err != nil {
		return fmt.Errorf("following the engine's events: %w", err)
	}
	defer sub.Close()
	var parts sync.WaitGroup
	defer parts.Wait()
	parts.Go(func() {
		if err := w.follow(ctx, sub); err != nil && ctx.Err() == nil {
			cancel(err)
		}
	})
	changed := make(chan struct{}) // the rules, by a new project
	parts.Go(func() { w.watchConfig(ctx, changed) })
	w.s.Sink(event.Message{Level: event.Info, Text: "Watch enabled"})
	for ctx.Err() == nil {
		if err := w.round(ctx, changed); err != nil {
			cancel(err)
		}
	}
	return context.Cause(ctx)
}

// round watches with one set of rules, until there is another one.
func (w *watching) round(ctx context.Context, changed <-chan struct{}) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_, rules := w.project()
	done := make(chan error, 1)
	go func() { done <- watch.Run(ctx, rules, w, w.options()) }()
	select {
	case <-changed:
		cancel()
		return ignoreCancelled(<-done)
	case err := <-done:
		if err == nil && ctx.Err() == nil { // no rules: only the files of the project
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
		return ignoreCancelled(err)
	}
}

func ignoreCancelled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// services are those with rules.
func (w *watching) services() []string {
	_, rules := w.project()
	var names []string
	for _, r := range rules {
		names = append(names, r.Service)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// follow tells the loop of containers that came, went or started until ctx ends.
func (w *watching) follow(ctx context.Context, sub *engine.Subscription) error {
	names := make(chan string)
	var queue sync.WaitGroup
	queue.Go(func() { collect(ctx, names, w.renewed) })
	defer queue.Wait()
	defer close(names)
	for {
		c, err := sub.Next(ctx)
		if err != nil {
			return err
		}
		if c.Resync {
			for _, name := range w.services() {
				names <- name
			}
			continue
		}
		t := targetOf(c)
		if t.Number == 0 {
			continue
		}
		// What a plan makes is filled before it starts; the loop needs to look at
		// it when the plan has ended.
		w.awaitPlan()
		switch c.Action {
		case "start":
			if err := w.sync.Settle(ctx, c.ID); err != nil && ctx.Err() == nil {
				w.warn(err)
			}
		case "create", "destroy", "rename":
			names <- t.Service
		}
	}
}

// collect passes names on, each once, and never keeps the sender waiting.
func collect(ctx context.Context, from <-chan string, to chan<- string) {
	var waiting []string
	for {
		var next string
		var out chan<- string
		if len(waiting) > 0 {
			next, out = waiting[0], to
		}
		select {
		case name, ok := <-from:
			if !ok {
				return
			}
			if !slices.Contains(waiting, name) {
				waiting = append(waiting, name)
			}
		case out <- next:
			waiting = waiting[1:]
		case <-ctx.Done():
			for range from { // until the sender has ended
			}
			return
		}
	}
}

func (w *watching) warn(err error) {
	m := event.Message{Level: event.Warn, Text: err.Error()}
	var hint interface{ Hint() string }
	if errors.As(err, &hint) {
		m.Hint = hint.Hint()
	}
	w.s.Sink(m)
}

// close removes what was put into containers.
func (w *watching) close(ctx context.Context) {
	if w.sync != nil {
		w.sync.Close(context.WithoutCancel(ctx))
	}
}

// containers lists a service's replicas by number.
func (w *watching) containers(ctx context.Context, service string) ([]engine.Listed, error) {
	listed, err := engine.List(ctx, w.s.Reader, w.s.Name)
	if err != nil {
		return nil, err
	}
	listed = slices.DeleteFunc(listed, func(c engine.Listed) bool { return c.Service != service || c.OneOff })
	slices.SortFunc(listed, func(a, b engine.Listed) int { return cmp.Compare(a.Number, b.Number) })
	return listed, nil
}

// awaitPlan returns when no plan changes containers.
func (w *watching) awaitPlan() {
	w.changing.RLock()
	defer w.changing.RUnlock()
}
