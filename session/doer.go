package session

import (
	"context"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine/do"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/provider"
)

// doer sends a plan's steps to those who know how: builds to the builder,
// everything else to the engine.
type doer struct {
	engine   *do.Doer
	build    *build.Builder
	provider *provider.Runner
	project  *project.Project // nil: the file is not known
	sink     event.Sink
}

func (s *Session) doer() *doer {
	return &doer{
		engine: do.New(s.Client, s.Project, do.Options{
			Project:   s.Name,
			Engine:    s.Engine,
			Events:    s.events(),
			Checks:    s.Checks,
			Sink:      s.pullSink(),
			ConfigDir: s.ConfigDir,
			Labels:    s.Recorder.labels,
		}),
		build:    build.New(s.Client, s.Project, s.buildOptions()),
		provider: s.providers(),
		project:  s.Project,
		sink:     s.Sink,
	}
}

func (s *Session) buildOptions() build.Options {
	o := s.images.Build
	o.Sink, o.LookupEnv, o.ConfigDir, o.Identity = s.Sink, s.LookupEnv, s.ConfigDir, observe.ImageIdentity
	return o
}

// pullSink takes what the engine's side tells, less the pulls' progress where
// that is not wanted.
func (s *Session) pullSink() event.Sink {
	if !s.images.QuietPull {
		return s.Sink
	}
	return func(e event.Event) {
		if _, progress := e.(event.Part); !progress {
			s.Sink(e)
		}
	}
}

func (d *doer) close() { _ = d.build.Close() }

// Do carries one step out.
func (d *doer) Do(ctx context.Context, s plan.Step, done *plan.Results) (plan.Result, error) {
	switch a := s.Action.(type) {
	case planner.BuildImage:
		return d.image(ctx, s, a, done)
	case planner.PushImage:
		if d.build.Pushes() { // the build has
			return plan.Result{}, nil
		}
	case planner.RunProvider:
		return d.provide(ctx, a)
	case planner.BringModel:
		return d.model(ctx, a)
	}
	return d.engine.Do(ctx, s, done)
}

// image builds, or pulls where the registry has what nobody built yet.
func (d *doer) image(ctx context.Context, s plan.Step, a planner.BuildImage, done *plan.Results) (plan.Result, error) {
	if a.PullFirst {
		pull := plan.Step{ID: s.ID, Action: planner.PullImage{Ref: a.Ref, Have: a.Have, Digest: a.Digest}}
		res, err := d.engine.Do(ctx, pull, done)
		if err == nil || ctx.Err() != nil {
			res.Text = "Pulled"
			return res, err
		}
	}
	res, err := d.build.Build(ctx, a.Ref.Service)
	return plan.Result{ID: res.ImageID, Digest: res.Digest}, err
}
