package reconciler_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// script is a Doer whose steps take a time and end as told, by step id.
type script struct {
	takes  map[int]time.Duration
	fails  map[int]error
	gives  map[int]plan.Result
	panics map[int]any

	mu   sync.Mutex // guards below
	log  []string   // "start 1", "end 1", in order
	now  int        // steps that take a slot and run
	most int        // the highest that now has been
	last time.Time  // when the last step began
}

func (s *script) Do(ctx context.Context, step plan.Step, _ *plan.Results) (plan.Result, error) {
	slot := takesSlot(step)
	s.note("start", step.ID, slot, 1)
	defer s.note("end", step.ID, slot, -1)
	if v, ok := s.panics[step.ID]; ok {
		panic(v)
	}
	select {
	case <-time.After(s.takes[step.ID]):
	case <-ctx.Done():
		return plan.Result{}, fmt.Errorf("step %d: %w", step.ID, ctx.Err())
	}
	return s.gives[step.ID], s.fails[step.ID]
}

func (s *script) note(what string, id int, slot bool, by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, fmt.Sprint(what, " ", id))
	if by > 0 {
		s.last = time.Now()
	}
	if slot {
		s.now += by
		s.most = max(s.most, s.now)
	}
}

// began are the ids of the steps that were carried out, sorted.
func (s *script) began() []int {
	var ids []int
	for _, l := range s.log {
		var id int
		if _, err := fmt.Sscanf(l, "start %d", &id); err == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// takesSlot says it anew, so that the test does not ask the code under test.
func takesSlot(s plan.Step) bool {
	switch s.Action.Verb() {
	case "wait", "pull", "build":
		return false
	}
	return true
}

// recorder keeps what people would see. Apply promises never to call a sink
// twice at once, so it has no lock: the race detector checks the promise.
type recorder struct{ events []event.Event }

func (r *recorder) sink(e event.Event) { r.events = append(r.events, e) }

// lines are the events as plain text.
func (r *recorder) lines() string {
	var b strings.Builder
	for _, e := range r.events {
		switch e := e.(type) {
		case event.Planned:
			fmt.Fprintln(&b, "plan", e.Title, e.Refs)
		case event.Status:
			fmt.Fprintln(&b, strings.TrimSpace(fmt.Sprint(e.State, " ", e.Ref, " ", e.Text, " ", e.Detail)))
		case event.Message:
			fmt.Fprintln(&b, e.Level, e.Text)
		case event.Finished:
			fmt.Fprintln(&b, "finished", strings.ReplaceAll(fmt.Sprint(e.Err), "\n", " | "))
		}
	}
	return b.String()
}

// Short forms for plans.

func ctr(name string) event.Ref {
	return event.Ref{Kind: event.Container, Name: name, Service: name, Number: 1}
}
func old(name string) event.Ref { r := ctr(name); r.Old = name; return r }
func img(name string) event.Ref { return event.Ref{Kind: event.Image, Name: name} }

func create(name string) plan.Action { return planner.CreateContainer{Ref: ctr(name)} }
func recreate(name string) plan.Action {
	return planner.CreateContainer{Ref: ctr(name), Replaces: "x"}
}
func start(name string) plan.Action { return planner.StartContainer{Ref: ctr(name)} }
func hook(name string, phase planner.HookPhase, i int) plan.Action {
	return planner.RunHook{Ref: ctr(name), Phase: phase, Index: i}
}
func pull(name string) plan.Action { return planner.PullImage{Ref: img(name), Have: "v1"} }
func healthy(name string) plan.Action {
	return planner.WaitContainer{Ref: ctr(name), Condition: planner.ConditionHealthy, For: []string{"web"}}
}

// step is a step without an id, which plan gives.
func step(a plan.Action, after ...int) plan.Step { return plan.Step{Action: a, After: after} }

func when(s plan.Step, images ...string) plan.Step {
	for _, i := range images {
		s.When = append(s.When, img(i))
	}
	return s
}

func optional(s plan.Step) plan.Step { s.Optional = true; return s }

func planOf(steps ...plan.Step) *plan.Plan {
	for i := range steps {
		steps[i].ID = i + 1
	}
	return &plan.Plan{Title: "Running", Steps: steps}
}
