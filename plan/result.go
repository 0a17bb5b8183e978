package plan

import (
	"cmp"
	"context"
	"sync"

	"github.com/compose-orchestrator/compose/event"
)

// Doer carries one step out. Do is called from several goroutines. Its error is
// shown as it is, so it names the resource.
type Doer interface {
	Do(ctx context.Context, s Step, done *Results) (Result, error)
}

// Result is what a step brought.
type Result struct {
	ID string // of the container or network that was created or acted on
	// Image is the Digest of a pulled or built image, as planner.Image has it,
	// or the fingerprint of a provider's or model's variables.
	Image    string
	ExitCode int // of a completed wait or hook
	// Env are the variables that a provider or a model brought.
	Env map[string]string
	// Text is the word of the outcome where it is another than the action's
	// usual one: "Healthy", "Exited", "Skipped". Detail goes after it.
	Text, Detail string
	// Warning: it ended otherwise than hoped, and the rest of the plan goes on.
	Warning bool
}

// Results holds what the steps so far brought, by resource. It is safe for
// concurrent use; the zero value is empty.
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

// Set records a result. A later one for the same resource keeps the ID and the
// Image of the former where it has none of its own: a start that reports
// nothing does not make one forget what was created.
func (r *Results) Set(ref event.Ref, res Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[event.Ref]Result{}
	}
	was := r.by[ref]
	res.ID = cmp.Or(res.ID, was.ID)
	res.Image = cmp.Or(res.Image, was.Image)
	r.by[ref] = res
}

// Variables are those that a provider or a model brought, nil before it did.
func (r *Results) Variables(ref event.Ref) map[string]string {
	res, _ := r.Get(ref)
	return res.Env
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
