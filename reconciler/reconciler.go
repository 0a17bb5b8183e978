// Package reconciler carries a plan out: it walks the steps in dependency order
// with a limit on how many run at once, skips what depends on a failure, and
// emits what happens. It knows no Docker type.
package reconciler

import (
	"context"
	"sync"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/planner"
)

// Result is what a step brought.
type Result struct {
	ID       string // of the container or network that was created or acted on
	Image    string // Digest of a pulled or built image, as planner.Image has it
	ExitCode int    // of a completed wait or hook
	Env      map[string]string
	// Text is the word of the outcome where it is another than the action's
	// usual one: "Healthy", "Exited", "Skipped". Detail goes after it.
	Text, Detail string
}

// Doer carries one step out. Do is called from several goroutines.
type Doer interface {
	Do(ctx context.Context, s planner.Step, done *Results) (Result, error)
}

// Results holds what the steps so far brought, by resource. It is safe for
// concurrent use.
type Results struct {
	mu sync.Mutex // guards below
	by map[event.Ref]Result
}

// Get returns the newest result for a resource.
func (r *Results) Get(ref event.Ref) (Result, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	res, ok := r.by[ref]
	return res, ok
}

// Created returns the id of the container that this run made for the replica.
func (r *Results) Created(service string, number int) (id string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for ref, res := range r.by {
		if ref.Kind == event.Container && ref.Service == service && ref.Number == number && ref.Old == "" && res.ID != "" {
			return res.ID, true
		}
	}
	return "", false
}
