package main

import (
	"context"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/project/remote"
)

// remote fetches Compose files from elsewhere, where that is allowed. The
// variable counts in the process's environment only: a project's .env must not
// be able to allow it.
func (a *app) remote() project.Remote {
	return remote.New(remote.Options{
		Allowed:  a.global.allowRemote || truthy(a.getenv("COMPOSE_ALLOW_REMOTE")),
		Unpinned: a.global.dryRun,
		Environ:  a.environ,
		Sink:     a.sink,
	})
}

// agree lists what the project's remote files ask of this machine, and asks
// whether that is meant, before anything runs.
func (a *app) agree(ctx context.Context, p *project.Project) error {
	demands := p.Demands()
	for _, d := range demands {
		a.warn("%s: %s", d.Reference, d.What)
	}
	if len(demands) == 0 || a.yes || a.global.dryRun {
		return nil
	}
	ok, err := a.confirm(ctx, planner.Ask{Text: "Remote files ask for the above. Go on?"})
	if err != nil {
		return err
	}
	if !ok {
		return hint.New("operation cancelled by user", "up and create take --yes")
	}
	return nil
}
