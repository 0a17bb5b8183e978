package reconciler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/screentest"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/reconciler"
)

// rollOut is an action that nothing but this file knows: it gives a task another
// image, and whether that is news tells those that come When it changed.
type rollOut struct {
	Task  string `json:"task"`
	Image string `json:"image"`
	Have  string `json:"have,omitempty"`
}

func (rollOut) Verb() string          { return "update-task" }
func (a rollOut) Resource() event.Ref { return task(a.Task) }

func (rollOut) Words() plan.Words {
	return plan.Words{Working: "Updating", Done: "Updated", Kept: "Up to date", Aim: "to be updated", Doing: "updating", Begins: "roll-out"}
}

func (a rollOut) Details() []string                { return []string{"to " + a.Image} }
func (a rollOut) Produces() (have string, ok bool) { return a.Have, true }
func (rollOut) Interruption() plan.Interruption    { return plan.Breaks }

// verify ends the change that a rollOut begins.
type verify struct {
	Task string `json:"task"`
}

func (*verify) Verb() string          { return "verify" }
func (a *verify) Resource() event.Ref { return task(a.Task) }
func (*verify) Words() plan.Words     { return plan.Words{Aim: "to be verified", Ends: "roll-out"} }

func task(name string) event.Ref { return event.Ref{Kind: "Task", Name: name, Service: name} }

// swarm carries these actions out.
type swarm struct {
	mu  sync.Mutex // guards below
	did []string
}

func (s *swarm) note(did ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did = append(s.did, strings.Join(did, " "))
}

func (s *swarm) Do(_ context.Context, step plan.Step, done *plan.Results) (plan.Result, error) {
	switch a := step.Action.(type) {
	case rollOut:
		s.note("update", a.Task)
		time.Sleep(time.Second)
		if a.Image == "bad" {
			time.Sleep(time.Second / 2) // not at the instant when others end
			return plan.Result{}, errors.New(plan.Doing(a) + ": no such image")
		}
		return plan.Result{Digest: a.Image, Warning: a.Task == "b"}, nil
	case *verify:
		made, _ := done.Get(a.Resource())
		s.note("verify", a.Task, made.Digest)
		time.Sleep(200 * time.Millisecond)
	}
	return plan.Result{}, nil
}

const foreignPlan = `1 update Task a (to v2)
2 verify Task a [after 1]
3 update Task b (to v2) [after 2] [when task a changed]
4 update Task c (to v3) [after 3] [when task b changed]
5 update Task d (to bad)
6 verify Task d [after 5]
7 update Task e (to v2) [after 6]
`

// TestForeignAction: an action that no package knows is written as text and JSON,
// read again, carried out and shown in every way.
func TestForeignAction(t *testing.T) {
	when := func(s plan.Step, name string) plan.Step { s.When = []event.Ref{task(name)}; return s }
	p := planOf(
		step(rollOut{Task: "a", Image: "v2", Have: "v1"}), step(&verify{"a"}, 1),
		when(step(rollOut{Task: "b", Image: "v2", Have: "v2"}, 2), "a"), when(step(rollOut{Task: "c", Image: "v3"}, 3), "b"),
		step(rollOut{Task: "d", Image: "bad"}), step(&verify{"d"}, 5), step(rollOut{Task: "e", Image: "v2"}, 6),
	)
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = plan.Decode(data, []plan.Action{rollOut{}, &verify{}}); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := p.WriteText(&text); err != nil || text.String() != foreignPlan {
		t.Errorf("got %v\n%s\nwant:\n%s", err, &text, foreignPlan)
	}
	for mode, want := range foreignShown {
		t.Run(string(mode), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target := &swarm{}
				got := shown(t, mode, func(sink event.Sink) {
					if err := reconciler.Apply(t.Context(), p, target, reconciler.Options{}, sink); err == nil || err.Error() != "updating task d: no such image" {
						t.Errorf("got error %v", err)
					}
				})
				if got != want {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
				slices.Sort(target.did)
				if did := strings.Join(target.did, ", "); did != "update a, update b, update d, verify a v2" {
					t.Errorf("carried out: got %s", did)
				}
			})
		})
	}
}

// shown is what a display of that mode shows of a run. Of JSON it is the fields
// that a reader would look at.
func shown(t *testing.T, mode render.Mode, run func(event.Sink)) string {
	t.Helper()
	var out bytes.Buffer
	screen := screentest.New(60, 20)
	o := render.Options{Mode: mode, Err: &out, Out: io.Discard}
	if mode == render.ModeTTY {
		o.Err = screen
	}
	r, err := render.New(o)
	if err != nil {
		t.Fatal(err)
	}
	run(r.Event)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	switch mode {
	case render.ModeTTY:
		return screen.All()
	case render.ModeJSON:
		return fields(t, &out)
	}
	return out.String()
}

func fields(t *testing.T, lines io.Reader) string {
	t.Helper()
	var b strings.Builder
	for dec := json.NewDecoder(lines); ; {
		var l struct {
			Type, ID, Status, Text, Details, Error string
		}
		if err := dec.Decode(&l); err == io.EOF {
			return b.String()
		} else if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, strings.Join(slices.DeleteFunc([]string{l.Type, l.ID, l.Status, l.Text, l.Details, l.Error}, func(s string) bool { return s == "" }), ", "))
	}
}

var foreignShown = map[render.Mode]string{
	render.ModePlain: ` Task a Updating
 Task d Updating
 Task a Updated
 Task b Updating
 Task d Error no such image
 Task e Skipped Task d failed
 Task b Updated
 Task c Up to date
`,
	render.ModeTTY: `[+] Running 3/5, 1 failed, 1 skipped 2.2s
 ✔ Task a  Updated               1.2s
 ✘ Task d  Error no such image   1.5s
 - Task e  Skipped Task d failed
 ! Task b  Updated               1.0s
 ✔ Task c  Up to date
`,
	render.ModeQuiet: " Task b Updated\n", // a warning
	render.ModeJSON: `planned
held, Task e
status, Task a, Working, Updating
status, Task d, Working, Updating
status, Task a, Done, Updated
status, Task b, Working, Updating
status, Task d, Error, Error, no such image, updating task d: no such image
status, Task e, Skipped, Skipped, Task d failed
status, Task b, Warning, Updated
status, Task c, Done, Up to date
finished, updating task d: no such image
`,
}
