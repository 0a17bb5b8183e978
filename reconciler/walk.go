package reconciler

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/compose-orchestrator/compose/plan"
)

// walk is one run over the nodes. All of it belongs to the goroutine of run;
// those that carry steps out only send on outcomes.
type walk struct {
	nodes    []node
	doer     plan.Doer
	opts     Options
	view     *view
	results  *plan.Results
	outcomes chan outcome
	ready    []int // nodes whose prerequisites have ended, in the plan's order
	running  int   // goroutines
	busy     int   // slots of Parallel taken
	// interrupted: ctx ended before the last step did.
	interrupted bool
}

// outcome is how a step ended.
type outcome struct {
	node   int
	result plan.Result
	err    error
}

// PanicError is the error of a step whose Doer panicked.
type PanicError struct {
	Value any
	Stack []byte
}

// Error says that the program is at fault, and with what.
func (e *PanicError) Error() string { return fmt.Sprintf("internal error: %v", e.Value) }

func newWalk(nodes []node, d plan.Doer, o Options, v *view) *walk {
	w := &walk{nodes: nodes, doer: d, opts: o, view: v, results: &plan.Results{}, outcomes: make(chan outcome)}
	for i := range nodes {
		if nodes[i].waits == 0 {
			w.enqueue(i)
		}
	}
	return w
}

// run goes through all nodes and returns the joined errors.
func (w *walk) run(ctx context.Context) error {
	writes, cutWrites := context.WithCancel(context.WithoutCancel(ctx))
	defer cutWrites()
	cancelled := ctx.Done()
	var forced <-chan struct{} // nil until ctx has ended
	for i := range w.nodes {
		w.reportHeld(i)
	}
	for {
		w.launch(ctx, writes)
		if w.running == 0 {
			break
		}
		select {
		case o := <-w.outcomes:
			w.ended(ctx, o)
		case <-cancelled:
			cancelled = nil
			w.interrupted = true
			defer time.AfterFunc(w.opts.DrainTimeout, cutWrites).Stop()
			if forced = w.opts.Force; forced != nil && w.busy > 0 {
				w.view.draining()
			}
		case <-forced:
			forced = nil
			cutWrites()
		}
	}
	return w.errors(ctx)
}

// launch starts the ready nodes that a slot is free for. It goes on until
// nothing more becomes ready by nodes that end without running.
func (w *walk) launch(ctx, writes context.Context) {
	for i := 0; i < len(w.ready); {
		if ctx.Err() != nil {
			w.interrupted = true
			return
		}
		n := w.ready[i]
		if w.endWithoutRunning(n) {
			w.remove(i)
			w.release(n)
			i = 0 // what follows n may come before the others in the plan
			continue
		}
		cut := w.nodes[n].cut != plan.Finishes
		if !cut && w.opts.Parallel > 0 && w.busy >= w.opts.Parallel {
			w.view.free(&w.nodes[n])
			i++
			continue
		}
		w.remove(i)
		stepCtx := writes
		if cut {
			stepCtx = ctx
		} else {
			w.busy++
		}
		w.running++
		w.nodes[n].state = running
		w.view.begin(&w.nodes[n])
		go w.do(stepCtx, n)
	}
}

func (w *walk) remove(i int) { w.ready = slices.Delete(w.ready, i, i+1) }

// enqueue puts a node whose prerequisites have ended in its place.
func (w *walk) enqueue(n int) {
	i, _ := slices.BinarySearch(w.ready, n)
	w.ready = slices.Insert(w.ready, i, n)
}

// do carries one step out; it sends exactly one outcome whatever the Doer does.
func (w *walk) do(ctx context.Context, n int) {
	o := outcome{node: n, err: &PanicError{Value: "the step's goroutine was ended"}}
	defer func() {
		if v := recover(); v != nil {
			o.err = &PanicError{Value: v, Stack: debug.Stack()}
		}
		w.outcomes <- o
	}()
	o.result, o.err = w.doer.Do(ctx, w.nodes[n].step, w.results)
}

// ended takes a step's outcome in.
func (w *walk) ended(ctx context.Context, o outcome) {
	n := &w.nodes[o.node]
	w.running--
	if n.cut == plan.Finishes {
		w.busy--
	}
	switch {
	case o.err == nil:
		n.state = done
		w.results.Set(n.step.Action.Resource(), o.result)
		n.changed = n.produces && o.result.Digest != "" && o.result.Digest != n.have
		w.view.ended(n, o.result)
	case ctx.Err() != nil && wasCut(n, o.err):
		// What follows stays as it is: ctx.Err says it for all of them.
		n.state = failed
		w.view.cut(n)
	case n.step.Optional:
		n.state = done
		w.view.warned(n, o.err)
	default:
		n.state, n.err, n.cause = failed, o.err, o.node
		w.view.failed(n, o.err)
	}
	w.release(o.node)
}

// wasCut tells whether err comes of the cancellation.
func wasCut(n *node, err error) bool {
	return n.cut == plan.Breaks || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// endWithoutRunning ends a node that must not run: it is skipped for a failure, or what
// it would run for has not come. It leaves alone one that is to run.
func (w *walk) endWithoutRunning(i int) bool {
	n := &w.nodes[i]
	switch {
	case n.cause >= 0 && n.step.Optional:
		n.state = done
		w.view.skipped(n, &w.nodes[n.cause])
		n.cause = -1
	case n.cause >= 0:
		n.state = skipped
		w.view.skipped(n, &w.nodes[n.cause])
	case len(n.step.When) > 0 && !slices.ContainsFunc(n.when, func(j int) bool { return w.nodes[j].changed }):
		n.state = done
		w.view.unchanged(n)
	default:
		return false
	}
	w.view.free(n)
	return true
}

// reportHeld says what holds a node back, where that is other resources alone: one
// that waits for its own resource's earlier steps is not what people look at.
func (w *walk) reportHeld(i int) {
	n := &w.nodes[i]
	if n.waits == 0 || n.cause >= 0 {
		return
	}
	var by []*node
	for _, j := range n.before {
		if w.nodes[j].state > running {
			continue
		}
		if w.view.ref(&w.nodes[j]) == w.view.ref(n) {
			return
		}
		by = append(by, &w.nodes[j])
	}
	w.view.held(n, by)
}

// release tells the nodes that wait for i that it ended, and for whose failure
// they are skipped: of several, the first in the plan.
func (w *walk) release(i int) {
	from := w.nodes[i]
	for _, j := range from.next {
		to := &w.nodes[j]
		if from.cause >= 0 && (to.cause < 0 || from.cause < to.cause) {
			to.cause = from.cause
		}
		if to.waits--; to.waits == 0 {
			w.enqueue(j)
		} else {
			w.reportHeld(j)
		}
	}
}

// errors joins the errors in the plan's order, each text once: an engine that is gone
// fails every step with the same.
func (w *walk) errors(ctx context.Context) error {
	var errs []error
	if w.interrupted {
		errs = append(errs, ctx.Err())
	}
	seen := map[string]bool{}
	for _, n := range w.nodes {
		if n.err != nil && !seen[n.err.Error()] {
			seen[n.err.Error()] = true
			errs = append(errs, n.err)
		}
	}
	return errors.Join(errs...)
}
