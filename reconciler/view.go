package reconciler

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
)

// view says what people see of a walk. A change that several steps make of one
// resource (plan.Words.Begins) is one to them, and so is a replacement: the
// predecessor's end shows only if it goes wrong.
type view struct {
	nodes []node
	sink  event.Sink
	now   func() time.Time
	// replaced are the resources that get a successor of the same name.
	replaced map[resource]bool
	// last are the steps, by id, that changes of several steps end with.
	last map[change]int
	// working are the words of what is shown as working.
	working map[event.Ref]string
	// open are changes of several steps under way, shown as working: the words of
	// the action that began each.
	open map[event.Ref]plan.Words
	// reported are resources of which a failure or a skipped step was shown: their further
	// skipped steps are not.
	reported map[event.Ref]bool
	// begun are the resources that a status was shown of.
	begun map[event.Ref]bool
	// waiting are those that Held was the last event of.
	waiting map[event.Ref]bool
}

// change is one of several steps: its resource, and its name in plan.Words.
type change struct {
	ref  event.Ref
	name string
}

func newView(nodes []node, sink event.Sink, now func() time.Time) *view {
	v := &view{
		nodes: nodes, sink: sink, now: now,
		replaced: map[resource]bool{}, last: map[change]int{}, working: map[event.Ref]string{},
		open: map[event.Ref]plan.Words{}, reported: map[event.Ref]bool{}, begun: map[event.Ref]bool{}, waiting: map[event.Ref]bool{},
	}
	for i := range nodes {
		n := &nodes[i]
		if n.words.Replaces {
			v.replaced[resourceOf(n.ref())] = true
		}
		if n.words.Ends != "" {
			v.last[change{n.ref(), n.words.Ends}] = n.step.ID
		}
	}
	return v
}

// ofReplaced tells whether a step is on the resource that a replacement removes.
func (v *view) ofReplaced(n *node) bool {
	return n.ref().Old != "" && v.replaced[resourceOf(n.ref())]
}

// ref is the resource that a step is shown under: the old and the new one of a
// replacement are one.
func (v *view) ref(n *node) event.Ref {
	ref := n.ref()
	if v.ofReplaced(n) {
		ref.Old = ""
	}
	return ref
}

// refs are the resources that the plan touches for certain, each once.
func (v *view) refs() []event.Ref {
	var refs []event.Ref
	seen := map[event.Ref]bool{}
	for i := range v.nodes {
		n := &v.nodes[i]
		ref := v.ref(n)
		if len(n.step.When) > 0 || n.words.Working == "" && n.words.Done == "" || seen[ref] {
			continue
		}
		seen[ref] = true
		refs = append(refs, ref)
	}
	return refs
}

// alike are the resources of refs that come of one thing.
func (v *view) alike() [][]event.Ref {
	var all [][]event.Ref
	at := map[resource]int{} // by kind and what they come of
	for i := range v.nodes {
		n := &v.nodes[i]
		if n.words.Like == "" || len(n.step.When) > 0 {
			continue
		}
		of := resource{n.ref().Kind, n.words.Like}
		j, seen := at[of]
		if !seen {
			j, at[of] = len(all), len(all)
			all = append(all, nil)
		}
		all[j] = append(all[j], n.ref())
	}
	return slices.DeleteFunc(all, func(refs []event.Ref) bool { return len(refs) < 2 })
}

func (v *view) begin(n *node) {
	w := n.words
	if v.ofReplaced(n) {
		return
	}
	if w.Begins != "" && v.last[change{n.ref(), w.Begins}] != 0 {
		v.open[n.ref()] = w
	}
	if w.Working != "" {
		v.emit(n, event.Status{State: event.Working, Text: w.Working, Detail: w.Detail})
	}
}

