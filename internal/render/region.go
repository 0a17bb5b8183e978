package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// region is what the live region is about: resources, in the order of their
// plan, and after them those that no plan named.
type region struct {
	title   string
	plans   int            // announced and not finished
	known   map[string]int // resources that change or will, by their text: their place
	by      map[string]*row
	rows    []*row
	builds  tails
	style   style
	project string // as its containers' names begin; "" until it is known
	wide    int    // columns of the widest state so far: the times keep their place
}

func newRegion(s style) *region {
	return &region{title: "Running", known: map[string]int{}, by: map[string]*row{}, builds: tails{}, style: s}
}

// plan takes in what will change. While one plan runs another may begin: a kill
// of what is being stopped.
func (r *region) plan(p event.Planned) {
	r.plans++
	r.title = cmp.Or(p.Title, r.title)
	for _, ref := range p.Refs {
		r.place(ref.String())
		r.learn(ref)
	}
}

// learn finds out what the project's containers begin with.
func (r *region) learn(ref event.Ref) {
	if prefix, ok := strings.CutSuffix(ref.Name, fmt.Sprintf("%s-%d", ref.Service, ref.Number)); ok && r.project == "" {
		r.project = strings.TrimRight(prefix, "-_")
	}
}

// place is a resource's among all that are known.
func (r *region) place(key string) int {
	if _, ok := r.known[key]; !ok {
		r.known[key] = len(r.known)
	}
	return r.known[key]
}

// row returns the resource's row, which is made at the first call.
func (r *region) row(ref event.Ref) *row {
	key := ref.String()
	w, ok := r.by[key]
	if ok {
		return w
	}
	r.learn(ref)
	w = &row{ref: ref, place: r.place(key)}
	r.by[key] = w
	at, _ := slices.BinarySearchFunc(r.rows, w.place, func(x *row, place int) int { return cmp.Compare(x.place, place) })
	r.rows = slices.Insert(r.rows, at, w)
	return w
}

// status takes a change in. It returns what the step of a build printed at last,
// if that is what failed.
func (r *region) status(s event.Status, now time.Time) (tail []string) {
	w := r.row(s.Ref)
	if s.State == event.Working && w.began.IsZero() {
		w.began = now
	}
	if s.State != event.Working || w.state != event.Working {
		w.steps = steps{}
	}
	w.ended, w.held = now, ""
	w.state, w.text, w.detail = s.State, s.Text, s.Detail
	if s.State == event.Failed {
		return failing(r.builds[s.Ref])
	}
	return nil
}

func (r *region) part(p event.Part, now time.Time) {
	w := r.row(p.Ref)
	w.begin(now)
	w.transfer.add(p)
}

func (r *region) output(o event.Output) {
	r.builds.add(o)
	if w, ok := r.by[o.Ref.String()]; ok {
		w.steps.add(o.Text)
	}
}

// hold takes in what a resource waits for.
func (r *region) hold(h event.Held) {
	r.row(h.Ref).held = r.needs(h)
}

// needs is what is waited for, in a line: "db-1 to be healthy, web-1 to start".
func (r *region) needs(h event.Held) string {
	var b strings.Builder
	for i, n := range h.For {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(r.shortest(n.Ref))
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

// live tells whether something works, so that the next frame differs.
func (r *region) live() bool { return slices.ContainsFunc(r.rows, (*row).works) }

// view is what a frame is drawn for: the columns and rows it may take, and its
// time.
type view struct {
	cols, rows int
	now        time.Time
	last       bool // nothing moves any more
}

// lines are the region's lines. There are never more than fit, but for the
// failures of the last frame.
func (r *region) lines(v view) []terminal.Text {
	if v.rows < 1 || v.cols < 1 {
		return nil
	}
	rows := slices.DeleteFunc(slices.Clone(r.rows), func(w *row) bool { return !w.shown(v) })
	counts := count(rows, v)
	n := v.rows - 1
	if v.last {
		n = max(n, counts.failed+1)
	}
	kept, folded := fold(rows, n, v)
	table := r.table(kept, v)
	var lines []terminal.Text
	if folded != "" {
		lines = append(lines, r.line(v.cols, cell{" … " + folded, terminal.Dim}))
	}
	lines = append(lines, table...)
	return append([]terminal.Text{r.header(counts, lines, v)}, lines...)
}

// header sums up: what is done of all, what went wrong, and the time so far,
// which stands above the others' times.
func (r *region) header(n counts, below []terminal.Text, v view) terminal.Text {
	cells := []cell{{fmt.Sprintf("[+] %s %d/%d", r.title, n.done+n.warned, len(r.known)), terminal.Bold}}
	if n.failed > 0 {
		cells = append(cells, cell{fmt.Sprintf(", %d failed", n.failed), terminal.Red})
	}
	if n.skipped > 0 {
		cells = append(cells, cell{fmt.Sprintf(", %d skipped", n.skipped), terminal.Yellow})
	}
	l := r.line(v.cols, cells...)
	began, ended := r.span(v)
	if began.IsZero() || len(below) == 0 {
		return l
	}
	took := elapsed(ended.Sub(began))
	width := 0
	for _, b := range below {
		width = max(width, b.Width())
	}
	gap := max(width-l.Width()-len(took), 1)
	if l.Width()+gap+len(took) > v.cols {
		return l
	}
	right := r.line(v.cols, cell{strings.Repeat(" ", gap), 0}, cell{took, terminal.Blue})
	return terminal.Join(l, right)
}

// span is the time from the first work to the last change, or until now where
// something still moves; zero where nothing was at work.
func (r *region) span(v view) (began, ended time.Time) {
	for _, w := range r.rows {
		if !w.began.IsZero() && (began.IsZero() || w.began.Before(began)) {
			began = w.began
		}
		if w.ended.After(ended) {
			ended = w.ended
		}
	}
	if r.live() && !v.last {
		ended = v.now
	}
	return began, ended
}

// cell is a piece of a line.
type cell struct {
	text string
	c    terminal.Color
}

// line joins cells and cuts them off at a width.
func (r *region) line(width int, cells ...cell) terminal.Text {
	var l terminal.Text
	for i, c := range cells {
		room := width - l.Width()
		text := terminal.Clean(c.text)
		following := i+1 < len(cells) && strings.TrimSpace(cells[i+1].text) != ""
		if w := runewidth.StringWidth(text); w > room || w == room && following {
			text = runewidth.Truncate(text+" ", max(room, 0), "…")
		}
		l = terminal.Join(l, r.style.of(c.c, text))
		if l.Width() >= width {
			break
		}
	}
	return l
}
