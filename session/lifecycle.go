package session

import (
	"context"
	"fmt"
	"strings"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/planner"
)

// Down takes the project, or some services of it, down.
func (s *Session) Down(ctx context.Context, o planner.DownOptions) error {
	skip := withoutImages
	if o.Images != "" {
		skip = engine.Drift
	}
	return s.run(ctx, skip, func(state planner.State) (*planner.Plan, error) {
		return planner.Down(s.Project, state, s.Name, o)
	})
}

// Stop stops containers.
func (s *Session) Stop(ctx context.Context, o planner.LifecycleOptions) error {
	return s.run(ctx, onlyRunning, func(state planner.State) (*planner.Plan, error) {
		return planner.Stop(s.Project, state, o)
	})
}

// Kill sends a signal to the running containers.
func (s *Session) Kill(ctx context.Context, o planner.KillOptions) error {
	plan, err := s.plan(ctx, onlyRunning, func(state planner.State) (*planner.Plan, error) {
		return planner.Kill(s.Project, state, o)
	})
	if err != nil {
		return err
	}
	if err := s.apply(ctx, plan); err != nil || plan.Needs() || s.Client == nil {
		return err
	}
	s.Sink(event.Message{Level: event.Info, Text: "no container to kill"})
	return nil
}

// Start starts containers that exist.
func (s *Session) Start(ctx context.Context, o planner.LifecycleOptions) error {
	if s.Project != nil {
		var err error
		if s.Project, err = s.Project.SwitchOn(o.Services); err != nil {
			return err
		}
	}
	return s.run(ctx, onlyRunning, func(state planner.State) (*planner.Plan, error) {
		if s.Project == nil && len(state.Containers) == 0 {
			return nil, hint.New(fmt.Sprintf("no container found for project %q", s.Name),
				"compose ls -a lists the projects; compose up creates the containers of one, from its file")
		}
		return planner.Start(s.Project, state, o)
	})
}

// Restart restarts containers.
func (s *Session) Restart(ctx context.Context, o planner.LifecycleOptions) error {
	return s.run(ctx, onlyRunning, func(state planner.State) (*planner.Plan, error) {
		return planner.Restart(s.Project, state, o)
	})
}

// Scale brings services to numbers of replicas.
func (s *Session) Scale(ctx context.Context, replicas map[string]int, o planner.UpOptions) error {
	return s.run(ctx, everything, func(state planner.State) (*planner.Plan, error) {
		return planner.Scale(s.Project, state, replicas, o)
	})
}

// Pull brings the services' images, and says which of those that could not be
// had are built.
func (s *Session) Pull(ctx context.Context, o planner.PullOptions) error {
	p, err := s.plan(ctx, onlyImages, func(state planner.State) (*planner.Plan, error) {
		return planner.Pull(s.Project, state, o)
	})
	if err != nil {
		return err
	}
	sink, missing := s.Sink, newMissingImages()
	s.Sink = missing.watch(sink)
	err = s.apply(ctx, p)
	s.Sink = sink
	if build := missing.builtBy(s.Project); len(build) > 0 {
		sink(event.Message{
			Level: event.Warn,
			Text:  "Some service image(s) must be built from source by running:\n    docker compose build " + strings.Join(build, " "),
		})
	}
	return err
}

// Push sends the images that the services build to their registries.
func (s *Session) Push(ctx context.Context, o planner.PushOptions) error {
	return s.apply(ctx, planner.Push(s.Project, o))
}

// BuildImages builds the services' images.
func (s *Session) BuildImages(ctx context.Context, o planner.BuildOptions) error {
	return s.run(ctx, onlyImages, func(state planner.State) (*planner.Plan, error) {
		return planner.Build(s.Project, state, o)
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
	if s.Client == nil {
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