func (v *view) ended(n *node, r plan.Result) {
	if v.ofReplaced(n) {
		return
	}
	w := n.words
	if open, ok := v.open[n.ref()]; ok {
		switch {
		case open.Begins == w.Begins:
			return
		case open.Begins == w.Ends && v.last[change{n.ref(), w.Ends}] == n.step.ID:
			w = open
		}
	}
	st := event.Status{State: event.Done, Text: cmp.Or(r.Text, w.Done), Detail: r.Detail}
	if w.Reason {
		st.Detail, st.Why = why(n.step.Reason), n.step.Reason.Short()
	}
	if r.Warning {
		st.State = event.Warning
	}
	if st.Text != "" {
		v.emit(n, st)
	}
}

func (v *view) failed(n *node, err error) {
	v.emit(n, brief(n, event.Status{State: event.Failed, Text: "Error", Err: err}))
	v.reported[v.ref(n)] = true
}

func (v *view) warned(n *node, err error) {
	v.emit(n, brief(n, event.Status{State: event.Warning, Text: "Warning", Err: err}))
}

// brief adds to a status what its error comes to: it stands behind the resource.
func brief(n *node, st event.Status) event.Status {
	st.Detail = strings.TrimPrefix(st.Err.Error(), plan.Doing(n.step.Action)+": ")
	if b := hint.BriefOf(st.Err); b != (hint.Brief{}) {
		st.Is, st.Detail = b.State, b.Cause
	}
	return st
}

func (v *view) cut(n *node) {
	v.emit(n, event.Status{State: event.Warning, Text: "Interrupted"})
}

// skipped reports a step that is not tried because another one failed.
func (v *view) skipped(n, cause *node) {
	ref := v.ref(n)
	of := v.ref(cause)
	if v.reported[ref] || n.hidden() || of.Kind == ref.Kind && of.Name == ref.Name {
		return
	}
	v.reported[ref] = true
	st := event.Status{State: event.Skipped, Text: "Skipped", Detail: of.String() + " failed"}
	if n.step.Optional {
		st.State = event.Warning
	}
	v.emit(n, st)
}

// unchanged reports a resource that stays as it is, for what it might have been
// changed for did not change.
func (v *view) unchanged(n *node) {
	if n.words.Kept != "" {
		v.emit(n, event.Status{State: event.Done, Text: n.words.Kept})
	}
}

// draining says why an interrupted plan does not end yet.
func (v *view) draining() {
	v.sink(event.Message{Level: event.Info, Text: "Waiting for what is under way... press Ctrl+C again to force"})
}

// close ends what a cancellation left as working.
func (v *view) close() {
	for i := range v.nodes {
		n := &v.nodes[i]
		if _, open := v.open[v.ref(n)]; open {
			v.cut(n)
		}
	}
}

// emit stamps and sends a status, if that is news; a replacement that it says the
// end of is not open any more.
func (v *view) emit(n *node, st event.Status) {
	st.Time, st.Ref = v.now(), v.ref(n)
	if st.State == event.Working && st.Detail == "" && v.working[st.Ref] == st.Text {
		return // the hook before it showed the same
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

// heldFor bounds the names in a Held: the network of hundreds of
// containers waits for each of them.
const heldFor = 3

// held reports a step that comes after others' steps. A change that may not be
// needed is not waited with.
func (v *view) held(n *node, by []*node) {
	h := event.Held{Ref: v.ref(n)}
	unseen := n.words.Working == "" || v.ofReplaced(n) || len(n.step.When) > 0 && !v.begun[h.Ref]
	if len(by) == 0 || unseen || v.reported[h.Ref] {
		return
	}
	seen := map[event.Ref]bool{}
	for _, b := range by {
		switch ref := v.ref(b); {
		case seen[ref], b.hidden():
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
func (v *view) aim(n *node) string {
	if v.ofReplaced(n) {
		return "to be recreated"
	}
	return cmp.Or(n.words.Aim, "to be ready")
}

// free takes back what held said last of a step that need not wait for others
// any more and does not begin either.
func (v *view) free(n *node) {
	if ref := v.ref(n); v.waiting[ref] {
		delete(v.waiting, ref)
		v.sink(event.Held{Ref: ref})
	}
}

// why is a step's reason in parentheses; "": it has none.
func why(r plan.Reason) string {
	if text := r.String(); text != "" {
		return "(" + text + ")"
	}
	return ""
}
