package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/statedir"
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
	if a.global.plan.dryRun {
		return nil
	}
	if a.yes {
		a.keepAgreement(demands)
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
	a.keepAgreement(demands)
	return nil
}

// agreement is the file of the state folder that says what was agreed to of these
// demands' remote files, and what it says then.
func (a *app) agreement(demands []project.Demand) (dir, file, text string, err error) {
	references, all := sha256.New(), sha256.New()
	last := ""
	for _, d := range demands { // sorted by their references
		if d.Reference != last {
			fmt.Fprintf(references, "%q\n", d.Reference)
		}
		last = d.Reference
		fmt.Fprintf(all, "%q %q\n", d.Reference, d.What)
	}
	dir, err = statedir.Dir(a.getenv)
	return dir, "agreed-" + hex.EncodeToString(references.Sum(nil)[:16]), hex.EncodeToString(all.Sum(nil)), err
}

// keepAgreement keeps that the demands were agreed to, for commands that do not ask.
func (a *app) keepAgreement(demands []project.Demand) {
	dir, file, text, err := a.agreement(demands)
	if err == nil {
		err = statedir.Keep(dir, file, text)
	}
	if err != nil { // they run no hooks then, and say so
		a.sink(event.Message{Level: event.Debug, Text: "what remote files ask for is not kept as agreed to: " + err.Error()})
	}
}

// agreedBefore tells whether just these demands were the last that were agreed to of their
// files, by this user on this machine.
func (a *app) agreedBefore(demands []project.Demand) bool {
	dir, file, want, err := a.agreement(demands)
	if err != nil {
		return false
	}
	text, err := statedir.Kept(dir, file)
	return err == nil && text == want
}

// agreedHooks is the project without its hooks where these may be those of a remote file
// that was not agreed to. Commands that work on what runs do not ask: down has to end
// whatever there is.
func (a *app) agreedHooks(p *project.Project, demands []project.Demand) *project.Project {
	if len(demands) == 0 || !p.HasHooks() || a.agreedBefore(demands) {
		return p
	}
	a.sink(event.Message{
		Level: event.Warn, Text: "hooks are not run: what the remote files ask for was not agreed to on this machine",
		Hint: "up lists it, and asks",
	})
	return p.WithoutHooks()
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
