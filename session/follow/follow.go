// Package follow shows what a project's containers print: the attached up, which ends
// with them or stops them, and the logs.
package follow

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// Options steer what an attached up follows and when it ends.
type Options struct {
	// Services to follow; empty: those named for up, or all.
	Services []string
	// Not are services that are not followed.
	Not []string
	// Dependencies follows those of the named services too.
	Dependencies bool
	Timestamps   bool
	// AbortOnExit stops the containers of the services named for up, or all, when
	// a followed one ends, AbortOnFailure when one ends with another code than 0.
	AbortOnExit, AbortOnFailure bool
	// ExitCodeFrom is the service whose exit code is returned; it implies
	// AbortOnExit.
	ExitCodeFrom string
	// Timeout for the stop in the end; nil: each container's own.
	Timeout *time.Duration
	// Watch has the services follow their files meanwhile; nothing but an
	// interrupt, or what the options above say, ends the up then. nil: they don't.
	Watch Watch
	// Menu brings what the user asks for; nil: nobody asks.
	Menu Menu
	// OpenURL shows a page to the user, for the command Open.
	OpenURL func(url string) error
	// CanWatch is what the command ToggleWatch begins and ends; nil: nothing.
	CanWatch Watch
}

// Watch has a project's services follow the changes of their files while an up
// runs. It can be opened again after Close, and goes on where it stopped.
type Watch interface {
	// Open prepares: from the first one on, what changes counts. The error says
	// that nothing can be watched.
	Open(ctx context.Context, s *session.Session) error
	// Prepare creates the containers and gives them what they have synced before
	// they start. It returns the options for the up that starts them. The caller
	// has the turn.
	Prepare(ctx context.Context, o session.UpOptions) (session.UpOptions, error)
	// Start follows the files until Close. adopt is told, from another goroutine, of
	// each project that takes the place of the one before.
	Start(ctx context.Context, adopt func(*project.Project))
	// Rebuild builds the services' images and recreates their containers.
	Rebuild(ctx context.Context, services []string) error
	// Close ends what Start began, waits for it, and removes what was put into
	// containers. A second call does nothing.
	Close()
}

// follows tells whether a service's containers are waited for: those that are
// shown, the one whose exit code is asked for, and all that the up owns where
// nothing is shown, for it would end at once.
func (o Options) follows(p *project.Project, service string) bool {
	switch _, selected := p.Services[service]; {
	case !selected:
		return false
	case o.shows(p, service), service == o.ExitCodeFrom:
		return true
	}
	return owns(p, service) && !slices.ContainsFunc(p.ServiceNames(), func(name string) bool { return o.shows(p, name) })
}

// mutes tells whether some are waited for and not shown.
func (o Options) mutes(p *project.Project) bool {
	return slices.ContainsFunc(p.ServiceNames(), func(name string) bool { return o.follows(p, name) && !o.shows(p, name) })
}

// shows tells whether what a service's containers print is shown.
func (o Options) shows(p *project.Project, service string) bool {
	svc, selected := p.Services[service]
	switch {
	case !selected || slices.Contains(o.Not, service):
		return false
	case len(o.Services) > 0:
		return slices.Contains(o.Services, service)
	case svc.Attach != nil && !*svc.Attach:
		return slices.Contains(p.Targets, service)
	}
	return len(p.Targets) == 0 || o.Dependencies || slices.Contains(p.Targets, service)
}

// Up is Session.Up that shows the containers' output until all of them ended,
// one ended that others depend on by the options, or the user interrupts: then
// it stops them. The code is what the process should exit with.
func Up(ctx context.Context, s *session.Session, o session.UpOptions, a Options) (code int, err error) {
	if err := a.check(s.Project); err != nil {
		return 0, err
	}
	s.WarnUnapplied()
	warnNotAttached(s, a.Not)
	if a.Watch != nil {
		if err := a.Watch.Open(ctx, s); err != nil {
			return 0, err
		}
		defer a.Watch.Close()
	}
	f, err := follow(ctx, s, a)
	if err != nil {
		return 0, err
	}
	defer f.close()
	f.openMenu(ctx)
	defer f.menu.Close() // a second time, it does nothing
	err = f.bringUp(ctx, o)
	_, aborted := f.abortedBy()
	switch {
	case ctx.Err() != nil:
		f.menu.Close()
		return 0, f.interrupt(ctx, cmp.Or(err, context.Cause(ctx)))
	case aborted: // wait tells it
	case err != nil:
		f.catchUp(ctx)
		return 0, err
	case f.leaving:
		f.detached()
		return 0, nil
	case a.Watch != nil:
		f.beginWatch(ctx, a.Watch)
	}
	defer func() { f.endWatch() }()
	return f.wait(ctx)
}

