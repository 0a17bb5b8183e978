package follow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/feed"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/logs"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/follow/account"
)

// LogsOptions steer Logs.
type LogsOptions struct {
	Services     []string // empty: all
	Index        int      // replica, of the one service; 0: all
	Follow       bool
	Since, Until time.Time
	Tail         string
	Timestamps   bool
	// SinceUp leaves out what the containers printed before they were last
	// started; a restart by the engine is no start.
	SinceUp bool
	Filter  logs.Filter
}

// Logs shows what the project's containers printed and, with Follow, what they
// go on to print, through restarts and recreations, until ctx ends, nothing runs
// any more, or Until has come. The error is the engine's, or that of writing.
func Logs(ctx context.Context, s *session.Session, o LogsOptions) error {
	left := time.Until(o.Until)
	switch {
	case !o.Follow || o.Until.IsZero():
		return showLogs(ctx, s, o)
	case left <= 0:
		o.Follow = false
		return showLogs(ctx, s, o)
	}
	timed, cancel := context.WithTimeout(ctx, left+onTheWay)
	defer cancel()
	err := showLogs(timed, s, o)
	if timed.Err() != nil && ctx.Err() == nil {
		return nil
	}
	return err
}

// onTheWay is how long a line takes at most to get here from its container.
const onTheWay = 200 * time.Millisecond

func showLogs(ctx context.Context, s *session.Session, o LogsOptions) error {
	var sub *feed.Subscription
	var began time.Time
	if o.Follow {
		var err error
		if began, err = observe.Now(ctx, s.Reader, s.Engine); err != nil {
			return err
		}
		if sub, err = s.Subscribe(ctx); err != nil {
			return err
		}
		defer sub.Close()
	}
	targets, alive, err := logTargets(ctx, s, o)
	if err != nil {
		return err
	}
	s.Sink(event.Attached{Sources: sources(targets), Quiet: true})
	options := logs.Options{
		Since: o.Since, Until: o.Until, Tail: o.Tail, Timestamps: o.Timestamps, Podman: s.Engine.Name == "podman",
		Filter: o.Filter,
	}
	if !o.Follow {
		return logs.Show(ctx, s.Reader, targets, options, s.Sink)
	}
	changes := make(chan logs.Change)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(changes)
		f := targetFeed{s: s, o: o, sub: sub, began: began, changes: changes, alive: alive, coming: map[string]bool{}, replacing: account.Successors{}, signals: map[string]bool{}}
		return f.run(ctx, targets)
	})
	g.Go(func() error { return logs.Follow(ctx, s.Reader, changes, options, s.Sink) })
	return g.Wait()
}

// wants tells whether a container is one whose log was asked for.
func (o LogsOptions) wants(service string, number int) bool {
	return (len(o.Services) == 0 || slices.Contains(o.Services, service)) && (o.Index == 0 || o.Index == number)
}

// logTargets are the containers there are, by service and number, and which of
// them run, paused or not.
func logTargets(ctx context.Context, s *session.Session, o LogsOptions) ([]logs.Target, map[string]bool, error) {
	listed, err := s.List(ctx)
	if err != nil {
		return nil, nil, err
	}
	var targets []logs.Target
	alive := map[string]bool{}
	for _, c := range listed {
		if c.OneOff || !o.wants(c.Service, c.Number) {
			continue
		}
		targets = append(targets, logs.Target{Source: event.Source{ID: c.ID, Name: c.Name, Service: c.Service, Number: c.Number}})
		if planner.Status(c.State).Active() {
			alive[c.ID] = true
		}
	}
	slices.SortFunc(targets, func(a, b logs.Target) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Name, b.Name))
	})
	if o.Index != 0 && len(targets) == 0 {
		return nil, nil, hint.New(fmt.Sprintf("service %q is not running container #%d", o.Services[0], o.Index),
			"compose ps -a lists the containers")
	}
	return targets, alive, inspect(ctx, s, targets, alive, o)
}

// inspect asks the engine which of the targets have a terminal: their logs come
// in another form. With SinceUp it bounds them by their last start. Those that have ended
// by now are not alive: Docker before 28 tells of an end before its lists have it, so that
// it may be in neither the list nor the events that follow.
func inspect(ctx context.Context, s *session.Session, targets []logs.Target, alive map[string]bool, o LogsOptions) error {
	var mu sync.Mutex // guards alive
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i := range targets {
		g.Go(func() error {
			p, err := process.InspectPrinting(ctx, s.Reader, targets[i].ID)
			targets[i].TTY = p.TTY
			if p.Ended {
				mu.Lock()
				delete(alive, targets[i].ID)
				mu.Unlock()
			}
			if o.SinceUp {
				targets[i].Since = p.Since
			}
			if api.Gone(err) {
				return nil
			}
			return err
		})
	}
	return g.Wait()
}

