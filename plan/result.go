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
	// Digest identifies what the action brought: a pulled or built image, or the
	// variables of a provider or model. The steps that a Step.When keeps back run
	// where it differs from what the plan was made with.
	Digest   string
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
// concurrent use; the zero value is empty, and so is nil, which nothing is set in.
type Results struct {
	mu sync.Mutex // guards below
	by map[event.Ref]Result
}

// Get returns the newest result for a resource.
func (r *Results) Get(ref event.Ref) (Result, bool) {
	if r == nil {
		return Result{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	res, ok := r.by[ref]
	return res, ok
}

// Set records a result. A later one for the same resource keeps the ID and the
// Digest of the former where it has none of its own: a start that reports
// nothing does not make one forget what was created.
func (r *Results) Set(ref event.Ref, res Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[event.Ref]Result{}
	}
	was := r.by[ref]
	res.ID = cmp.Or(res.ID, was.ID)
	res.Digest = cmp.Or(res.Digest, was.Digest)
	r.by[ref] = res
}

// Variables are those that a provider or a model brought, nil before it did.
func (r *Results) Variables(ref event.Ref) map[string]string {
	res, _ := r.Get(ref)
	return res.Env
}

// Created returns the id of the container that this run made for the replica.
func (r *Results) Created(service string, number int) (id string, ok bool) {
	if r == nil {
		return "", false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for ref, res := range r.by {
		if ref.Kind == event.Container && ref.Service == service && ref.Number == number && ref.Old == "" && res.ID != "" {
			return res.ID, true
		}
	}
	return "", false
}
