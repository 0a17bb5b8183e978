// Package progress turns events into rows, one for each resource: how the
// resource fares, since when, what it waits for, how far its pull or its build
// is. It draws nothing and has no clock: the time of an event comes with it.
package progress

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// List is what a plan, or several that run at once, are about: resources in the
// order of their plan, and after them those that no plan named. It is not safe
// for concurrent use.
type List struct {
	Title string // of the plan that was announced last

	options Options
	plans   int            // announced and not finished
	known   map[string]int // resources that change or will, by their text: their place
	by      map[string]*Row
	rows    []*Row
	builds  Tails
	project string // as its containers' names begin; "" until it is known
}

// Options are what a List takes from those who show it.
type Options struct {
	// Clean takes out of a line that a build printed what is not to be shown:
	// control sequences. nil: lines stay as they are.
	Clean func(line string) string
}

// New returns an empty list.
func New(o Options) *List {
	if o.Clean == nil {
		o.Clean = func(line string) string { return line }
	}
	return &List{Title: "Running", options: o, known: map[string]int{}, by: map[string]*Row{}, builds: Tails{}}
}

// Plan takes in what will change. While one plan runs another may begin: a kill
// of what is being stopped.
func (l *List) Plan(p event.Planned) {
	l.plans++
	l.Title = cmp.Or(p.Title, l.Title)
	for _, ref := range p.Refs {
		l.place(ref.String())
		l.learn(ref)
	}
}

// Finish takes in that a plan ended.
func (l *List) Finish() { l.plans-- }

// Plans is how many plans were announced and not finished.
func (l *List) Plans() int { return l.plans }

// learn finds out what the project's containers begin with.
func (l *List) learn(ref event.Ref) {
	if prefix, ok := strings.CutSuffix(ref.Name, fmt.Sprintf("%s-%d", ref.Service, ref.Number)); ok && l.project == "" {
		l.project = strings.TrimRight(prefix, "-_")
	}
}

// place is a resource's among all that are known.
func (l *List) place(key string) int {
	if _, ok := l.known[key]; !ok {
		l.known[key] = len(l.known)
	}
	return l.known[key]
}

// row returns the resource's row, which is made at the first call.
func (l *List) row(ref event.Ref) *Row {
	key := ref.String()
	w, ok := l.by[key]
	if ok {
		return w
	}
	l.learn(ref)
	w = &Row{Ref: ref, place: l.place(key)}
	l.by[key] = w
	at, _ := slices.BinarySearchFunc(l.rows, w.place, func(x *Row, place int) int { return cmp.Compare(x.place, place) })
	l.rows = slices.Insert(l.rows, at, w)
	return w
}

// Status takes a change in. It returns what the step of a build printed at last,
// if that is what failed.
func (l *List) Status(s event.Status, now time.Time) (tail []string) {
	w := l.row(s.Ref)
	if s.State == event.Working && w.Began.IsZero() {
		w.Began = now
	}
	if s.State != event.Working || w.State != event.Working {
		w.Steps = Steps{}
	}
	w.Ended, w.Held = now, ""
	w.State, w.Text, w.Detail = s.State, s.Text, s.Detail
	if s.State == event.Failed {
		return l.builds.Failing(s.Ref)
	}
	return nil
}

// Part takes in how far a part of a pull is.
func (l *List) Part(p event.Part, now time.Time) {
	w := l.row(p.Ref)
	w.begin(now)
	w.Transfer.add(p)
}

// Output takes in a line that a build printed.
func (l *List) Output(o event.Output) {
	l.builds.Add(o)
	if w, ok := l.by[o.Ref.String()]; ok {
		w.Steps.add(o.Text, l.options.Clean)
	}
}

// Hold takes in what a resource waits for.
func (l *List) Hold(h event.Held) {
	l.row(h.Ref).Held = l.needs(h)
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

// Rows are the rows in their order. They are the list's: who calls changes
// nothing in them, and the slice is right until the next event.
func (l *List) Rows() []*Row { return l.rows }

// Known is how many resources change or will: those of the plans, and those that
// have a row.
func (l *List) Known() int { return len(l.known) }

// Works tells whether something is at work or waits.
func (l *List) Works() bool { return slices.ContainsFunc(l.rows, (*Row).works) }

// Span is the time from the first work to the last change, or until now where
// something still moves; zero where nothing was at work.
func (l *List) Span(at Moment) (began, ended time.Time) {
	for _, w := range l.rows {
		if !w.Began.IsZero() && (began.IsZero() || w.Began.Before(began)) {
			began = w.Began
		}
		if w.Ended.After(ended) {
			ended = w.Ended
		}
	}
	if l.Works() && !at.Last {
		ended = at.Now
	}
	return began, ended
}
