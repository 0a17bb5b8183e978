package watching

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/compose-orchestrator/compose/engine/feed"
	"github.com/compose-orchestrator/compose/engine/list"
)

// follow tells the loop of containers that came, went or started until ctx ends.
func (w *watching) follow(ctx context.Context, sub *feed.Subscription) error {
	names := make(chan string)
	var queue sync.WaitGroup
	queue.Go(func() { collect(ctx, names, w.renewed) })
	defer queue.Wait()
	defer close(names)
	for {
		e, err := sub.Next(ctx)
		if err != nil {
			return err
		}
		if e.Resync {
			for _, name := range w.services() {
				names <- name
			}
			continue
		}
		if e.Number == 0 {
			continue
		}
		// What a plan makes is filled before it starts; the loop needs to look at
		// it when the plan has ended.
		w.awaitPlan()
		switch e.Kind {
		case feed.Started, feed.Unpaused:
			if err := w.sync.Settle(ctx, e.ID); err != nil && ctx.Err() == nil {
				w.warn(err)
			}
		case feed.Removed:
			w.sync.Forget(e.ID)
			names <- e.Service
		case feed.Created, feed.Renamed:
			names <- e.Service
		}
	}
}

// collect passes names on, each once, and never keeps the sender waiting.
func collect(ctx context.Context, from <-chan string, to chan<- string) {
	var waiting []string
	for {
		var next string
		var out chan<- string
		if len(waiting) > 0 {
			next, out = waiting[0], to
		}
		select {
		case name, ok := <-from:
			if !ok {
				return
			}
			if !slices.Contains(waiting, name) {
				waiting = append(waiting, name)
			}
		case out <- next:
			waiting = waiting[1:]
		case <-ctx.Done():
			for range from { // until the sender has ended
			}
			return
		}
	}
}

// containers lists a service's replicas by number.
func (w *watching) containers(ctx context.Context, service string) ([]list.Container, error) {
	listed, err := w.s.List(ctx)
	if err != nil {
		return nil, err
	}
	listed = slices.DeleteFunc(listed, func(c list.Container) bool { return c.Service != service || c.OneOff })
	slices.SortFunc(listed, func(a, b list.Container) int { return cmp.Compare(a.Number, b.Number) })
	return listed, nil
}

// awaitPlan returns when no plan changes containers.
func (w *watching) awaitPlan() {
	lock := w.s.ContainersLock()
	lock.RLock()
	defer lock.RUnlock()
}
