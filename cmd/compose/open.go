package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// Commands open the session that needs the least: the whole file (open, openUp),
// the file where there is one (openRunning), its names (openListed, openLooking),
// or the project's name alone (openNamed, openByName).

// open loads the project while the engine is dialled, and returns a session.
func (a *app) open(ctx context.Context, o project.Options) (*session.Session, error) {
	dial := make(chan error, 1)
	go func() {
		_, err := a.dial(ctx)
		dial <- err
	}()
	wait := sync.OnceValue(func() error { return <-dial })
	if !o.Offline { // else it works on what was agreed to before
		o.Agree = func(ctx context.Context, demands []project.Demand) error {
			if err := wait(); err != nil { // dialling warns too
				return err
			}
			return a.agree(ctx, demands)
		}
	}
	p, err := project.Load(ctx, o, a.sink)
	if err := cmp.Or(err, wait()); err != nil {
		return nil, err
	}
	return a.session(p, ""), nil
}

// openRunning is open for commands that work on what runs: where there is no
// file but a name, the labels are all that is known.
func (a *app) openRunning(ctx context.Context) (*session.Session, error) {
	o := a.projectOptions(nil)
	o.Offline, o.Existing = true, true
	id, err := project.Identify(ctx, o)
	if err != nil {
		return nil, err
	}
	if len(id.Files) > 0 {
		return a.open(ctx, o)
	}
	return a.openByName(ctx, id.Name)
}

// openByName is a session that knows the project by its labels alone.
func (a *app) openByName(ctx context.Context, name string) (*session.Session, error) {
	if _, err := a.dial(ctx); err != nil {
		return nil, err
	}
	return a.session(nil, name), nil
}

// openUp opens a session for the selected services, at the scale that SERVICE=NUM
// arguments say.
func (a *app) openUp(ctx context.Context, selection project.Selection, scale []string) (*session.Session, error) {
	o := a.projectOptions(selection.Services)
	o.NoDeps = selection.NoDeps
	s, err := a.open(ctx, o)
	if err != nil {
		return nil, err
	}
	wanted, err := replicas(scale)
	if err != nil {
		return nil, err
	}
	if len(wanted) > 0 {
		if s.Project, err = s.Project.WithScale(wanted); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// openLooking is openListed for commands that Docker Compose lets pass without a
// look at the file: an unknown service is a warning.
func (a *app) openLooking(ctx context.Context, services []string) (*session.Session, error) {
	id, err := a.identify(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, name := range services {
		if len(id.Services) > 0 && !slices.Contains(id.Services, name) {
			a.warn("no such service: %s; the services are %s", name, strings.Join(id.Services, ", "))
		}
	}
	return a.session(nil, id.Name), nil
}

// openListed opens a session for commands that only look: it needs no more of
// the file than the project's name and its services, which it checks.
func (a *app) openListed(ctx context.Context, services []string) (*session.Session, error) {
	id, err := a.identify(ctx, services)
	if err != nil {
		return nil, err
	}
	return a.session(nil, id.Name), nil
}

// identify finds out which project the command is about while the engine is
// dialled. Services that the file does not have are refused, if there is a file.
func (a *app) identify(ctx context.Context, services []string) (project.Identity, error) {
	type identified struct {
		id  project.Identity
		err error
	}
	found := make(chan identified, 1)
	go func() {
		id, err := project.Identify(ctx, a.projectOptions(nil))
		found <- identified{id, err}
	}()
	_, dialErr := a.dial(ctx)
	f := <-found
	if err := cmp.Or(f.err, dialErr); err != nil {
		return project.Identity{}, err
	}
	for _, name := range services {
		if len(f.id.Files) > 0 && !slices.Contains(f.id.Services, name) {
			return project.Identity{}, project.NoSuchService(name, f.id.Services)
		}
	}
	return f.id, nil
}

// openNamed is a session for commands that need no file: the project's name,
// from wherever it comes, and the containers' labels.
func (a *app) openNamed(ctx context.Context) (*session.Session, error) {
	id, err := project.Identify(ctx, a.projectOptions(nil))
	if err != nil {
		return nil, err
	}
	return a.openByName(ctx, id.Name)
}

// session makes the session of a project, or of a name alone.
func (a *app) session(p *project.Project, name string) *session.Session {
	c := session.Config{
		Reader:   engine.ReadOnly(a.conn.Client),
		Client:   a.conn.Client,
		Engine:   a.conn.Engine,
		Project:  p,
		Name:     name,
		Sink:     a.sink,
		Parallel: a.parallel(p),
		Confirm:  a.confirm,
		Force:    a.force,
	}
	if a.global.dryRun {
		c.Client = nil
		c.ShowPlan = a.showPlan
	}
	c.ConfigDir = a.getenv("DOCKER_CONFIG")
	c.Build.LookupEnv = a.lookupEnv
	return session.New(c)
}
