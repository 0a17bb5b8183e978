package follow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/follow/account"
)

// Verb is what a Command asks for.
type Verb uint8

// The verbs of commands.
const (
	Detach  Verb = iota // leave, and leave the containers running
	Restart             // the service's containers
	Rebuild             // the service's image, and recreate its containers
	Open                // the service's published port, by Options.OpenURL
	ToggleWatch
)

// Command is what a user asks of an attached up while it shows what runs.
type Command struct {
	Verb    Verb
	Service string
}

// Menu is where an attached up gets its commands from.
type Menu interface {
	// Open begins to listen, before anything comes up.
	Open(ctx context.Context) <-chan Command
	// Ready tells that everything is up and which services there are: commands
	// about one can be carried out now. It may come again with another form of the
	// project, from another goroutine, and even after Close.
	Ready(p *project.Project)
	// Close ends the listening, before anything is stopped and in the end. A second
	// call does nothing.
	Close()
}

// noMenu is the Menu of those who are not asked.
type noMenu struct{}

// Open returns no commands.
func (noMenu) Open(context.Context) <-chan Command { return nil }

// Ready is nobody's concern.
func (noMenu) Ready(*project.Project) {}

// Close does nothing.
func (noMenu) Close() {}

// handle carries a command out. A failure is a warning and ends nothing.
func (f *attached) handle(ctx context.Context, c Command) {
	switch c.Verb {
	case Detach:
		f.leaving = true
	case Restart:
		f.warn(ctx, f.answering(ctx, c.Service+" is being restarted", func(ctx context.Context) error {
			return f.endsWanted(ctx, c.Service, func() error { return f.session().RestartRunning(ctx, c.Service, f.o.Timeout) })
		}))
	case Rebuild:
		f.warn(ctx, f.answering(ctx, c.Service+" is being rebuilt", func(ctx context.Context) error {
			return f.endsWanted(ctx, c.Service, func() error { return f.rebuild(ctx, c.Service) })
		}))
	case Open:
		f.warn(ctx, f.open(ctx, c.Service))
	case ToggleWatch:
		f.warn(ctx, f.toggleWatch(ctx))
	}
}

// answering does what takes long while commands come: the short ones are carried
// out, the user may leave once it is done, and learns why the others must wait. An
// end that stops the others ends it.
func (f *attached) answering(ctx context.Context, what string, do func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	var answers sync.WaitGroup
	answers.Go(func() {
		for {
			select {
			case c := <-f.commands:
				f.handleMeanwhile(ctx, c, what)
			case <-f.account.wake:
				if _, ok := f.account.abort(); ok {
					cancel()
				}
			case <-done:
				f.account.signal() // there may have been some
				return
			}
		}
	})
	defer answers.Wait()
	defer close(done)
	return do(ctx)
}

// handleMeanwhile is handle while something else goes on.
func (f *attached) handleMeanwhile(ctx context.Context, c Command, what string) {
	switch c.Verb {
	case Detach:
		if !f.leaving {
			f.s.Sink(event.Message{Level: event.Info, Text: "detaching after this: " + what})
		}
		f.leaving = true
	case Open:
		f.warn(ctx, f.open(ctx, c.Service))
	default:
		f.s.Sink(event.Message{Level: event.Info, Text: "not yet: " + what})
	}
}

// warn tells the user of an error, unless it comes from an interrupt.
func (f *attached) warn(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	f.s.Sink(event.Message{Level: event.Warn, Text: err.Error(), Hint: hint.Of(err)})
}

// detached says that the user left.
func (f *attached) detached() {
	f.menu.Close()
	f.s.Sink(event.Message{Level: event.Info, Text: "detached: the containers run on", Hint: "compose logs -f shows them again, compose down ends them"})
}

// endsWanted does what ends containers of a service, and of those that are restarted with
// it: these ends are no reason to stop the others.
func (f *attached) endsWanted(ctx context.Context, service string, do func() error) error {
	services := append(restartedBy(f.account.project(), service), service)
	want := func(until time.Time) {
		f.account.read(func(a *account.Account) { a.Want(services, until) })
	}
	want(account.AsLongAsItTakes)
	err := do()
	// Their events may come later than this; those of later ends are later.
	now, clock := observe.Now(context.WithoutCancel(ctx), f.s.Reader, f.s.Engine)
	want(now)
	return cmp.Or(err, clock)
}

// restartedBy are the services that the file says are restarted with one, directly or
// through others.
func restartedBy(p *project.Project, service string) []string {
	all := []string{service}
	for i := 0; i < len(all); i++ {
		for _, name := range p.ServiceNames() {
			if p.Services[name].DependsOn[all[i]].Restart && !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all[1:]
}

// rebuild builds a service's image and recreates its containers by it.
func (f *attached) rebuild(ctx context.Context, service string) error {
	one, err := f.account.project().Select(project.Selection{Services: []string{service}, NoDeps: true})
	if err != nil {
		return err
	}
	if one.Services[service].Build == nil {
		return hint.New(fmt.Sprintf("service %q has no build section", service), "r restarts it")
	}
	if f.watch != nil {
		return f.watch.Rebuild(ctx, []string{service})
	}
	return f.session().RebuildService(ctx, service, f.o.Timeout)
}

// open shows the first page that ps would link to the user's browser.
func (f *attached) open(ctx context.Context, service string) error {
	page, err := f.s.Page(ctx, service)
	if err != nil {
		return err
	}
	return f.o.OpenURL(page)
}

// toggleWatch begins or ends following the project's files.
func (f *attached) toggleWatch(ctx context.Context) error {
	if f.watch != nil {
		f.endWatch()
		f.s.Sink(event.Message{Level: event.Info, Text: "Watch disabled"})
		return nil
	}
	if f.o.CanWatch == nil {
		return nil
	}
	if err := f.o.CanWatch.Open(ctx, f.session()); err != nil {
		return err
	}
	f.beginWatch(ctx, f.o.CanWatch)
	return nil
}

// beginWatch has the project follow its files, and the up what watching makes of the
// project.
func (f *attached) beginWatch(ctx context.Context, w Watch) {
	w.Start(ctx, f.adopt)
	f.watch = w
}

// endWatch waits for what the watching is about.
func (f *attached) endWatch() {
	if f.watch != nil {
		f.watch.Close()
		f.watch = nil
	}
}

// adopt follows another form of the project from now on.
func (f *attached) adopt(p *project.Project) {
	f.account.read(func(a *account.Account) { a.Adopt(p) })
	f.menu.Ready(p)
}

// session is this one's with the newest project.
func (f *attached) session() *session.Session { return f.s.For(f.account.project()) }
