package reconciler

import (
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// view says what people see of a walk. A replacement is several steps and one
// change to them: "Recreate" when the new container is made, "Recreated" when
// it has the old one's name; the old one's end shows only if it goes wrong.
type view struct {
	plan *plan.Plan
	sink event.Sink
	now  func() time.Time
	// replaced are the containers that get a successor of the same name.
	replaced map[string]bool
	// renamed are those whose replacement ends with a rename.
	renamed map[event.Ref]bool
	// lastHooks are the numbers of the last post_start hooks: a container counts as
	// started when they ended.
	lastHooks map[event.Ref]int
	// working are the words of what is shown as working.
	working map[event.Ref]string
	// open are replacements, and starts with hooks, under way, shown as working.
	open map[event.Ref]bool
	// told are resources whose trouble was shown: that the rest of their steps
	// is skipped goes without saying.
	told map[event.Ref]bool
	// begun are the resources that a status was shown of.
	begun map[event.Ref]bool
	// waiting are those that Held was the last event of.
	waiting map[event.Ref]bool
}

func newView(p *plan.Plan, sink event.Sink, now func() time.Time) *view {
	v := &view{
		plan: p, sink: sink, now: now,
		replaced: map[string]bool{}, renamed: map[event.Ref]bool{}, lastHooks: map[event.Ref]int{}, working: map[event.Ref]string{},
		open: map[event.Ref]bool{}, told: map[event.Ref]bool{}, begun: map[event.Ref]bool{}, waiting: map[event.Ref]bool{},
	}
	for _, s := range p.Steps {
		switch a := s.Action.(type) {
		case planner.CreateContainer:
			v.replaced[a.Ref.Name] = true
		case planner.RenameContainer:
			v.renamed[a.Ref] = true
		case planner.RunHook:
			if a.Phase == planner.PostStart {
				v.lastHooks[a.Ref] = max(v.lastHooks[a.Ref], a.Index)
			}
		}
	}
	return v
}

// inner tells of a step on the container that a replacement takes away.
func (v *view) inner(s plan.Step) bool {
	ref := s.Action.Resource()
	return isOld(ref) && v.replaced[ref.Name]
}

// ref is the resource that a step is shown under: old and new container of a
// replacement are one.
func (v *view) ref(s plan.Step) event.Ref {
	ref := s.Action.Resource()
	if v.inner(s) {
		ref.Old = ""
	}
	return ref
}

// refs are the resources that the plan touches for certain, each once.
func (v *view) refs() []event.Ref {
	var refs []event.Ref
	seen := map[event.Ref]bool{}
	for _, s := range v.plan.Steps {
		ref := v.ref(s)
		if len(s.When) > 0 || wordsOf(s.Action) == (words{}) || seen[ref] {
			continue
		}
		seen[ref] = true
		refs = append(refs, ref)
	}
	return refs
}

func (v *view) begin(s plan.Step) {
	w := wordsOf(s.Action)
	if w.working == "" || v.inner(s) {
		return
	}
	st := event.Status{State: event.Working, Text: w.working}
	switch a := s.Action.(type) {
	case planner.WaitContainer:
		st.Detail = waitDetail(a)
	case planner.CreateContainer:
		if a.Replaces != "" && v.renamed[a.Ref] {
			v.open[a.Ref] = true
		}
	}
	v.emit(s, st)
}

func (v *view) ended(s plan.Step, r plan.Result) {
	if v.inner(s) {
		return
	}
	ref := s.Action.Resource()
	text := wordsOf(s.Action).done
	switch a := s.Action.(type) {
	case planner.CreateContainer:
		if v.open[ref] {
			return
		}
	case planner.StartContainer, planner.RestartContainer:
		if _, hooks := v.lastHooks[ref]; hooks {
			v.open[ref] = true
			return
		}
	case planner.RunHook:
		if a.Phase == planner.PostStart && a.Index == v.lastHooks[ref] {
			text = "Started"
		}
	case planner.RenameContainer:
		if v.open[ref] {
			text = "Recreated"
			r.Detail = why(s.Reason)
			delete(v.open, ref)
		}
	}
	if r.Text != "" {
		text = r.Text
	}
	state := event.Done
	if r.Warning {
		state = event.Warning
	}
	if text != "" {
		v.emit(s, event.Status{State: state, Text: text, Detail: r.Detail})
	}
}

func (v *view) failed(s plan.Step, err error) {
	ref := v.ref(s)
	detail := strings.TrimPrefix(err.Error(), strings.ToLower(string(ref.Kind))+" "+ref.Name+" ") // the line begins with it
	v.emit(s, event.Status{State: event.Failed, Text: "Error", Detail: detail, Err: err})
	v.told[v.ref(s)] = true
}

func (v *view) warned(s plan.Step, err error) {
	v.emit(s, event.Status{State: event.Warning, Text: "Warning", Detail: err.Error(), Err: err})
}

func (v *view) cut(s plan.Step) {
	v.emit(s, event.Status{State: event.Warning, Text: "Interrupted"})
}

// skipped reports a step that is not tried because another one failed.
func (v *view) skipped(s, cause plan.Step) {
	ref := v.ref(s)
	of := v.ref(cause)
	if v.told[ref] || unseenWhenSkipped(s.Action) || of.Kind == ref.Kind && of.Name == ref.Name {
		return
	}
	v.told[ref] = true
	st := event.Status{State: event.Skipped, Text: "Skipped", Detail: of.String() + " failed"}
	if s.Optional {
		st.State = event.Warning
	}
	v.emit(s, st)
}

// isUnseen tells of what people are shown only if it fails.
func isUnseen(a plan.Action) bool {
	switch a.(type) {
	case planner.CheckNetwork, planner.RecordStops, planner.ForgetStops:
		return true
	}
	return false
}

// unseenWhenSkipped tells of what nobody misses: a report on what did not come
// about, and what is not shown.
func unseenWhenSkipped(a plan.Action) bool {
	_, reports := a.(planner.PruneImage)
	return reports || isUnseen(a)
}

// spared reports a container that goes on, for the images that it might have
// been replaced for are the old ones. The start would have been its last step.
func (v *view) spared(s plan.Step) {
	if _, ok := s.Action.(planner.StartContainer); ok {
		v.emit(s, event.Status{State: event.Done, Text: "Running"})
	}
}

// draining says why an interrupted plan does not end yet.
func (v *view) draining() {
	v.sink(event.Message{Level: event.Info, Text: "Waiting for what is under way... press Ctrl+C again to force"})
}

// close ends what a cancellation left as working.
func (v *view) close() {
	for _, s := range v.plan.Steps {
		if ref := v.ref(s); v.open[ref] {
			v.cut(s)
		}
	}
}

// emit stamps and sends a status, if that is news; a replacement that it says the
// end of is not open any more.
func (v *view) emit(s plan.Step, st event.Status) {
	st.Time, st.Ref = v.now(), v.ref(s)
	if st.State == event.Working && st.Detail == "" && v.working[st.Ref] == st.Text {
		return // a hook before it said so
	}
	delete(v.working, st.Ref)
	v.begun[st.Ref] = true
	delete(v.waiting, st.Ref)
	if st.State == event.Working {
		v.working[st.Ref] = st.Text
	} else {
		delete(v.open, st.Ref)
	}
	v.sink(st)
}

// heldFor bounds the names that a Held brings: the network of hundreds of
// containers waits for each of them.
const heldFor = 3

// held reports a step that comes after others' steps. A change that may not be
// needed is not waited with.
func (v *view) held(s plan.Step, by []plan.Step) {
	h := event.Held{Ref: v.ref(s)}
	unseen := wordsOf(s.Action).working == "" || v.inner(s) || len(s.When) > 0 && !v.begun[h.Ref]
	if len(by) == 0 || unseen || v.told[h.Ref] {
		return
	}
	seen := map[event.Ref]bool{}
	for _, b := range by {
		switch ref := v.ref(b); {
		case seen[ref], isUnseen(b.Action):
		case len(h.For) == heldFor:
			h.More++
		default:
			h.For = append(h.For, event.Need{Ref: ref, Text: v.aim(b)})
		}
		seen[v.ref(b)] = true
	}
	if len(h.For) == 0 {
		return
	}
	v.waiting[h.Ref] = true
	v.sink(h)
}

// aim is what the resource of a step is to do.
func (v *view) aim(s plan.Step) string {
	if v.inner(s) {
		return "to be recreated"
	}
	return aimOf(s.Action)
}

// free takes back what held said last of a step that need not wait for others
// any more and does not begin either.
func (v *view) free(s plan.Step) {
	if ref := v.ref(s); v.waiting[ref] {
		delete(v.waiting, ref)
		v.sink(event.Held{Ref: ref})
	}
}

// why answers what everybody asks of a container that was made anew.
func why(r plan.Reason) string {
	if text := r.String(); text != "" {
		return "(" + text + ")"
	}
	return ""
}
