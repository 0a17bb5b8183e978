package watching

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/watch"
)

// start watches in the background. stop ends it, and waits.
func (w *watching) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		if err := w.run(ctx); err != nil && ctx.Err() == nil {
			w.warn(err)
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// run watches until ctx ends.
func (w *watching) run(ctx context.Context) error {
	if w.s.DryRun {
		w.s.Would("watch " + strings.Join(w.services(), ", "))
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sub, err := w.s.Subscribe(ctx)
	if err != nil {
		return err
	}
	defer sub.Close()
	var parts sync.WaitGroup
	defer parts.Wait()
	parts.Go(func() {
		if err := w.follow(ctx, sub); err != nil && ctx.Err() == nil {
			cancel(err)
		}
	})
	changed := make(chan struct{}) // the rules, by a new project
	parts.Go(func() { w.watchConfig(ctx, changed) })
	w.s.Sink(event.Message{Level: event.Info, Text: "Watch enabled"})
	for ctx.Err() == nil {
		if err := w.round(ctx, changed); err != nil {
			cancel(err)
		}
	}
	return context.Cause(ctx)
}

// round watches with one set of rules, until there is another one.
func (w *watching) round(ctx context.Context, changed <-chan struct{}) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_, rules := w.project()
	done := make(chan error, 1)
	go func() { done <- watch.Run(ctx, rules, w, w.options()) }()
	select {
	case <-changed:
		cancel()
		return ignoreCancelled(<-done)
	case err := <-done:
		if err == nil && ctx.Err() == nil { // no rules: only the files of the project
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
		return ignoreCancelled(err)
	}
}

func ignoreCancelled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (w *watching) warn(err error) {
	w.s.Sink(event.Message{Level: event.Warn, Text: err.Error(), Hint: hint.Of(err)})
}

// close removes what was put into containers.
func (w *watching) close() {
	if w.sync != nil {
		w.sync.Close()
	}
}
