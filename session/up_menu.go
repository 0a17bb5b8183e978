package session

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Verb is what a Command asks for.
type Verb uint8

// The verbs of commands.
const (
	Detach  Verb = iota // leave, and leave the containers running
	Restart             // the service's containers
	Rebuild             // the service's image, and recreate its containers
	Open                // the service's published port, by FollowOptions.OpenURL
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
	// about one can be carried out now. It may come again with others, from another
	// goroutine, and even after Close.
	Ready(services []string)
	// Close ends the listening, before anything is stopped and in the end. A second
	// call does nothing.
	Close()
}

// noMenu is the Menu of those who are not asked.
type noMenu struct{}

// Open returns no commands.
func (noMenu) Open(context.Context) <-chan Command { return nil }

// Ready is nobody's concern.
func (noMenu) Ready([]string) {}

// Close does nothing.
func (noMenu) Close() {}

func (f *follower) openMenu(ctx context.Context) {
	if f.menu = f.o.Menu; f.menu == nil {
		f.menu = noMenu{}
	}
	f.commands = f.menu.Open(ctx)
}

// handle carries a command out. A failure is told and ends nothing.
func (f *follower) handle(ctx context.Context, c Command) {
	switch c.Verb {
	case Detach:
		f.leaving = true
	case Restart:
		f.tell(ctx, f.beside(ctx, c.Service+" is being restarted", func(ctx context.Context) error {
			return f.meant(ctx, c.Service, func() error { return f.restart(ctx, c.Service) })
		}))
	case Rebuild:
		f.tell(ctx, f.beside(ctx, c.Service+" is being rebuilt", func(ctx context.Context) error {
			return f.meant(ctx, c.Service, func() error { return f.rebuild(ctx, c.Service) })
		}))
	case Open:
		f.tell(ctx, f.open(ctx, c.Service))
	case ToggleWatch:
		f.tell(ctx, f.toggleWatch(ctx))
	}
}

// beside does what takes long while commands come: the short ones are carried
// out, the user may leave once it is done, and what must wait is told why. An
// end that is everybody's ends it.
func (f *follower) beside(ctx context.Context, what string, do func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	var answering sync.WaitGroup
	answering.Go(func() {
		for {
			select {
			case c := <-f.commands:
				f.handleBeside(ctx, c, what)
			case <-f.wake:
				if _, ok := f.abortedBy(); ok {
					cancel()
				}
			case <-done:
				f.news(func() {}) // there may have been some
				return
			}
		}
	})
	defer answering.Wait()
	defer close(done)
	return do(ctx)
}

// handleBeside is handle while something else goes on.
func (f *follower) handleBeside(ctx context.Context, c Command, what string) {
	switch c.Verb {
	case Detach:
		if !f.leaving {
			f.s.Sink(event.Message{Level: event.Info, Text: "detaching after this: " + what})
		}
		f.leaving = true
	case Open:
		f.tell(ctx, f.open(ctx, c.Service))
	default:
		f.s.Sink(event.Message{Level: event.Info, Text: "not yet: " + what})
	}
}

// tell tells the user of an error, unless it comes from an interrupt.
func (f *follower) tell(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	f.s.Sink(event.Message{Level: event.Warn, Text: err.Error(), Hint: hint.Of(err)})
}

// detached says goodbye.
func (f *follower) detached() {
	f.menu.Close()
	f.s.Sink(event.Message{Level: event.Info, Text: "detached: the containers run on", Hint: "compose logs -f shows them again, compose down ends them"})
}

// restart restarts the containers of a service, and what runs and says restart: true
// of it.
func (f *follower) restart(ctx context.Context, service string) error {
	return f.session().restartRunning(ctx, service, f.o.Timeout)
}

// meant does what ends containers of a service, and of those that are restarted with
// it: these ends stop nobody else.
func (f *follower) meant(ctx context.Context, service string, do func() error) error {
	p := f.project()
	set := func(until time.Time) {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, name := range append(restartedBy(p, service), service) {
			f.pardoned[name] = until
		}
	}
	set(time.Unix(1<<40, 0)) // as long as it takes
	err := do()
	// Their events may come later than this; those of later ends are later.
	now, clock := observe.Now(context.WithoutCancel(ctx), f.s.Reader, f.s.Engine)
	set(now)
	return cmp.Or(err, clock)
}

// rebuild builds a service's image and recreates its containers by it. What
// would lose data is not done: nobody can be asked meanwhile.
func (f *follower) rebuild(ctx context.Context, service string) error {
	one, err := f.project().Select(project.Selection{Services: []string{service}, NoDeps: true})
	if err != nil {
		return err
	}
	if one.Services[service].Build == nil {
		return hint.New(fmt.Sprintf("service %q has no build section", service), "r restarts it")
	}
	if f.watching != nil {
		return f.watching.Rebuild(ctx, []string{service})
	}
	ctx, done, err := f.s.shared.turn.take(ctx)
	if err != nil {
		return err
	}
	defer done()
	p, restarted, err := f.session().withRestarted(ctx, []string{service})
	if err != nil {
		return err
	}
	return f.s.For(p).bringUp(ctx, UpOptions{Unattended: true, UpOptions: planner.UpOptions{
		Build: planner.BuildAlways, Recreate: planner.RecreateForce, IgnoreOrphans: true, Timeout: f.o.Timeout, Restarted: restarted,
	}})
}

// open shows the first page that ps would link to the user's browser.
func (f *follower) open(ctx context.Context, service string) error {
	c, err := f.s.find(ctx, FindOptions{Service: service})
	if err != nil {
		return err
	}
	page := list.Page(c.Publishers, list.MachineOf(f.s.Reader.DaemonHost()))
	if page == "" {
		return hint.New(fmt.Sprintf("service %q publishes no port", service), "ports: in the file publishes one")
	}
	return f.o.OpenURL(page)
}

// toggleWatch begins or ends following the project's files.
func (f *follower) toggleWatch(ctx context.Context) error {
	if f.watching != nil {
		f.endWatch()
		f.s.Sink(event.Message{Level: event.Info, Text: "Watch disabled"})
		return nil
	}
	if f.o.CanWatch == nil {
		return nil
	}
	w, err := f.session().watching(*f.o.CanWatch)
	if err != nil {
		return err
	}
	if f.watched != nil {
		w.resume(f.watched)
	} else if err := w.look(ctx); err != nil {
		return err
	} else {
		w.read = f.loaded // what was saved since is a change
	}
	f.beginWatch(ctx, w)
	return nil
}

// beginWatch has the project follow its files, and the following what watching
// makes of the project.
func (f *follower) beginWatch(ctx context.Context, w *watching) {
	w.adopted = f.adopt
	stop := w.start(ctx)
	f.watching, f.stopWatch = w, func() {
		stop()
		w.close()
	}
}

// endWatch waits for what the watching is about.
func (f *follower) endWatch() {
	if f.watching != nil {
		f.stopWatch()
		f.watching, f.watched = nil, f.watching
	}
}
