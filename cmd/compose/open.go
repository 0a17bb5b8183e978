package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/project/diagnostic"
	"github.com/compose-orchestrator/compose/session"
)

// Commands open the session that needs the least, see needs: all of the file
// (open, openUp), what can be had of it (openRunning), its services' names
// (openListed, openLooking), or the project's name alone (openNamed).

// open loads the project while the engine is dialled, and returns a session.
func (a *app) open(ctx context.Context, o project.Options) (*session.Session, error) {
	p, loading, dialling := a.loadAndDial(ctx, o)
	if err := cmp.Or(loading, dialling); err != nil {
		return nil, err
	}
	return a.session(p, ""), nil
}

// loadAndDial does both at once, and says what went wrong with either. Between
// loading and reading what the files lead to it asks about remote files, unless
// the command works on what was agreed to before.
func (a *app) loadAndDial(ctx context.Context, o project.Options) (p *project.Project, loading, dialling error) {
	dial := make(chan error, 1)
	go func() {
		_, err := a.dial(ctx)
		dial <- err
	}()
	wait := sync.OnceValue(func() error { return <-dial })
	if !o.Offline {
		o.Agree = func(ctx context.Context, demands []project.Demand) error {
			if err := wait(); err != nil { // dialling warns too
				return err
			}
			return a.agree(ctx, demands)
		}
	}
	p, loading = a.load(ctx, o)
	return p, loading, wait()
}

// load loads the project, and says what of the command line it does not have.
func (a *app) load(ctx context.Context, o project.Options) (*project.Project, error) {
	p, err := project.Load(ctx, o, a.sink)
	if err == nil {
		a.warnProfiles(p)
	}
	return p, a.classes.note(err, exitFile)
}

// warnProfiles tells of a --profile that no service has but nearly so.
func (a *app) warnProfiles(p *project.Project) {
	known := profileNames(p)
	for _, name := range a.global.profiles {
		near := diagnostic.Nearest(name, known)
		if name == "*" || len(near) == 0 || slices.Contains(known, name) {
			continue
		}
		a.sink(event.Message{
			Level: event.Warn, Text: fmt.Sprintf("no service has the profile %q", name),
			Hint: "did you mean " + diagnostic.Quoted(near) + "?",
		})
	}
}

// openRunning is open for commands that work on what runs, and for which files
// are a help: where they cannot be read, the labels are all that is known.
func (a *app) openRunning(ctx context.Context) (*session.Session, error) {
	o := a.projectOptions(nil)
	o.Offline = true
	if o.Need == project.NeedName { // with a flag that takes the project down
		o.Need = project.NeedRunning
	}
	if o.Name != "" && len(o.Files) == 0 {
		return a.openNamed(ctx)
	}
	var asked []project.Demand
	o.Agree = func(_ context.Context, demands []project.Demand) error {
		asked = demands
		return nil
	}
	p, unread, dialling := a.loadAndDial(ctx, o)
	if dialling != nil {
		return nil, cmp.Or(context.Cause(ctx), dialling)
	}
	if unread == nil {
		p = a.agreedHooks(p, asked)
		if p.Unread != nil {
			a.warnUnread(p.Unread)
		}
		return a.session(p, ""), nil
	}
	id, err := a.whose(ctx)
	if err != nil {
		return nil, err
	}
	if !nameAlone(id) {
		a.warnUnread(unread)
	}
	return a.session(nil, id.Name), nil
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
	if len(wanted) == 0 {
		return s, nil
	}
	p, err := s.Project.WithScale(wanted)
	if err != nil {
		return nil, err
	}
	return s.For(p), nil
}