// targetFeed tells logs.Follow which containers there are to read.
type targetFeed struct {
	s       *session.Session
	o       LogsOptions
	sub     *feed.Subscription
	began   time.Time // by the engine's clock; older events are about earlier runs
	changes chan<- logs.Change
	alive   map[string]bool // ids of containers that run, or are restarted
	coming  map[string]bool // ids of those that are to take the place of one that runs
	// replacing are those of containers that did not end yet.
	replacing account.Successors
	killed    bool            // somebody had the last one that ended end
	signals   map[string]bool // ids of containers that somebody sent a signal to
}

// run names the containers to follow: those there are, then each that starts,
// until nothing runs and nothing takes the place of what ran.
func (f *targetFeed) run(ctx context.Context, targets []logs.Target) error {
	for _, t := range targets {
		f.send(ctx, logs.Change{Target: t})
	}
	for len(f.alive)+len(f.coming) > 0 || f.killed {
		c, err := f.next(ctx)
		if errors.Is(err, errOver) {
			return nil
		} else if err != nil {
			return err
		}
		if err := f.take(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// restartTime is how long the start may take that follows the end in a restart
// which somebody asked for: until then that looks like a stop.
const restartTime = 500 * time.Millisecond

// errOver says that what was stopped did not start again.
var errOver = errors.New("nothing runs any more")

// next waits for an event, where nothing runs for a while only.
func (f *targetFeed) next(ctx context.Context) (feed.Event, error) {
	if len(f.alive)+len(f.coming) > 0 {
		return f.sub.Next(ctx)
	}
	brief, cancel := context.WithTimeout(ctx, restartTime)
	defer cancel()
	c, err := f.sub.Next(brief)
	if err != nil && ctx.Err() == nil && brief.Err() != nil {
		err = errOver
	}
	return c, err
}

// take passes one event of the engine on.
func (f *targetFeed) take(ctx context.Context, e feed.Event) error {
	if e.Resync {
		return f.resync(ctx)
	}
	if e.Number == 0 || !f.o.wants(e.Service, e.Number) || e.Time.Before(f.began) {
		return nil
	}
	t, replica := targetOf(e), replicaOf(e)
	switch e.Kind {
	case feed.Created:
		if e.Replaces {
			f.coming[e.ID] = true
			f.replacing.Made(e.ID, replica)
		}
	case feed.Removed:
		delete(f.coming, e.ID)
		f.replacing.Removed(e.ID)
	case feed.Signalled:
		f.signals[e.ID] = true
	case feed.Started:
		f.alive[e.ID] = true
		delete(f.coming, e.ID)
		delete(f.signals, e.ID)
		f.start(ctx, t)
	case feed.Died:
		again := restarting(ctx, f.s, e.ID)
		if !again {
			delete(f.alive, e.ID)
			f.killed = f.signals[e.ID]
		}
		f.send(ctx, logs.Change{Target: t, At: e.Time, Exit: &event.Exit{
			Source: t.Source, Code: e.ExitCode, Restarting: again, Replaced: f.replacing.Replaced(e.ID, replica),
		}})
	}
	return nil
}

// start names a container that runs since some moment of the following.
func (f *targetFeed) start(ctx context.Context, t logs.Target) {
	if p, err := process.InspectPrinting(ctx, f.s.Reader, t.ID); err == nil {
		t.TTY = p.TTY
		f.send(ctx, logs.Change{Target: t, At: f.began})
	} // one that is gone already has left no log either
}

// resync looks anew at what runs, after events were lost.
func (f *targetFeed) resync(ctx context.Context) error {
	targets, alive, err := logTargets(ctx, f.s, f.o)
	if err != nil {
		return err
	}
	clear(f.alive)
	clear(f.coming)
	for _, t := range targets {
		if alive[t.ID] {
			f.alive[t.ID] = true
			f.send(ctx, logs.Change{Target: t, At: f.began})
		}
	}
	return nil
}

func (f *targetFeed) send(ctx context.Context, c logs.Change) {
	select {
	case f.changes <- c:
	case <-ctx.Done():
	}
}

// targetOf is the container of an engine's event; its Number is 0 for a one-off.
func targetOf(e feed.Event) logs.Target {
	return logs.Target{Source: event.Source{ID: e.ID, Name: e.Name, Service: e.Service, Number: e.Number}}
}

func sources(targets []logs.Target) []event.Source {
	out := make([]event.Source, len(targets))
	for i, t := range targets {
		out[i] = t.Source
	}
	return out
}
