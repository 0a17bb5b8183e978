// Package do carries a plan's actions out at an engine, as calls of its API.
package do

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/dockerconfig"
	"github.com/compose-orchestrator/compose/engine/feed"
	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Doer carries a plan's actions out at an engine: all of them but BuildImage.
// Every action can be repeated: what is there already, or gone already, counts
// as done. A Doer is for one plan, since it remembers the images it met, and is
// safe for concurrent use.
type Doer struct {
	c  api.Client
	p  *project.Project // nil: the project's file is not known
	o  Options
	im images
	// prepared are the containers of this run that have their files.
	prepared ids
	reported ids      // the warnings that were given
	probers  sync.Map // *prober by container
	// known are places in networks, by network and container, that containers were
	// taken from.
	known sync.Map
	// ranged is held while a container starts that takes its host port out of a
	// range: the engine may hand one port out twice to those that start at once.
	ranged sync.Mutex
	config dockerconfig.File
}

// Options say what a Doer knows of its surroundings. The zero value is a
// local engine and nobody who listens.
type Options struct {
	// Project is the project's name where there is no project.
	Project string
	// Sink takes the progress of pulls and the output of hooks; nil: nobody.
	Sink event.Sink
	// Engine is the engine as it was observed.
	Engine planner.Engine
	// Events is the process's stream of events; nil: waits open their own.
	Events *feed.Feed
	// Checks runs health checks that nobody else runs; nil: the engine runs all.
	Checks api.HealthChecker
	// Labels are further ones of containers that are made; nil: none. It is called for
	// each.
	Labels func() map[string]string
	// ConfigDir is docker's, with credentials and proxies; "": $DOCKER_CONFIG or
	// ~/.docker.
	ConfigDir string
}

// New returns a Doer for a project; p is nil for what works without its
// file: stop, down and the like.
func New(c api.Client, p *project.Project, o Options) *Doer {
	if p != nil {
		o.Project = p.Name
	}
	if o.Sink == nil {
		o.Sink = func(event.Event) {}
	}
	o.Engine.APIVersion = cmp.Or(o.Engine.APIVersion, c.ClientVersion())
	return &Doer{c: c, p: p, o: o, config: dockerconfig.File{Dir: o.ConfigDir}}
}

// Do carries one step out. Its error has a Hint where the user can do something
// about it, and is a plan.Overtaken where somebody else changed the project meanwhile.
func (d *Doer) Do(ctx context.Context, s plan.Step, done *plan.Results) (plan.Result, error) {
	out, err := d.dispatch(ctx, s.Action, done)
	if err != nil {
		explained := d.explain(ctx, s.Action, err)
		if overtaken(err) {
			explained = &plan.Overtaken{Err: explained}
		}
		return out, explained
	}
	return out, nil
}

func (d *Doer) dispatch(ctx context.Context, action plan.Action, done *plan.Results) (plan.Result, error) {
	switch a := action.(type) {
	case planner.PullImage:
		digest, err := d.pull(ctx, a)
		return plan.Result{Digest: digest}, err
	case planner.PushImage:
		return plan.Result{}, d.push(ctx, a.Ref)
	case planner.RemoveImage:
		return d.removeImage(ctx, a)
	case planner.PruneImage:
		return d.pruneImage(ctx, a)
	case planner.CreateNetwork:
		return d.createNetwork(ctx, a)
	case planner.CheckNetwork:
		return plan.Result{}, d.checkNetwork(ctx, a)
	case planner.RemoveNetwork:
		return d.removeNetwork(ctx, a)
	case planner.CreateVolume:
		return d.createVolume(ctx, a)
	case planner.RemoveVolume:
		return d.removeVolume(ctx, a)
	case planner.RecordStops:
		return plan.Result{}, d.recordStops(ctx, a)
	case planner.ForgetStops:
		return d.removeVolume(ctx, planner.RemoveVolume(a))
	case planner.CreateContainer:
		return d.createContainer(ctx, a, done)
	case planner.WaitContainer:
		return d.waitContainer(ctx, a, boundID(a.Ref, a.ID, done))
	case planner.RunHook:
		if a.Phase == planner.PreStart {
			return d.runPreStart(ctx, a, boundID(a.Ref, a.ID, done), done)
		}
		return d.runHook(ctx, a, boundID(a.Ref, a.ID, done))
	}
	return d.change(ctx, action, done)
}

// change carries out what changes a container that exists.
func (d *Doer) change(ctx context.Context, action plan.Action, done *plan.Results) (plan.Result, error) {
	switch a := action.(type) {
	case planner.StartContainer:
		id := boundID(a.Ref, a.ID, done)
		return plan.Result{ID: id}, d.startContainer(ctx, a.Ref, id)
	case planner.ConnectContainer:
		return plan.Result{}, d.connectContainer(ctx, a)
	case planner.RepairContainer:
		return plan.Result{}, d.repairContainer(ctx, a)
	case planner.RenameContainer:
		return plan.Result{}, d.renameContainer(ctx, boundID(a.Ref, a.ID, done), a.Ref.Name)
	case planner.PauseContainer:
		return plan.Result{}, d.pauseContainer(ctx, a.ID)
	case planner.UnpauseContainer:
		return plan.Result{}, d.unpauseContainer(ctx, a.ID)
	case planner.StopContainer:
		return plan.Result{}, d.stopContainer(ctx, a)
	case planner.RestartContainer:
		return plan.Result{}, d.restartContainer(ctx, a)
	case planner.KillContainer:
		return plan.Result{}, process.Signal(ctx, d.c, a.ID, a.Signal)
	case planner.RemoveContainer:
		return plan.Result{}, d.removeContainer(ctx, a)
	}
	return plan.Result{}, fmt.Errorf("the engine does not know how to %s", action.Verb())
}

// boundID is the container that an action is about: the one which this run
// created under the same ref, else the one that was there when it was planned.
// A ref with an old name is about that one alone.
func boundID(ref event.Ref, planned string, done *plan.Results) string {
	if ref.Old == "" {
		if id, ok := done.Created(ref.Service, ref.Number); ok {
			return id
		}
	}
	return planned
}
