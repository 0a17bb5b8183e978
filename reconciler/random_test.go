package reconciler_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/reconciler"
)

// randomRun is a plan and how its steps fare.
func randomRun(r *rand.Rand) (*plan.Plan, *script) {
	n := 1 + r.IntN(30)
	s := &script{takes: map[int]time.Duration{}, fails: map[int]error{}, gives: map[int]plan.Result{}}
	steps := make([]plan.Step, n)
	var images []string
	for i := range steps {
		id := i + 1
		name := fmt.Sprint("r", id)
		switch r.IntN(4) {
		case 0:
			steps[i].Action = pull(name)
			images = append(images, name)
			s.gives[id] = plan.Result{Digest: []string{"v1", "v2"}[r.IntN(2)]}
		case 1:
			steps[i].Action = healthy(name)
		default:
			steps[i].Action = create(name)
			if len(images) > 0 && r.IntN(3) == 0 {
				steps[i] = when(steps[i], images[r.IntN(len(images))])
			}
		}
		for range r.IntN(4) {
			if i > 0 {
				steps[i].After = append(steps[i].After, 1+r.IntN(i))
			}
		}
		steps[i].Optional = r.IntN(6) == 0
		s.takes[id] = time.Duration(r.IntN(2000)) * time.Millisecond
		if r.IntN(8) == 0 {
			s.fails[id] = fmt.Errorf("failure %d", id)
		}
	}
	return planOf(steps...), s
}

// ending is what the model says of a step.
type ending struct{ runs, blocks, changed bool }

// model says how each step must end: the rules in their plainest form, for a
// plan whose steps come after earlier ones only.
func model(p *plan.Plan, s *script) map[int]ending {
	out := map[int]ending{}
	for _, st := range p.Steps {
		blocked, wanted := false, len(st.When) == 0
		for _, id := range before(p, st) {
			blocked = blocked || out[id].blocks
		}
		for _, ref := range st.When {
			wanted = wanted || out[stepOf(p, ref)].changed
		}
		fails := s.fails[st.ID] != nil
		var e ending
		e.runs = !blocked && wanted
		e.blocks = !st.Optional && (blocked || e.runs && fails)
		e.changed = e.runs && !fails && s.gives[st.ID].Digest == "v2"
		out[st.ID] = e
	}
	return out
}

// before are the steps that must have ended before st begins.
func before(p *plan.Plan, st plan.Step) []int {
	ids := slices.Clone(st.After)
	for _, ref := range st.When {
		ids = append(ids, stepOf(p, ref))
	}
	return ids
}

func stepOf(p *plan.Plan, ref event.Ref) int {
	return 1 + slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.Action.Resource() == ref })
}

// TestRandomPlans compares many runs with the model: the right steps run, each
// once, in order, within the limit, and the errors are those of the steps.
func TestRandomPlans(t *testing.T) {
	for seed := range uint64(400) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			p, s := randomRun(r)
			limit := r.IntN(4)
			var rec recorder
			err := reconciler.Apply(t.Context(), p, s, reconciler.Options{Parallel: limit}, rec.sink)
			want := model(p, s)
			var runs []int
			var errs []string
			for _, st := range p.Steps {
				if want[st.ID].runs {
					runs = append(runs, st.ID)
					if s.fails[st.ID] != nil && !st.Optional {
						errs = append(errs, s.fails[st.ID].Error())
					}
				}
			}
			if got := s.began(); !slices.Equal(got, runs) {
				t.Errorf("seed %d: carried out %v, want %v", seed, got, runs)
			}
			if got := message(err); got != strings.Join(errs, "\n") {
				t.Errorf("seed %d: got error %q, want %q", seed, got, errs)
			}
			if limit > 0 && s.most > limit {
				t.Errorf("seed %d: %d at once, want at most %d", seed, s.most, limit)
			}
			checkOrder(t, seed, p, s)
			checkStatuses(t, seed, rec.events)
		})
	}
}

// TestRandomCancels cancels somewhere on the way: no step begins later, writes
// in flight end as they would have, and Apply comes back.
func TestRandomCancels(t *testing.T) {
	for seed := range uint64(400) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 2))
			p, s := randomRun(r)
			ctx, cancel := context.WithCancel(t.Context())
			after := time.Duration(r.IntN(4000)) * time.Millisecond
			defer time.AfterFunc(after, cancel).Stop()
			var rec recorder
			start := time.Now()
			err := reconciler.Apply(ctx, p, s, reconciler.Options{}, rec.sink)
			if took := time.Since(start); took > after+2*time.Second {
				t.Errorf("seed %d: came back %v after the cancellation, want at most the longest step", seed, took-after)
			}
			if late := s.last.Sub(start) - after; late > 0 {
				t.Errorf("seed %d: a step began %v after the cancellation", seed, late)
			}
			if strings.Contains(message(err), "step ") {
				t.Errorf("seed %d: got %v, want no error of a step that was cut", seed, err)
			}
			checkOrder(t, seed, p, s)
			checkStatuses(t, seed, rec.events)
		})
	}
}

// message is an error's text, "" for none, without the cancellation.
func message(err error) string {
	if err == nil {
		return ""
	}
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), context.Canceled.Error()), "\n")
}

// checkOrder finds steps that began before one that they come after had ended.
func checkOrder(t *testing.T, seed uint64, p *plan.Plan, s *script) {
	t.Helper()
	for _, st := range p.Steps {
		at := slices.Index(s.log, fmt.Sprint("start ", st.ID))
		for _, id := range before(p, st) {
			if at >= 0 && slices.Index(s.log, fmt.Sprint("end ", id)) > at {
				t.Errorf("seed %d: step %d began before step %d had ended", seed, st.ID, id)
			}
		}
	}
}

// checkStatuses finds resources that were left as working, and events out of
// their frame.
func checkStatuses(t *testing.T, seed uint64, events []event.Event) {
	t.Helper()
	working := map[event.Ref]bool{}
	for i, e := range events {
		if h, ok := e.(event.Held); ok && len(h.For) > 0 && slices.ContainsFunc(h.For, func(n event.Need) bool { return n.Ref == h.Ref || n.Text == "" }) {
			t.Errorf("seed %d: held by itself or for nothing: %+v", seed, h)
		}
		st, ok := e.(event.Status)
		if _, held := e.(event.Held); !ok && !held {
			if i != 0 && i != len(events)-1 {
				t.Errorf("seed %d: %T in the middle", seed, e)
			}
		}
		if !ok {
			continue
		}
		if st.Time.IsZero() {
			t.Errorf("seed %d: %v has no time", seed, st.Ref)
		}
		if st.State == event.Working {
			working[st.Ref] = true
		} else {
			delete(working, st.Ref)
		}
		if (st.State == event.Failed) != (st.Err != nil && !errors.Is(st.Err, context.Canceled)) && st.State != event.Warning {
			t.Errorf("seed %d: %v is %s with error %v", seed, st.Ref, st.State, st.Err)
		}
	}
	if len(working) > 0 {
		t.Errorf("seed %d: left as working: %v", seed, working)
	}
}
