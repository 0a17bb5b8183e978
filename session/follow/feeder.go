package follow

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/engine/feed"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/logs"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/follow/account"
)

// feeder turns the engine's events into news of the account, and shows what the
// containers print. Two goroutines work for it: one takes the events, and
// logs.Follow reads the logs that these name. What has no log is the listener's.
type feeder struct {
	s       *session.Session
	account *shared
	// hides says that some are followed and not shown.
	hides bool
	sub   *feed.Subscription
	// since is when the following began, by the engine's clock. The stream may
	// bring older events: they are about earlier runs.
	since time.Time

	listener   *listener
	changes    chan logs.Change
	stopEvents context.CancelFunc
	stopLogs   context.CancelFunc
	taken      chan struct{} // closed when no more events are taken
	read       chan error    // what logs.Follow returned
}

// feedLogs subscribes to the engine's events and starts to read. Close it after use.
func feedLogs(ctx context.Context, s *session.Session, a *shared, timestamps bool) (*feeder, error) {
	since, err := observe.Now(ctx, s.Reader, s.Engine)
	if err != nil {
		return nil, err
	}
	sub, err := s.Subscribe(ctx)
	if err != nil {
		return nil, err
	}
	events, stopEvents := context.WithCancel(context.WithoutCancel(ctx))
	reading, stopLogs := context.WithCancel(context.WithoutCancel(ctx))
	f := &feeder{
		s: s, account: a, sub: sub, since: since, changes: make(chan logs.Change),
		stopEvents: stopEvents, stopLogs: stopLogs, taken: make(chan struct{}), read: make(chan error, 1),
	}
	a.read(func(a *account.Account) { f.hides = a.Hides() })
	f.listener = newListener(ctx, s, f.show, timestamps)
	go func() {
		f.read <- logs.Follow(reading, s.Reader, f.changes, logs.Options{
			Tail: "0", Timestamps: timestamps, Podman: s.Engine.Name == "podman",
		}, f.show)
	}()
	// Before the events: what is listed runs already, and of what starts from now on
	// all is shown.
	f.list(events, time.Time{})
	go func() {
		defer close(f.taken)
		defer close(f.changes)
		f.run(events)
	}()
	return f, nil
}

// drain shows what the ended containers printed to its end, or until quit is
// closed: the engine may not come to an end.
func (f *feeder) drain(quit <-chan struct{}) error {
	drained := make(chan struct{})
	defer close(drained)
	go func() {
		select {
		case <-quit:
			f.stopLogs()
			f.listener.cancel()
		case <-drained:
		}
	}()
	f.stopEvents()
	<-f.taken
	err := <-f.read
	f.read <- nil // for close
	f.listener.drain()
	return err
}

// close ends the following at once and waits for its goroutines.
func (f *feeder) close() {
	f.stopEvents()
	f.stopLogs()
	f.listener.cancel()
	<-f.taken
	<-f.read
	f.listener.close()
	f.sub.Close()
}

// run takes the engine's events until ctx ends.
func (f *feeder) run(ctx context.Context) {
	for {
		e, err := f.sub.Next(ctx)
		if err != nil {
			f.account.tell(func(a *account.Account) { a.Lost(err) })
			return
		}
		switch {
		case e.Resync:
			f.list(ctx, f.since)
			f.account.signal()
		case !e.Time.Before(f.since):
			f.take(ctx, e)
		}
	}
}

// take passes one event of the engine on.
func (f *feeder) take(ctx context.Context, e feed.Event) {
	if e.Kind == feed.Removed {
		f.account.tell(func(a *account.Account) { a.Removed(e.ID) })
		return
	}
	if e.Number == 0 || !f.account.follows(e.Service) { // a one-off, or nobody's concern
		return
	}
	t := f.target(event.Source{ID: e.ID, Name: e.Name, Service: e.Service, Number: e.Number})
	switch e.Kind {
	case feed.Created:
		if e.Replaces {
			f.account.tell(func(a *account.Account) { a.Replacing(e.ID, replicaOf(e)) })
		}
		if !f.logged(t.Service) {
			f.listener.listen(ctx, t)
		}
	case feed.Started:
		f.follow(ctx, logs.Change{Target: t, At: f.since})
		f.account.tell(func(a *account.Account) { a.Started(e.ID, e.Name, e.Service) })
	case feed.Unpaused: // a paused container lets nobody attach to it
		f.follow(ctx, logs.Change{Target: t, At: f.since})
	case feed.Died:
		f.died(ctx, e, t)
	}
}

