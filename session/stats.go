package session

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/feed"
	"github.com/compose-orchestrator/compose/engine/list"
)

// StatsOptions say whose use of resources is shown.
type StatsOptions struct {
	Services []string // empty: all
	All      bool     // those that do not run, too
	// AtOnce has FollowStats show the containers before anything was measured.
	AtOnce bool
}

// statsCalls bounds the measurements under way: each takes the engine a second
// or two and next to no work.
const statsCalls = 128

// Stats measures once what the containers use. They are in the order of their
// names. The error is the engine's.
func (s *Session) Stats(ctx context.Context, o StatsOptions) ([]list.Stats, error) {
	listed, err := s.measured(ctx, o)
	if err != nil {
		return nil, err
	}
	out := make([]list.Stats, len(listed))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(statsCalls)
	for i, c := range listed {
		if out[i] = list.Idle(c); !up(c) {
			continue
		}
		g.Go(func() error {
			now, err := list.ReadStats(ctx, s.Reader, c)
			out[i] = now
			return err
		})
	}
	return out, g.Wait()
}

// Usage adds what they use to containers that run. The error is the engine's.
func (s *Session) Usage(ctx context.Context, containers []list.Container) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(statsCalls)
	for i := range containers {
		c := &containers[i]
		if !up(*c) {
			continue
		}
		g.Go(func() error {
			now, err := list.ReadStats(ctx, s.Reader, *c)
			c.CPUPerc, c.MemUsage, c.MemPerc = now.CPUPerc, now.MemUsage, now.MemPerc
			return err
		})
	}
	return g.Wait()
}

// measured are the containers that the options name.
func (s *Session) measured(ctx context.Context, o StatsOptions) ([]list.Container, error) {
	listed, err := s.List(ctx)
	return slices.DeleteFunc(listed, func(c list.Container) bool {
		return !o.All && !up(c) || len(o.Services) > 0 && !slices.Contains(o.Services, c.Service)
	}), err
}

// FollowStats shows what the containers use each time the engine has measured
// all of them, about once a second, until ctx ends. Containers come and go as
// they start and end. The error is show's, or says that the engine's events cannot be
// followed.
func (s *Session) FollowStats(ctx context.Context, o StatsOptions, show func([]list.Stats) error) error {
	sub, err := s.Subscribe(ctx)
	if err != nil {
		return err
	}
	defer sub.Close()
	ctx, cancel := context.WithCancel(ctx)
	b := board{
		s: s, o: o, show: show, samples: make(chan sample),
		streams: map[string]bool{}, now: map[string]list.Stats{}, fresh: map[string]bool{},
	}
	defer b.followers.Wait()
	defer cancel()
	changes := make(chan feed.Event)
	lost := make(chan error, 1)
	b.followers.Go(func() { lost <- pass(ctx, sub, changes) })
	return b.run(ctx, changes, lost)
}

// pass hands the changes of a subscription on.
func pass(ctx context.Context, sub *feed.Subscription, to chan<- feed.Event) error {
	for {
		c, err := sub.Next(ctx)
		if err != nil {
			return err
		}
		select {
		case to <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// board is the state of FollowStats. Its goroutine is the only one to touch it.
type board struct {
	s    *Session
	o    StatsOptions
	show func([]list.Stats) error

	samples   chan sample
	followers sync.WaitGroup

	drawn      bool // once at least
	containers []list.Container
	streams    map[string]bool       // ids of those that are followed
	now        map[string]list.Stats // by id, the newest
	fresh      map[string]bool       // ids that were measured since the last show
}

// sample is news of a container: a measurement, or the end of its stream.
type sample struct {
	id    string
	stats list.Stats
	ended bool
	err   error
}

func (b *board) run(ctx context.Context, changes <-chan feed.Event, lost <-chan error) error {
	if err := b.look(ctx); err != nil {
		return err
	}
	for {
		var err error
		select {
		case e := <-changes:
			if e.Lists() {
				err = b.look(ctx)
			}
		case news := <-b.samples:
			err = b.take(news)
		case err = <-lost:
		}
		if err != nil {
			return err
		}
	}
}

// look lists the containers, follows those that are new, and shows all where
// others are there than before and nothing is known to come soon.
func (b *board) look(ctx context.Context) error {
	listed, err := b.s.measured(ctx, b.o)
	if err != nil {
		return err
	}
	same := b.drawn && slices.EqualFunc(listed, b.containers, func(x, y list.Container) bool {
		return x.ID == y.ID && x.Name == y.Name && up(x) == up(y)
	})
	b.containers = listed
	for _, c := range listed {
		if !up(c) {
			delete(b.now, c.ID)
		} else if !b.streams[c.ID] {
			b.streams[c.ID] = true
			b.followers.Go(func() { b.follow(ctx, c) })
		}
	}
	if same || b.waits() && (b.drawn || !b.o.AtOnce) {
		return nil
	}
	return b.draw()
}

// waits tells whether a container's first measurement is still to come.
func (b *board) waits() bool {
	for id := range b.streams {
		if _, ok := b.now[id]; !ok {
			return true
		}
	}
	return false
}

// follow sends a container's measurements until it or ctx ends.
func (b *board) follow(ctx context.Context, c list.Container) {
	send := func(news sample) error {
		select {
		case b.samples <- news:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := list.FollowStats(ctx, b.s.Reader, c, func(now list.Stats) error {
		return send(sample{id: c.ID, stats: now})
	})
	_ = send(sample{id: c.ID, ended: true, err: err}) // nobody listens any more once ctx has ended
}

// take takes news in, and shows all where everybody's came, or somebody's a
// second time.
func (b *board) take(news sample) error {
	if news.ended {
		delete(b.streams, news.id)
		return news.err
	}
	if b.fresh[news.id] && (b.drawn || !b.waits()) {
		if err := b.draw(); err != nil {
			return err
		}
	}
	b.now[news.id] = news.stats
	b.fresh[news.id] = true
	for id := range b.streams {
		if !b.fresh[id] {
			return nil
		}
	}
	return b.draw()
}

func (b *board) draw() error {
	b.drawn, b.fresh = true, map[string]bool{}
	rows := make([]list.Stats, len(b.containers))
	for i, c := range b.containers {
		rows[i] = list.Idle(c)
		if now, ok := b.now[c.ID]; ok {
			now.Name = c.Name
			rows[i] = now
		}
	}
	return b.show(rows)
}