// bringUp plans and applies, while the menu is answered. An end that is
// everybody's ends it.
func (f *follower) bringUp(ctx context.Context, o session.UpOptions) error {
	return f.beside(ctx, "the project still comes up", func(ctx context.Context) error {
		ctx, done, err := f.s.TakeTurn(ctx)
		if err != nil {
			return err
		}
		defer done()
		if f.o.Watch != nil {
			if o, err = f.o.Watch.Prepare(ctx, o); err != nil {
				return err
			}
		}
		made, err := f.s.PlanUp(ctx, o)
		if err != nil {
			return err
		}
		f.announce(made.Plan)
		return made.Apply(ctx, func(d plan.Doer) plan.Doer { return attentive{d, f} })
	})
}

func (o Options) check(p *project.Project) error {
	if name := o.ExitCodeFrom; name != "" {
		if err := p.Require(name); err != nil {
			return err
		}
		// It would be waited for, and never end.
		if _, selected := p.Services[name]; !selected {
			return hint.New("no such service: "+name+": not included in up", "name "+name+" among the services of up too, or turn its profile on")
		}
	}
	for _, name := range o.Services {
		if err := p.Require(name); err != nil {
			return err
		}
		// Nothing would be shown, and up would end as soon as it is done.
		if _, selected := p.Services[name]; !selected {
			return hint.New("cannot attach to services not included in up: "+name, "name "+name+" among the services of up too, or leave out --attach "+name)
		}
	}
	return nil
}

// warnNotAttached tells of services that --no-attach names and that there are not:
// Docker Compose goes on in silence.
func warnNotAttached(s *session.Session, names []string) {
	for _, name := range names {
		if err := s.Project.Require(name); err != nil {
			s.Sink(event.Message{Level: event.Warn, Text: "--no-attach " + name + ": " + err.Error(), Hint: hint.Of(err)})
		}
	}
}

// wait returns when all followed containers ended, when one ended whose end the
// options make everybody's, or when the user interrupts or leaves.
func (f *follower) wait(ctx context.Context) (int, error) {
	f.menu.Ready(f.project().ServiceNames())
	for {
		if x, ok := f.abortedBy(); ok {
			f.menu.Close()
			f.s.Sink(event.Message{Level: event.Info, Text: "Aborting on container exit..."})
			err := f.shutDown(ctx)
			return f.exitCode(x), err
		}
		over, err := f.over(ctx, f.follows)
		switch {
		case ctx.Err() != nil:
			f.menu.Close()
			return 0, f.interrupt(ctx, context.Cause(ctx))
		case err != nil:
			return 0, err
		case f.leaving:
			f.detached()
			return 0, nil
		case over && f.watching == nil: // what is watched may be between two containers
			return 0, f.drain(ctx.Done())
		}
		select {
		case <-f.wake:
		case c := <-f.commands:
			f.handle(ctx, c)
		case <-ctx.Done():
		}
	}
}

// abortedBy is the first end that stops the others by the options.
func (f *follower) abortedBy() (ending, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, x := range f.ended {
		if x.restarting || x.planned || !x.at.After(f.pardoned[x.service]) {
			continue
		}
		if f.o.AbortOnExit || f.o.ExitCodeFrom != "" || f.o.AbortOnFailure && x.code != 0 {
			return x, true
		}
	}
	return ending{}, false
}

// exitCode is that of the service asked for, else that of the first end.
func (f *follower) exitCode(first ending) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.o.ExitCodeFrom == "" {
		return first.code
	}
	for _, x := range f.ended {
		if x.service == f.o.ExitCodeFrom && !x.planned {
			return x.code
		}
	}
	return first.code
}

// over tells whether no container runs or is about to that is counted. What the
// engine lists decides; the account tells whether we have heard of every end.
func (f *follower) over(ctx context.Context, counts func(service string) bool) (bool, error) {
	f.mu.Lock()
	lost, pending := f.lost, len(f.expected)+len(f.coming)
	alive := slices.Collect(maps.Values(f.alive))
	f.mu.Unlock()
	for _, service := range alive {
		if counts(service) {
			pending++
		}
	}
	if lost != nil {
		return false, fmt.Errorf("the containers go on, but following them ended: %w", lost)
	}
	if pending > 0 {
		return false, nil
	}
	containers, err := f.s.Containers(ctx)
	if err != nil {
		return false, err
	}
	for _, c := range containers {
		if c.Status.Active() && !c.OneOff && counts(c.Service) {
			return false, nil
		}
	}
	return true, nil
}

// owns tells whether the end of the up stops a service's containers. Those that
// the named services depend on run on, as with Docker Compose: they may serve
// others too, and who ran tests against them looks into them afterwards.
func owns(p *project.Project, service string) bool {
	return len(p.Targets) == 0 || slices.Contains(p.Targets, service)
}

// stops tells whether containers that are followed are stopped in the end.
func (f *follower) stops(service string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.eras, func(p *project.Project) bool { return owns(p, service) && f.o.follows(p, service) })
}
