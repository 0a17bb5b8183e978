package session

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/engine/feed"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/logs"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// follower shows what the containers of an attached up print and keeps account
// of which of them ended. Two goroutines work for it: pump turns the engine's
// events into changes, and logs.Follow reads the logs that these name. What has
// no log is listened to by unlogged.
type follower struct {
	s *Session
	o FollowOptions
	// muting says that some are followed and not shown.
	muting bool
	sub    *feed.Subscription
	// since is when the following began, by the engine's clock. The stream may
	// bring older events: they are about earlier runs.
	since time.Time

	unlogged *unlogged
	changes  chan logs.Change
	stopPump context.CancelFunc
	stopRead context.CancelFunc
	pumped   chan struct{} // closed when pump ended
	done     chan error    // what logs.Follow returned
	// watching follows the files, stopWatch ends that and waits for it; nil: none
	// does. They are the waiting goroutine's.
	watching  *watching
	stopWatch func()
	watched   *watching // the one that the user ended last
	// loaded are the sums of the project's files as they were brought up.
	loaded map[string][sha256.Size]byte
	// The menu's commands, and whether the user left: the waiting goroutine's too.
	menu     Menu
	commands <-chan Command
	leaving  bool

	wake chan struct{} // holds one token while there is news below

	mu       sync.Mutex        // guards below
	expected map[string]bool   // names of containers that the plan starts and that did not start yet
	coming   map[string]bool   // ids that were made in place of others and did not start yet
	alive    map[string]string // the services of ids that started and did not end yet
	stopping map[string]bool   // ids that the plan stops and that did not start again
	ended    []ending
	untold   int                  // ends that are known and not shown yet
	pardoned map[string]time.Time // by service: ends until then are the user's will
	lost     error                // why there will be no more events
	// eras are the projects that were brought up, the newest last: watching may
	// have adopted others than the first.
	eras []*project.Project
}

// ending is the end of a container's process.
type ending struct {
	id, service string
	code        int
	restarting  bool
	planned     bool      // the plan stopped it
	at          time.Time // of the engine's event
}

// follow subscribes to the engine's events and starts to read: before anything
// is created, so that nothing is missed.
func (s *Session) follow(ctx context.Context, o FollowOptions) (*follower, error) {
	since, err := observe.Now(ctx, s.Reader, s.Engine)
	if err != nil {
		return nil, err
	}
	sub, err := s.events().Subscribe(ctx)
	if err != nil {
		return nil, fmt.Errorf("following the engine's events: %w", err)
	}
	pumpCtx, stopPump := context.WithCancel(context.WithoutCancel(ctx))
	readCtx, stopRead := context.WithCancel(context.WithoutCancel(ctx))
	f := &follower{
		s: s, o: o, muting: o.mutes(s.Project), sub: sub, since: since,
		changes:  make(chan logs.Change),
		stopPump: stopPump, stopRead: stopRead,
		pumped: make(chan struct{}), done: make(chan error, 1),
		wake:     make(chan struct{}, 1),
		expected: map[string]bool{}, coming: map[string]bool{}, stopping: map[string]bool{}, alive: map[string]string{}, pardoned: map[string]time.Time{},
		eras: []*project.Project{s.Project},
	}
	if o.CanWatch != nil {
		f.loaded = digests(s.Project.WatchedFiles())
	}
	f.unlogged = f.listener(ctx)
	go func() {
		f.done <- logs.Follow(readCtx, s.Reader, f.changes, logs.Options{
			Tail: "0", Timestamps: o.Timestamps, Podman: s.Engine.Name == "podman",
		}, f.show)
	}()
	// Not beside what follows: what is listed runs already, and of what starts from
	// now on all is shown.
	f.runningNow(pumpCtx, time.Time{})
	go func() {
		defer close(f.pumped)
		defer close(f.changes)
		f.pump(pumpCtx)
	}()
	return f, nil
}

// drain shows what the ended containers printed to its end, or until quit is
// closed: the engine may not come to an end.
func (f *follower) drain(quit <-chan struct{}) error {
	drained := make(chan struct{})
	defer close(drained)
	go func() {
		select {
		case <-quit:
			f.stopRead()
			f.unlogged.cancel()
		case <-drained:
		}
	}()
	f.stopPump()
	<-f.pumped
	err := <-f.done
	f.done <- nil // for close
	f.unlogged.drain()
	return err
}

// close ends the following at once and waits for its goroutines.
func (f *follower) close() {
	f.stopPump()
	f.stopRead()
	f.unlogged.cancel()
	<-f.pumped
	<-f.done
	f.unlogged.close()
	f.sub.Close()
}

