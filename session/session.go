// Package session is the one driver of a project at an engine: it observes,
// asks the planner, lets the user confirm, applies, and follows what runs. Every
// command goes through it.
//
// The error of an operation, that is of a method which plans and applies (Up, Down,
// Stop, ...), is one of these: the engine's, where the project cannot be observed; the
// planner's, where a service does not exist or what is asked for contradicts itself;
// reconciler.Apply's, which joins those of all steps that failed; or the context's cause.
package session

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/feed"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/projectlock"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/reconciler"
)

// Config is what a session works with. New copies it.
type Config struct {
	// Reader reads the engine; nil: there is none, and the project is observed as one of
	// which nothing is there. Client writes too; nil in a dry run.
	Reader api.Reader
	Client api.Client
	Engine planner.Engine
	// Checks runs health checks that nobody else runs; nil: the engine runs all.
	Checks api.HealthChecker
	// DryRun has plans go to ShowPlan instead of being applied.
	DryRun   bool
	ShowPlan func(*plan.Plan) error
	// Project is the loaded file; nil where only Name is known.
	Project *project.Project
	Name    string
	Sink    event.Sink
	// Parallel bounds the engine's calls under way; ≤ 0: no bound.
	Parallel int
	// Confirm asks the user; nil: the answer is no.
	Confirm func(context.Context, plan.Ask) (bool, error)
	// Force ends when the user asks a second time to stop: then what was to end
	// in peace is killed, and an interrupted command waits for nothing any more.
	// nil: never.
	Force context.Context
	// Lock keeps other commands of this machine's user from changing the project at the
	// same time; nil: nothing does.
	Lock *projectlock.Lock
	// Recorder keeps what the command changes as a deployment; nil: nothing does.
	Recorder *Recorder
	// NoPreflight leaves out to look for what the engine would refuse of a plan.
	NoPreflight bool
	// ConfigDir is docker's folder, for the registries' credentials.
	ConfigDir string
	// LookupEnv reads this process's environment, for builds; nil: os.LookupEnv.
	LookupEnv func(name string) (string, bool)
}

// ImageOptions say how images are pulled and built.
type ImageOptions struct {
	// QuietPull leaves the progress of pulls out.
	QuietPull bool
	// Build are the options of builds; Sink, LookupEnv and ConfigDir are the session's.
	Build build.Options
}

// Session drives one project. It is never changed: For and WithImages make others,
// which share the engine's event stream and the turn with it.
type Session struct {
	Config
	images ImageOptions
	shared *shared
	record *record // what plans go into; nil: that of the whole command
}

// shared is what all sessions of a project have together.
type shared struct {
	turn turn

	mu       sync.Mutex // guards below
	events   *feed.Feed // the process's event stream, once something listens
	engineID string     // once something asked for it
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
	return &Session{Config: c, shared: new(shared)}
}

// For is this session with another form of the same project: other services of it are
// selected, or its files were read again.
func (s *Session) For(p *project.Project) *Session {
	other := *s
	other.Project = p
	return &other
}

// WithImages is this session with other options for images.
func (s *Session) WithImages(o ImageOptions) *Session {
	other := *s
	other.images = o
	return &other
}

// unlocked is this session for what changes images alone: other commands need not wait.
func (s *Session) unlocked() *Session {
	other := *s
	other.Lock = nil
	return &other
}

// WithSink is this session with another sink.
func (s *Session) WithSink(sink event.Sink) *Session {
	other := *s
	other.Sink = sink
	return &other
}

// Close ends the event stream, if there is one, for all sessions that share it.
func (s *Session) Close() {
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	if s.shared.events != nil {
		s.shared.events.Close()
		s.shared.events = nil
	}
}

