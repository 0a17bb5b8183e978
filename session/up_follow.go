package session

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/logs"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// follower shows what the containers of an attached up print and keeps account
// of which of them ended. Two goroutines work for it: pump turns the engine's
// events into changes, and logs.Follow reads the logs that these name.
type follower struct {
	s   *Session
	o   FollowOptions
	sub *engine.Subscription
	// since is when the following began, by the engine's clock. The stream may
	// bring older events: they are about earlier runs.
	since time.Time

	changes  chan logs.Change
	stopPump context.CancelFunc
	stopRead context.CancelFunc
	pumped   chan struct{} // closed when pump ended
	done     chan error    // what logs.Follow returned
	// watching follows the files, stopWatch ends that and waits for it; nil: none
	// does. They are the waiting goroutine's.
	watching  *watching
	stopWatch func()

	wake chan struct{} // holds one token while there is news below

	mu       sync.Mutex      // guards below
	expected map[string]bool // names of containers that the plan starts and that did not start yet
	alive    map[string]bool // ids that started and did not end yet
	ended    []exit
	pardoned map[string]time.Time // by service: ends until then are the user's will
	lost     error                // why there will be no more events
	// eras are the projects that were brought up, the newest last: watching may
	// have adopted others than the first.
	eras []*project.Project
}

// exit is the end of a container's process.
type exit struct {
	id, service string
	code        int
	restarting  bool
	at          time.Time // of the engine's event
}

// follow subscribes to the engine's events and starts to read: before anything
// is created, so that nothing is missed.
func (s *Session) follow(ctx context.Context, o FollowOptions) (*follower, error) {
	since, err := engine.Now(ctx, s.Reader, s.Engine)
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
		s: s, o: o, sub: sub, since: since,
		changes:  make(chan logs.Change),
		stopPump: stopPump, stopRead: stopRead,
		pumped: make(chan struct{}), done: make(chan error, 1),
		wake:     make(chan struct{}, 1),
		expected: map[string]bool{}, alive: map[string]bool{}, pardoned: map[string]time.Time{},
		eras: []*project.Project{s.Project},
	}
	go func() {
		defer close(f.pumped)
		defer close(f.changes)
		f.pump(pumpCtx)
	}()
	go func() {
		f.done <- logs.Follow(readCtx, s.Reader, f.changes, logs.Options{
			Tail: "0", Timestamps: o.Timestamps, Podman: s.Engine.Name == "podman",
		}, s.Sink)
	}()
	return f, nil
}

// drain shows what the ended containers printed to its end.
func (f *follower) drain() error {
	f.stopPump()
	<-f.pumped
	err := <-f.done
	f.done <- nil // for close
	return err
}

// close ends the following at once and waits for its goroutines.
func (f *follower) close() {
	f.stopPump()
	<-f.pumped
	f.stopRead()
	<-f.done
	f.sub.Close()
}

// announce tells which containers are followed, and begins with those that run.
func (f *follower) announce(plan *planner.Plan) {
	var sources []event.Source
	seen := map[string]bool{}
	add := func(ref event.Ref) {
		if ref.Kind == event.Container && f.follows(ref.Service) && !seen[ref.Name] {
			seen[ref.Name] = true
			sources = append(sources, event.Source{Name: ref.Name, Service: ref.Service, Number: ref.Number})
		}
	}
	for _, ref := range plan.Kept {
		add(ref)
	}
	for _, step := range plan.Steps {
		if a, ok := step.Action.(planner.StartContainer); ok {
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
	f.runningNow(ctx)
	for {
		c, err := f.sub.Next(ctx)
		if err != nil {
			f.news(func() { f.lost = err })
			return
		}
		switch {
		case c.Resync:
			f.runningNow(ctx)
			f.news(func() {})
		case c.Time.Before(f.since):
		case c.Action == "start":
			f.started(ctx, c)
		case c.Action == "die":
			f.exited(ctx, c)
		}
	}
}

// runningNow follows all containers that run at this moment.
func (f *follower) runningNow(ctx context.Context) {
	state, err := f.s.observe(ctx, onlyRunning)
	if err != nil {
		return // the loss of events tells the same, and with the cause
	}
	alive := map[string]bool{}
	for _, c := range state.Containers {
		if c.Status == planner.Running && !c.OneOff && f.follows(c.Service) {
			alive[c.ID] = true
			f.change(ctx, logs.Change{Target: f.withTTY(logs.Target{Source: event.Source{
				ID: c.ID, Name: c.Name, Service: c.Service, Number: c.Number,
			}})})
		}
	}
	f.news(func() { f.alive = alive })
}

// expect counts on a start: until its event came nothing is over.
func (f *follower) expect(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.expected[name] = true
}

// follows tells whether a service's containers are shown, and waited for: those
// of every project that was brought up.
func (f *follower) follows(service string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.eras, func(p *project.Project) bool { return f.o.follows(p, service) })
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
	defer f.mu.Unlock()
	f.eras = append(f.eras, p)
}

func (f *follower) change(ctx context.Context, c logs.Change) {
	select {
	case f.changes <- c:
	case <-ctx.Done():
	}
}

// started passes a start on.
func (f *follower) started(ctx context.Context, c engine.Change) {
	t := f.target(c)
	if t.Number == 0 || !f.follows(t.Service) {
		return
	}
	f.change(ctx, logs.Change{Target: t, At: f.since})
	f.news(func() { f.alive[c.ID] = true; delete(f.expected, t.Name) })
}

// exited passes an end on, with what the engine does next.
func (f *follower) exited(ctx context.Context, c engine.Change) {
	t := f.target(c)
	if t.Number == 0 || !f.follows(t.Service) {
		return
	}
	code, _ := strconv.Atoi(c.Attributes["exitCode"])
	x := exit{id: c.ID, service: t.Service, code: code, restarting: f.s.restarting(ctx, c.ID), at: c.Time}
	f.change(ctx, logs.Change{Target: t, At: c.Time, Exit: &event.Exit{Source: t.Source, Code: code, Restarting: x.restarting}})
	f.news(func() { f.ended = append(f.ended, x); delete(f.alive, c.ID) })
}

// restarting tells whether the engine starts a container again that ended.
func (s *Session) restarting(ctx context.Context, id string) bool {
	restarting, err := engine.Restarting(ctx, s.Reader, id)
	return err == nil && restarting
}

// target is the container of an event; its Number is 0 for a one-off.
func (f *follower) target(c engine.Change) logs.Target { return f.withTTY(targetOf(c)) }

func (f *follower) withTTY(t logs.Target) logs.Target {
	t.TTY = f.project().Services[t.Service].Tty
	return t
}

// news changes the account and wakes the one who waits for it.
func (f *follower) news(change func()) {
	f.mu.Lock()
	change()
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}