// announce tells which containers are followed, and begins with those that run.
func (f *follower) announce(p *plan.Plan) {
	var sources []event.Source
	seen := map[string]bool{}
	add := func(ref event.Ref) {
		if ref.Kind == event.Container && f.shows(ref.Service) && !seen[ref.Name] {
			seen[ref.Name] = true
			sources = append(sources, event.Source{Name: ref.Name, Service: ref.Service, Number: ref.Number})
		}
	}
	for _, ref := range p.Kept {
		add(ref)
	}
	for _, step := range p.Steps {
		switch a := step.Action.(type) {
		case planner.UnpauseContainer:
			add(a.Ref)
		case planner.StartContainer:
			add(a.Ref)
			if len(step.When) == 0 && f.follows(a.Ref.Service) {
				f.expect(a.Ref.Name)
			}
		}
	}
	slices.SortFunc(sources, func(a, b event.Source) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number))
	})
	f.s.Sink(event.Attached{Sources: sources})
}

// pump hands the engine's events of followed containers on until ctx ends.
func (f *follower) pump(ctx context.Context) {
	for {
		e, err := f.sub.Next(ctx)
		if err != nil {
			f.news(func() { f.lost = err })
			return
		}
		switch {
		case e.Resync:
			f.runningNow(ctx, f.since)
			f.news(func() {})
		case !e.Time.Before(f.since):
			f.take(ctx, e)
		}
	}
}

// take passes one event of the engine on.
func (f *follower) take(ctx context.Context, e feed.Event) {
	switch e.Kind {
	case feed.Created:
		f.created(ctx, e)
	case feed.Removed:
		f.news(func() { delete(f.coming, e.ID) })
	case feed.Started:
		f.started(ctx, e)
	case feed.Unpaused:
		f.unpaused(ctx, e)
	case feed.Died:
		f.exited(ctx, e)
	}
}

// runningNow follows all containers that run at this moment, paused ones too. Those that are new
// are read from since on; zero: from now on.
func (f *follower) runningNow(ctx context.Context, since time.Time) {
	state, err := f.s.observe(ctx, onlyRunning)
	if err != nil {
		return // the loss of events tells the same, and with the cause
	}
	alive := map[string]string{}
	for _, c := range state.Containers {
		if !c.Status.Runs() || c.OneOff || !f.follows(c.Service) {
			continue
		}
		alive[c.ID] = c.Service
		change := logs.Change{Target: f.withTTY(logs.Target{Source: event.Source{
			ID: c.ID, Name: c.Name, Service: c.Service, Number: c.Number,
		}})}
		if f.alive[c.ID] == "" {
			change.At = since
		}
		f.read(ctx, change)
	}
	f.news(func() { f.alive = alive; clear(f.coming) })
}

// expect counts on a start: until its event came nothing is over.
func (f *follower) expect(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expected[name] = true
}

// follows tells whether a service's containers are waited for: those of every
// project that was brought up.
func (f *follower) follows(service string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.eras, func(p *project.Project) bool { return f.o.follows(p, service) })
}

// shows tells whether what a service's containers print is shown.
func (f *follower) shows(service string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.eras, func(p *project.Project) bool { return f.o.shows(p, service) })
}

// project is the newest one.
func (f *follower) project() *project.Project {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.eras[len(f.eras)-1]
}

// adopt follows another project from now on. The containers of services that it
// has no more are still stopped in the end.
func (f *follower) adopt(p *project.Project) {
	f.mu.Lock()
	f.eras = append(f.eras, p)
	f.mu.Unlock()
	f.menu.Ready(p.ServiceNames())
}

// session is this one's with the newest project.
func (f *follower) session() *Session { return f.s.For(f.project()) }

// show passes on what the reading of logs brings.
func (f *follower) show(e event.Event) {
	if f.muting {
		e = f.mute(e)
	}
	if e != nil {
		f.s.Sink(e)
	}
	if _, end := e.(event.Exit); end {
		f.news(func() { f.untold-- })
	}
}

// mute takes the lines out of e that are not to be shown; nil: that was all.
func (f *follower) mute(e event.Event) event.Event {
	hidden := func(l event.Log) bool { return !f.shows(l.Source.Service) }
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

// logged tells whether the engine keeps what a service's containers print.
func (f *follower) logged(service string) bool {
	return process.KeepsLog(f.s.Engine, f.project().Services[service].Logging)
}