// openLooking is openListed for commands that Docker Compose lets pass without a
// look at the file: an unknown service is a warning.
func (a *app) openLooking(ctx context.Context, services []string) (*session.Session, error) {
	id, err := a.identify(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range services {
		if len(id.Services) > 0 && !slices.Contains(id.Services, name) {
			a.sink(event.Message{Level: event.Warn, Text: "no such service: " + name, Hint: diagnostic.ServiceHint(name, id.Services)})
		}
	}
	return a.session(nil, id.Name), nil
}

// openListed opens a session for commands that only look: it needs no more of
// the file than the project's name and its services, which it checks.
func (a *app) openListed(ctx context.Context, services []string) (*session.Session, error) {
	id, err := a.identifyWith(ctx, services)
	if err != nil {
		return nil, err
	}
	return a.session(nil, id.Name), nil
}

// openNamed is a session that knows the project by its labels alone.
func (a *app) openNamed(ctx context.Context) (*session.Session, error) {
	id, err := a.identify(ctx)
	if err != nil {
		return nil, err
	}
	return a.session(nil, id.Name), nil
}

// identify finds out which project the command is about. What of the files was in
// the way is a warning.
func (a *app) identify(ctx context.Context) (project.Identity, error) {
	id, err := a.whose(ctx)
	if err == nil && id.Unread != nil && !nameAlone(id) {
		a.warnUnread(id.Unread)
	}
	return id, err
}

// nameAlone tells that there are no files, and that the user names the project.
func nameAlone(id project.Identity) bool { return len(id.Files) == 0 && !id.Guessed }

// whose finds out which project the command is about while the engine is dialled.
// A name that had to be guessed is refused where it may be another project's.
func (a *app) whose(ctx context.Context) (project.Identity, error) {
	type identified struct {
		id  project.Identity
		err error
	}
	found := make(chan identified, 1)
	go func() {
		id, err := project.Identify(ctx, a.projectOptions(nil))
		found <- identified{id, a.classes.note(err, exitFile)}
	}()
	conn, dialErr := a.dial(ctx)
	f := <-found
	if err := cmp.Or(f.err, dialErr); err != nil {
		return project.Identity{}, err
	}
	if !f.id.Guessed {
		return f.id, nil
	}
	origins, err := conn.Origins(ctx)
	if err != nil {
		return project.Identity{}, err
	}
	return f.id, f.id.Confirm(origins)
}

// identifyWith is identify for a command that names services. Those that the
// file does not have are refused, if it is known which it has.
func (a *app) identifyWith(ctx context.Context, services []string) (project.Identity, error) {
	id, err := a.identify(ctx)
	if err != nil {
		return id, err
	}
	for _, name := range services {
		if len(id.Files) > 0 && id.Unread == nil && !slices.Contains(id.Services, name) {
			return id, project.NoSuchService(name, id.Services)
		}
	}
	return id, nil
}

// unknownService is err, or that there is no such service: where err says that a service
// has no container, and the project's files do not have it either.
func (a *app) unknownService(ctx context.Context, err error) error {
	missing, ok := errors.AsType[*session.NoContainerError](err)
	if !ok {
		return err
	}
	o := a.projectOptions(nil)
	o.Need = project.NeedServices
	id, unread := project.Identify(ctx, o)
	if unread != nil || id.Unread != nil || len(id.Files) == 0 || slices.Contains(id.Services, missing.Service) {
		return err
	}
	return project.NoSuchService(missing.Service, id.Services)
}

// warnUnread says what of the project's files could not be read, in one warning.
func (a *app) warnUnread(err error) {
	a.sink(event.Message{
		Level: event.Warn,
		Text:  "the project's file cannot be read as a whole, and what its containers' labels say counts: " + diagnostic.Brief(err),
		Hint:  hint.Of(err),
	})
}

// session makes the session of a project, or of a name alone.
func (a *app) session(p *project.Project, name string) *session.Session {
	if p != nil {
		name = p.Name
	}
	c := session.Config{
		Project:  p,
		Name:     name,
		Sink:     a.sink,
		Parallel: a.parallel(p),
		Confirm:  a.confirm,
		Force:    a.force,
	}
	var s *session.Session
	if a.global.plan.dryRun {
		c.DryRun, c.ShowPlan = true, func(made *plan.Plan) error { return a.showPlan(name, a.withDowntimes(s, made)) }
	}
	c.Lock = a.projectLock(name)
	c.Recorder = a.recorder()
	c.NoPreflight = !a.wantsPreflight(p)
	c.ConfigDir = a.getenv("DOCKER_CONFIG")
	c.LookupEnv = a.lookupEnv
	s = a.conn.New(c)
	return s
}

// withDowntimes is a plan with what the history tells of times.
func (a *app) withDowntimes(s *session.Session, p *plan.Plan) *plan.Plan {
	dir, err := a.historyDir()
	if err != nil {
		return p
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastWord)
	defer cancel()
	return s.WithDowntimes(ctx, dir, p)
}
