package session

import (
	"context"
	"fmt"
	"strings"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Down takes the project, or some services of it, down, and says where nothing is there to
// take down. Where something is there but stays, the plan's notes say that. The error is an operation's.
func (s *Session) Down(ctx context.Context, o planner.DownOptions) error {
	skip := withoutImages
	if o.Images != "" {
		skip = observe.Drift
	}
	if o.Images != "" && len(o.Services) == 0 && s.Reader != nil {
		kept, err := observe.KeptImagesOf(ctx, s.Reader, s.Name)
		if err != nil {
			return err
		}
		for _, image := range kept {
			o.Kept = append(o.Kept, image.Tag)
		}
	}
	nothing := false
	err := s.stop(ctx, skip, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		made, err := planner.Down(p, state, s.Name, o)
		nothing = err == nil && !made.Needs() && len(made.Notes) == 0
		return made, err
	})
	if err != nil || !nothing || s.DryRun {
		return err
	}
	s.Sink(event.Message{Level: event.Info, Text: fmt.Sprintf("No resource found to remove for project %q.", s.Name)})
	return nil
}

// Stop stops containers. The error is an operation's.
func (s *Session) Stop(ctx context.Context, o planner.LifecycleOptions) error {
	ctx, done, err := s.InterruptTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	return s.StopInTurn(ctx, o)
}

// StopInTurn is Stop for who has the turn. The error is that of the plan.
func (s *Session) StopInTurn(ctx context.Context, o planner.LifecycleOptions) error {
	return s.carryOut(ctx, onlyRunning, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		return planner.Stop(p, state, o)
	})
}

// KillInTurn is Kill for who has the turn; it says nothing where there is none to kill.
// The error is that of the plan.
func (s *Session) KillInTurn(ctx context.Context, o planner.KillOptions) error {
	return s.carryOut(ctx, onlyRunning, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		return planner.Kill(p, state, o)
	})
}

// Kill sends a signal to the running containers. The error is an operation's.
func (s *Session) Kill(ctx context.Context, o planner.KillOptions) error {
	none := false
	err := s.stop(ctx, onlyRunning, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		made, err := planner.Kill(p, state, o)
		none = err == nil && !made.Needs()
		return made, err
	})
	if err != nil || !none || s.DryRun {
		return err
	}
	s.Sink(event.Message{Level: event.Info, Text: "no container to kill"})
	return nil
}

// Start starts containers that exist. The error is an operation's, or says that there are
// none.
func (s *Session) Start(ctx context.Context, o planner.LifecycleOptions) error {
	if s.Project != nil {
		on, err := s.Project.SwitchOn(o.Services)
		if err != nil {
			return err
		}
		s = s.For(on)
	}
	return s.run(ctx, onlyRunning, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		if p == nil && len(state.Containers) == 0 {
			return nil, hint.New(fmt.Sprintf("no container found for project %q", s.Name),
				"compose ls -a lists the projects; compose up creates the containers of one, from its file")
		}
		return planner.Start(p, state, o)
	})
}

// Restart restarts containers. The error is an operation's.
func (s *Session) Restart(ctx context.Context, o planner.LifecycleOptions) error {
	return s.run(ctx, onlyRunning, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		return planner.Restart(p, state, o)
	})
}

// Scale brings services to numbers of replicas. The error is an operation's.
func (s *Session) Scale(ctx context.Context, replicas map[string]int, o planner.UpOptions) error {
	if scaled, err := s.Project.WithScale(replicas); err == nil { // else the planner says it
		s = s.For(scaled)
	}
	return s.run(ctx, everything, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		return planner.Scale(p, state, replicas, o)
	})
}

// Pull brings the services' images, and says which of those that could not be
// had are built. The error is an operation's.
func (s *Session) Pull(ctx context.Context, o planner.PullOptions) error {
	missing := newMissingImages()
	err := s.unlocked().WithSink(missing.watch(s.Sink)).run(ctx, onlyImages, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		return planner.Pull(p, state, o)
	})
	if build := missing.builtBy(s.Project); len(build) > 0 {
		s.Sink(event.Message{
			Level: event.Warn,
			Text:  "Some service image(s) must be built from source by running:\n    docker compose build " + strings.Join(build, " "),
		})
	}
	return err
}

// Push sends the images that the services build to their registries. The error is an
// operation's.
func (s *Session) Push(ctx context.Context, o planner.PushOptions) error {
	ctx, done, err := s.unlocked().TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	return (&Planned{Plan: planner.Push(s.Project, o), s: s, partial: true}).Apply(ctx, nil)
}

// BuildImages builds the services' images. The error is an operation's.
func (s *Session) BuildImages(ctx context.Context, o planner.BuildOptions) error {
	return s.unlocked().run(ctx, onlyImages, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		return planner.Build(p, state, o)
	})
}

// BuildFindings are what the check of a service's Dockerfile brought.
type BuildFindings struct {
	Service string
	build.Findings
}

// CheckBuilds has the builder check the services' Dockerfiles; all with a build
// section where none is named. What was found before an error comes with it.
func (s *Session) CheckBuilds(ctx context.Context, services []string) ([]BuildFindings, error) {
	if s.DryRun {
		return nil, hint.New("a check asks the engine's BuildKit, which a dry run does not", "leave --dry-run out: a check builds nothing")
	}
	if len(services) == 0 {
		services = s.Project.ServiceNames()
	}
	b := build.New(s.Client, s.Project, s.buildOptions())
	defer b.Close()
	var all []BuildFindings
	for _, name := range build.Buildable(s.Project, services) {
		found, err := b.Check(ctx, name)
		if err != nil {
			return all, err
		}
		all = append(all, BuildFindings{Service: name, Findings: found})
	}
	return all, nil
}
