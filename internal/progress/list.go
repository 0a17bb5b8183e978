// Package progress turns events into rows, one for each resource: its state,
// since when it is at work, what it waits for, and how far its pull or build is.
// It draws nothing and has no clock: the time of an event comes with it. Texts are
// those of the events, unfiltered: a front end escapes them for its display.
//
// A front end adds each event to a List and shows its rows. A front end that
// subscribes later gets the list's Snapshot, and continues from it with Resume.
package progress

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// List has a row for each resource of the plans that run, in their order, and
// after them those that no plan named. It is not safe for concurrent use.
type List struct {
	options Options
	title   string
	plans   int // announced and not finished
	rows    []*Row
	byName  map[string]*Row // by event.Ref.String
	builds  Tails
	project string // the project's name as containers' names begin with it; "": not known yet
}

// Options are what a List takes from its front end.
type Options struct {
	// Clean returns a line that a build printed without control sequences. nil:
	// lines stay as they are.
	Clean func(line string) string
}

// New returns an empty list.
func New(o Options) *List {
	if o.Clean == nil {
		o.Clean = func(line string) string { return line }
	}
	return &List{options: o, title: "Running", byName: map[string]*Row{}, builds: Tails{}}
}

// Add changes the rows by e. now is the time at which e arrived: Row.Began and
// Row.Ended are such times. Events about no resource change nothing: logs, exits,
// messages, synced files.
func (l *List) Add(e event.Event, now time.Time) {
	switch e := e.(type) {
	case event.Planned:
		l.plan(e)
	case event.Finished:
		l.plans--
	case event.Status:
		l.row(e.Ref).status(e, now)
	case event.Held:
		l.row(e.Ref).Held = l.needs(e)
	case event.Part:
		l.row(e.Ref).part(e, now)
	case event.Output:
		l.builds.Add(e)
		if r, ok := l.byName[e.Ref.String()]; ok && r.State != "" {
			r.Steps.add(e.Text, l.options.Clean)
		}
	}
}

// Ends tells whether the list is complete with e; call it after Add. It is complete
// at the end of its last plan. Changes outside of a plan are complete, once no
// resource works or waits, at the next event about no resource. Later events belong
// to a new list.
func (l *List) Ends(e event.Event) bool {
	switch e.(type) {
	case event.Finished:
		return l.plans <= 0
	case event.Planned, event.Status, event.Held, event.Part, event.Output:
		return false
	}
	return l.plans == 0 && !l.Works()
}

// plan adds rows for the plan's resources. A plan may begin while another runs: a
// kill while containers are being stopped.
func (l *List) plan(p event.Planned) {
	l.plans++
	l.title = cmp.Or(p.Title, l.title)
	l.rows = slices.Grow(l.rows, len(p.Refs))
	for _, ref := range p.Refs {
		l.row(ref)
	}
	for _, refs := range p.Alike {
		for _, ref := range refs {
			l.row(ref).Like = refs[0].String()
		}
	}
}

// row returns the resource's row, a new one at the first call. While the row has no
// State its Ref is that of the latest event.
func (l *List) row(ref event.Ref) *Row {
	name := ref.String()
	r, ok := l.byName[name]
	if !ok {
		r = &Row{}
		l.rows, l.byName[name] = append(l.rows, r), r
	}
	if r.State == "" {
		r.Ref = ref
		if l.project == "" {
			l.project = projectOf(ref)
		}
	}
	return r
}

// needs is what is waited for, in a line: "db-1 to be healthy, web-1 to start".
func (l *List) needs(h event.Held) string {
	var b strings.Builder
	for i, n := range h.For {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(l.ShortName(n.Ref))
		last := i == len(h.For)-1
		switch {
		case last && h.More > 0:
			fmt.Fprintf(&b, " and %d more %s", h.More, n.Text)
		case last || h.For[i+1].Text != n.Text:
			b.WriteString(" " + n.Text)
		}
	}
	return b.String()
}

// Title is that of the plan that was announced last, "Running" before any.
func (l *List) Title() string { return l.title }

// Len is the number of resources: those of the plans, and those that changed
// without being in one.
func (l *List) Len() int { return len(l.rows) }

// Shown returns the rows of resources that have a State or wait, in their order. The
// rows are the list's own: Add changes them, and callers must not. The slice is the
// caller's.
func (l *List) Shown(at Moment) []*Row {
	return slices.DeleteFunc(slices.Clone(l.rows), func(r *Row) bool { return !r.shown(at) })
}

// Works tells whether a resource is at work or waits.
func (l *List) Works() bool { return slices.ContainsFunc(l.rows, (*Row).works) }

// Span is from the first work to the latest change, or to at.Now while something
// is at work or waits. began is zero where nothing was at work yet.
func (l *List) Span(at Moment) (began, ended time.Time) {
	for _, r := range l.rows {
		if !r.Began.IsZero() && (began.IsZero() || r.Began.Before(began)) {
			began = r.Began
		}
		if r.Ended.After(ended) {
			ended = r.Ended
		}
	}
	if l.Works() && !at.Ended {
		ended = at.Now
	}
	return began, ended
}

// FailedStep returns the lines that the failed step of an image's build printed, or
// the latest lines of the build where they do not say which step failed. They are at
// most 50, with their control sequences.
func (l *List) FailedStep(image event.Ref) []string { return l.builds.FailedStep(image) }