// died passes an end on, with what the engine does next.
func (f *feeder) died(ctx context.Context, e feed.Event, t logs.Target) {
	logged := f.logged(t.Service)
	var heard *hearing
	if !logged {
		heard = f.listener.next(ctx, t) // before it starts again
	}
	exit := event.Exit{Source: t.Source, Code: e.ExitCode, Restarting: restarting(ctx, f.s, e.ID)}
	f.account.tell(func(a *account.Account) {
		exit.Replaced = a.Replaced(e.ID, replicaOf(e))
		a.EndHeard()
	})
	if logged {
		f.change(ctx, logs.Change{Target: t, At: e.Time, Exit: &exit})
	} else {
		f.listener.exited(heard, exit)
	}
	f.account.tell(func(a *account.Account) {
		a.Ended(account.End{ID: e.ID, Service: e.Service, Code: e.ExitCode, Restarting: exit.Restarting, At: e.Time})
	})
}

// replicaOf is the place that the container of an event has, or is to take.
func replicaOf(e feed.Event) account.Replica {
	return account.Replica{Service: e.Service, Number: e.Number}
}

// restarting tells whether the engine starts a container again that ended.
func restarting(ctx context.Context, s *session.Session, id string) bool {
	again, err := process.Restarting(ctx, s.Reader, id)
	return err == nil && again
}

// list follows all containers that run at this moment, paused ones too. Those that
// are new are read from since on; zero: from now on.
func (f *feeder) list(ctx context.Context, since time.Time) {
	containers, err := f.s.Containers(ctx)
	if err != nil {
		return // the loss of events tells the same, and with the cause
	}
	running := map[string]string{}
	for _, c := range containers {
		if !c.Status.Runs() || c.OneOff || !f.account.follows(c.Service) {
			continue
		}
		running[c.ID] = c.Service
		change := logs.Change{Target: f.target(event.Source{ID: c.ID, Name: c.Name, Service: c.Service, Number: c.Number})}
		f.account.read(func(a *account.Account) {
			if !a.Runs(c.ID) {
				change.At = since
			}
		})
		f.follow(ctx, change)
	}
	f.account.tell(func(a *account.Account) { a.Running(running) })
}

// follow shows what a container prints that runs.
func (f *feeder) follow(ctx context.Context, c logs.Change) {
	if f.logged(c.Service) {
		f.change(ctx, c)
	} else {
		f.listener.listen(ctx, c.Target)
	}
}

// change tells logs.Follow of a container.
func (f *feeder) change(ctx context.Context, c logs.Change) {
	select {
	case f.changes <- c:
	case <-ctx.Done():
	}
}

// target is a container whose output is read.
func (f *feeder) target(source event.Source) logs.Target {
	return logs.Target{Source: source, TTY: f.account.project().Services[source.Service].Tty}
}

// logged tells whether the engine keeps what a service's containers print.
func (f *feeder) logged(service string) bool {
	return process.KeepsLog(f.s.Engine, f.account.project().Services[service].Logging)
}

// show passes on what was read.
func (f *feeder) show(e event.Event) {
	if f.hides {
		e = f.shown(e)
	}
	if e != nil {
		f.s.Sink(e)
	}
	if _, end := e.(event.Exit); end {
		f.account.tell((*account.Account).EndShown)
	}
}

// shown takes the lines out of e that are not to be shown; nil: that was all.
func (f *feeder) shown(e event.Event) event.Event {
	hidden := func(l event.Log) bool { return !f.account.shows(l.Source.Service) }
	switch e := e.(type) {
	case event.Log:
		if hidden(e) {
			return nil
		}
	case event.Logs:
		return slices.DeleteFunc(e, hidden)
	}
	return e
}

// before is called with each step of the plan before it is carried out: a container that
// has no log is listened to before it starts, and the end of one that the plan stops is
// the plan's.
func (f *feeder) before(ctx context.Context, s plan.Step, done *plan.Results) {
	switch a := s.Action.(type) {
	case planner.StartContainer:
		if !f.account.follows(a.Ref.Service) || f.logged(a.Ref.Service) {
			return
		}
		id := a.ID
		if made, ok := done.Get(a.Ref); ok && made.ID != "" {
			id = made.ID
		}
		f.listener.listen(ctx, f.target(event.Source{ID: id, Name: a.Ref.Name, Service: a.Ref.Service, Number: a.Ref.Number}))
	case planner.StopContainer:
		f.account.tell(func(acc *account.Account) { acc.Stopping(a.ID) })
	}
}

// stepwise is a doer that calls the feeder before each step. Its errors do not repeat what
// is shown of the containers that it started.
type stepwise struct {
	plan.Doer
	f       *feeder
	started *sync.Map // names of containers
}

// Do carries one step out.
func (d stepwise) Do(ctx context.Context, s plan.Step, done *plan.Results) (plan.Result, error) {
	d.f.before(ctx, s, done)
	ref := s.Action.Resource()
	if _, ok := s.Action.(planner.StartContainer); ok {
		d.started.Store(ref.Name, nil)
	}
	result, err := d.Doer.Do(ctx, s, done)
	if _, ok := d.started.Load(ref.Name); ok && d.f.account.shows(ref.Service) {
		err = hint.WithoutLogs(err)
	}
	return result, err
}
