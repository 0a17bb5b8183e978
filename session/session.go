// Package session is the one driver of a project at an engine: it observes,
// asks the planner, lets the user confirm, applies, and follows what runs. Every
// command goes through it.
package session

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/reconciler"
)

// Config is what a session works with.
type Config struct {
	// Reader reads the engine. Client writes too; nil in a dry run, whose plans
	// go to ShowPlan instead of being applied.
	Reader engine.Reader
	Client engine.Client
	Engine planner.Engine
	// Project is the loaded file; nil where only Name is known.
	Project *project.Project
	Name    string
	Sink    event.Sink
	// Parallel bounds the engine's calls under way; ≤ 0: no bound.
	Parallel int
	// Confirm asks the user; nil: the answer is no.
	Confirm func(context.Context, planner.Ask) (bool, error)
	// ShowPlan prints the plan of a dry run.
	ShowPlan func(*planner.Plan) error
	// Force ends when the user asks a second time to stop: then what was to end
	// in peace is killed, and an interrupted command waits for nothing any more.
	// nil: never.
	Force context.Context
	// QuietPull leaves the progress of pulls out.
	QuietPull bool
	// Build are the options of builds; its Sink is set by the session.
	Build build.Options
	// ConfigDir is docker's folder, for the registries' credentials.
	ConfigDir string
}

// Session drives one project. Its methods run one at a time, except that the
// context of each may be cancelled at any moment.
type Session struct {
	Config
	watch *engine.Watch // the process's event stream, once something listens
}

// New returns a session. Close ends what it started.
func New(c Config) *Session {
	if c.Sink == nil {
		c.Sink = func(event.Event) {}
	}
	if c.Force == nil {
		c.Force = context.Background()
	}
	if c.Project != nil {
		c.Name = c.Project.Name
	}
	return &Session{Config: c}
}

// Close ends the event stream, if there is one.
func (s *Session) Close() {
	if s.watch != nil {
		s.watch.Close()
		s.watch = nil
	}
}

// observe reads the project's state, less what skip names.
func (s *Session) observe(ctx context.Context, skip engine.Parts) (planner.State, error) {
	state, err := engine.Observe(ctx, s.Reader, engine.ObserveOptions{
		Project: s.Project,
		Name:    s.Name,
		Engine:  s.Engine,
		Skip:    skip,
	})
	if err != nil {
		return planner.State{}, fmt.Errorf("observing project %q: %w", s.Name, err)
	}
	return state, nil
}

// What plans do not look at: those that create nothing need no images and no
// comparison, those that only start and stop need containers alone.
const (
	everything    engine.Parts = 0
	withoutImages              = engine.Images | engine.Drift
	onlyRunning                = withoutImages | engine.Networks | engine.Volumes
	onlyImages                 = engine.Drift | engine.Networks | engine.Volumes
)

// run observes, plans and applies.
func (s *Session) run(ctx context.Context, skip engine.Parts, plan func(planner.State) (*planner.Plan, error)) error {
	p, err := s.plan(ctx, skip, plan)
	if err != nil {
		return err
	}
	return s.apply(ctx, p)
}

// plan observes and plans.
func (s *Session) plan(ctx context.Context, skip engine.Parts, plan func(planner.State) (*planner.Plan, error)) (*planner.Plan, error) {
	state, err := s.observe(ctx, skip)
	if err != nil {
		return nil, err
	}
	return s.planBuilds(func() (*planner.Plan, error) { return plan(state) })
}

// apply tells what the plan has to say, and carries it out.
func (s *Session) apply(ctx context.Context, p *planner.Plan) error {
	if s.Client == nil {
		return s.ShowPlan(p)
	}
	d := s.doer()
	defer d.close()
	return s.applyBy(ctx, p, d)
}

// applyBy is apply with a doer of the caller's.
func (s *Session) applyBy(ctx context.Context, p *planner.Plan, d reconciler.Doer) error {
	s.warnElsewhere(p)
	for _, n := range p.Notes {
		s.Sink(event.Message{Level: event.Warn, Text: n.Text, Hint: n.Hint})
	}
	for _, skip := range p.Skipped {
		s.status(skip.Ref, event.Done, "Skipped", skip.Why)
	}
	for _, ref := range p.Kept {
		s.status(ref, event.Done, "Running", "")
	}
	for _, ref := range p.Stopped {
		s.status(ref, event.Done, "Stopped", "")
	}
	return reconciler.Apply(ctx, p, d, reconciler.Options{Parallel: s.Parallel, Force: s.Force.Done()}, s.Sink)
}

func (s *Session) status(ref event.Ref, state event.State, text, detail string) {
	s.Sink(event.Status{Time: time.Now(), Ref: ref, State: state, Text: text, Detail: detail})
}

// warnUnapplied tells which attributes of the file nothing applies.
func (s *Session) warnUnapplied() {
	warn := func(of string, attributes []string) {
		verb := "is"
		switch {
		case len(attributes) == 0:
			return
		case len(attributes) > 1:
			verb = "are"
		}
		s.Sink(event.Message{Level: event.Warn, Text: of + strings.Join(attributes, ", ") + " " + verb + " not applied"})
	}
	for _, name := range s.Project.ServiceNames() {
		warn(fmt.Sprintf("service %q: ", name), append(engine.Unapplied(s.Project, name), build.Unapplied(s.Project, name)...))
	}
	warn("", engine.UnappliedResources(s.Project))
}

// events returns the process's event stream, opened at the first call.
func (s *Session) events() *engine.Watch {
	if s.watch == nil {
		s.watch = engine.NewWatch(s.Reader, s.Name)
	}
	return s.watch
}