// observe reads the project's state, less what skip names.
func (s *Session) observe(ctx context.Context, skip observe.Parts) (planner.State, error) {
	if s.Reader == nil {
		return planner.Nothing(s.Project), nil
	}
	state, err := observe.Project(ctx, s.Reader, observe.Options{
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

// Containers are the project's that the engine lists, and how they fare. They are not
// compared with the file. The error says that the engine does not answer.
func (s *Session) Containers(ctx context.Context) ([]planner.Container, error) {
	state, err := s.observe(ctx, onlyRunning)
	return state.Containers, err
}

// What plans do not look at: those that create nothing need no images and no
// comparison, those that only start and stop need containers alone.
const (
	everything    observe.Parts = 0
	withoutImages               = observe.Images | observe.Drift
	onlyRunning                 = withoutImages | observe.Networks | observe.Volumes
	onlyImages                  = observe.Drift | observe.Networks | observe.Volumes
)

// planOf makes a plan of what was observed. p is the session's project, nil where that
// is not known.
type planOf func(p *project.Project, state planner.State) (*plan.Plan, error)

// run observes, plans and applies, when its turn has come.
func (s *Session) run(ctx context.Context, skip observe.Parts, of planOf) error {
	ctx, done, err := s.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	return s.carryOut(ctx, skip, of)
}

// stop is run for what ends containers: it waits for no other plan.
func (s *Session) stop(ctx context.Context, skip observe.Parts, of planOf) error {
	ctx, done, err := s.InterruptTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	return s.carryOut(ctx, skip, of)
}

// carryOut observes, plans and applies. The caller has the turn.
func (s *Session) carryOut(ctx context.Context, skip observe.Parts, of planOf) error {
	return s.Replan(ctx, func() error {
		p, err := s.plan(ctx, skip, of)
		if err != nil {
			return err
		}
		return p.Apply(ctx, nil)
	})
}

// Planned is a plan, and the session that carries it out: that of the project with what
// its Dockerfiles say.
type Planned struct {
	*plan.Plan
	// State is what was observed, and Options are those of an up, with what the user agreed to.
	State   planner.State
	Options planner.UpOptions

	s       *Session
	partial bool // not all that State can have was observed
}

// plan observes and plans.
func (s *Session) plan(ctx context.Context, skip observe.Parts, of planOf) (*Planned, error) {
	state, err := s.observe(ctx, skip)
	if err != nil {
		return nil, err
	}
	p, err := s.planBuilds(state, of)
	if err == nil {
		p.partial = skip != everything
	}
	return p, err
}

// Apply tells what the plan has to say, and carries it out; a dry run shows the plan.
// around puts a doer of the caller's around the session's; nil: it does not. The caller
// has the turn. The error is reconciler.Apply's, or says what would fail: see
// plan.Plan.Refusals.
func (p *Planned) Apply(ctx context.Context, around func(plan.Doer) plan.Doer) error {
	p.look(ctx)
	if p.s.DryRun {
		return p.s.ShowPlan(p.Plan)
	}
	if err := p.heed(); err != nil {
		return err
	}
	d := p.s.doer()
	defer d.close()
	var by plan.Doer = d
	recording := p.s.recordBy(p.Plan, d)
	if recording != nil {
		by = recording
	}
	if around != nil {
		by = around(by)
	}
	err := p.s.applyBy(ctx, p.Plan, by)
	recording.end(ctx, err)
	return err
}

// applyBy is Apply with a doer of the caller's alone.
func (s *Session) applyBy(ctx context.Context, p *plan.Plan, d plan.Doer) error {
	s.warnRemoteMounts(p)
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

// WarnUnapplied warns of attributes of the file that nothing applies.
func (s *Session) WarnUnapplied() {
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
		warn(fmt.Sprintf("service %q: ", name), append(spec.Unapplied(s.Project, name), build.Unapplied(s.Project, name)...))
	}
	warn("", spec.UnappliedResources(s.Project))
}

// Subscribe brings the engine's events of the project's containers from now on. Close
// the subscription after use. The error says that they cannot be followed.
func (s *Session) Subscribe(ctx context.Context) (*feed.Subscription, error) {
	sub, err := s.events().Subscribe(ctx)
	if err != nil {
		return nil, fmt.Errorf("following the engine's events: %w", err)
	}
	return sub, nil
}

// events returns the process's event stream, opened at the first call.
func (s *Session) events() *feed.Feed {
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	if s.shared.events == nil {
		s.shared.events = feed.New(s.Reader, s.Name)
	}
	return s.shared.events
}
