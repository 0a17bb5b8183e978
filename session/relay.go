package session

import (
	"context"
	"slices"
	"sync"
)

// fatal are the signals that say to a program that it should end.
var fatal = []string{"SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"}

// enough is how many of them it takes until nobody waits for the process to obey.
const enough = 3

// relay hands the user's signals on to a process in a container.
type relay struct {
	// pass sends the process one; nil: it gets none.
	pass func(ctx context.Context, signal string)
	// after is called for each fatal one when it was passed on, with how many there
	// have been.
	after func(signal string, count int)
}

// run relays until stop is called.
func (r relay) run(ctx context.Context, signals <-chan string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var relaying sync.WaitGroup
	relaying.Go(func() {
		for count := 0; ; {
			select {
			case <-ctx.Done():
				return
			case signal := <-signals:
				if r.pass != nil {
					r.pass(ctx, signal)
				}
				if slices.Contains(fatal, signal) {
					count++
					r.after(signal, count)
				}
			}
		}
	})
	return func() {
		cancel()
		relaying.Wait()
	}
}
