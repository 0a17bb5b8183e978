package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/project/remote"
)

// remote fetches Compose files from elsewhere, where that is allowed. The
// variable counts in the process's environment only: a project's .env must not
// be able to allow it.
func (a *app) remote() project.Remote {
	return remote.New(remote.Options{
		Allowed:  a.global.allowRemote || truthy(a.getenv("COMPOSE_ALLOW_REMOTE")),
		Unpinned: a.global.plan.dryRun,
		Environ:  a.environ,
		Sink:     a.sink,
		Busy:     &a.fetching,
	})
}

// agree lists what the project's remote files ask of this machine, after all
// that was said before, and asks whether that is meant, before anything runs.
func (a *app) agree(ctx context.Context, demands []project.Demand) error {
	for _, d := range demands {
		a.warn("remote file %q: %s", d.Reference, d.What)
	}
	a.agreedTo = demands
	if a.yes || a.global.plan.dryRun {
		return nil
	}
	ask := fmt.Sprintf("Remote files ask for the %d things listed above. Go on?", len(demands))
	if len(demands) == 1 {
		ask = "A remote file asks for what is listed above. Go on?"
	}
	ok, err := a.confirm(ctx, plan.Ask{Text: ask})
	if err != nil {
		return err
	}
	if !ok {
		return a.classes.note(hint.New("operation cancelled by user", "up and create take --yes"), exitRefused)
	}
	return nil
}

// agreeAgain refuses what the project's files, read again while a command runs,
// ask for beyond what was agreed to when it began.
func (a *app) agreeAgain(_ context.Context, demands []project.Demand) error {
	for _, d := range demands {
		if !slices.Contains(a.agreedTo, d) {
			return hint.New(fmt.Sprintf("remote file %q asks for more than was agreed to: %s", d.Reference, d.What),
				"look at it, and call the command again to agree")
		}
	}
	return nil
}
