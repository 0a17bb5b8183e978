package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/event"
)

// region is what the live region is about: resources, in the order in which
// they first changed.
type region struct {
	title  string
	plans  int             // announced and not finished
	known  map[string]bool // resources that change or will, by their text
	by     map[string]*row
	rows   []*row
	builds tails
	style  style
	wide   int // columns of the widest state so far: the times keep their place
}

func newRegion(s style) *region {
	return &region{title: "Running", known: map[string]bool{}, by: map[string]*row{}, builds: tails{}, style: s}
}

// plan takes in what will change. While one plan runs another may begin: a kill
// of what is being stopped.
func (r *region) plan(p event.Planned) {
	r.plans++
	r.title = cmp.Or(p.Title, r.title)
	for _, ref := range p.Refs {
		r.known[ref.String()] = true
	}
}

// row returns the resource's row, which is made at the first call.
func (r *region) row(ref event.Ref, now time.Time) *row {
	key := ref.String()
	w, ok := r.by[key]
	if !ok {
		w = &row{ref: ref, state: event.Working, began: now}
		r.by[key], r.known[key] = w, true
		r.rows = append(r.rows, w)
	}
	return w
}

// status takes a change in. It returns what a build printed at last, if that is
// what failed.
func (r *region) status(s event.Status, now time.Time) (tail []string) {
	_, old := r.by[s.Ref.String()]
	w := r.row(s.Ref, now)
	at := s.Time
	if at.IsZero() {
		at = now
	}
	switch {
	case s.State == event.Working && (!old || w.state != event.Working):
		*w = row{ref: w.ref, began: at, timed: true} // its next phase
	case s.State != event.Working:
		w.ended, w.tail = at, ""
	}
	w.state, w.text, w.detail = s.State, s.Text, s.Detail
	if s.State == event.Failed {
		return r.builds[s.Ref]
	}
	return nil
}

func (r *region) part(p event.Part, now time.Time) { r.row(p.Ref, now).transfer.add(p) }

func (r *region) output(o event.Output) {
	r.builds.add(o)
	if w, ok := r.by[o.Ref.String()]; ok && strings.TrimSpace(o.Text) != "" {
		w.tail = o.Text
	}
}

// live tells whether something works, so that the next frame differs.
func (r *region) live() bool {
	return slices.ContainsFunc(r.rows, func(w *row) bool { return w.state == event.Working })
}

// view is what a frame is drawn for: the columns and rows it may take, and its
// time.
type view struct {
	cols, rows int
	now        time.Time
	last       bool // nothing moves any more
}

// lines are the region's lines; there are never more than fit.
func (r *region) lines(v view) []textLine {
	if v.rows < 1 || v.cols < 1 {
		return nil
	}
	done := 0
	for _, w := range r.rows {
		if w.state != event.Working {
			done++
		}
	}
	header := fmt.Sprintf("[+] %s %d/%d", r.title, done, len(r.known))
	lines := []textLine{r.line(v.cols, cell{header, bold})}
	rows, more := r.fold(v.rows - 1)
	if more != "" {
		lines = append(lines, r.line(v.cols, cell{" … " + more, dim}))
	}
	return append(lines, r.table(rows, v)...)
}

// fold picks the rows that fit into n lines, and sums the others up, which
// takes a line. Those that ended well go first, the oldest before the others,
// then the latest of those at work, and failures last.
func (r *region) fold(n int) (rows []*row, more string) {
	if len(r.rows) <= n {
		return r.rows, ""
	}
	if n < 1 {
		return nil, ""
	}
	byWeight := slices.Clone(r.rows)
	slices.Reverse(byWeight)
	slices.SortStableFunc(byWeight, func(a, b *row) int {
		return cmp.Or(cmp.Compare(weight[a.state], weight[b.state]), a.ended.Compare(b.ended))
	})
	hidden := map[*row]bool{}
	working := 0
	for _, w := range byWeight[:len(byWeight)-n+1] {
		hidden[w] = true
		if w.state == event.Working {
			working++
		}
	}
	more = fmt.Sprintf("%d more: %d done", len(hidden), len(hidden)-working)
	if working > 0 {
		more += fmt.Sprintf(", %d working", working)
	}
	return slices.DeleteFunc(slices.Clone(r.rows), func(w *row) bool { return hidden[w] }), more
}

// weight says how long a state is kept in sight.
var weight = map[event.State]int{event.Skipped: 1, event.Warning: 2, event.Working: 3, event.Failed: 4}

// table lays the rows out in columns: mark, name, state, time. Where there is
// not enough room the states are cut; where that would leave nothing of them,
// the kinds of the resources are left out, and then the names are cut too.
func (r *region) table(rows []*row, v view) []textLine {
	var full, short, states, times int
	for _, w := range rows {
		full = max(full, runewidth.StringWidth(w.ref.String()))
		short = max(short, runewidth.StringWidth(w.short()))
		states = max(states, w.word().width())
		times = max(times, len(w.elapsed(v.now)))
	}
	if !v.last {
		r.wide = max(r.wide, states)
		states = r.wide
	}
	room := v.cols - len(" x ") - len("  ") - len(" ") - times
	name, names := (*row).name, full
	if full > max(room-states, room*3/5) {
		name, names = (*row).short, min(short, max(room-states, room*3/5))
	}
	states = min(states, room-names)
	lines := make([]textLine, len(rows))
	for i, w := range rows {
		mark, c := w.mark(v.now)
		state := w.word()
		cells := []cell{
			{" " + mark + " ", c},
			{fit(name(w), names) + "  ", ""},
			{state.word, c},
			{state.rest, dim},
		}
		if pad := states - state.width(); pad > 0 {
			cells = append(cells, cell{strings.Repeat(" ", pad), ""})
		}
		left := r.line(v.cols-1-times, cells...)
		right := r.line(v.cols-left.width, cell{fmt.Sprintf(" %*s", times, w.elapsed(v.now)), blue})
		lines[i] = textLine{left.text + right.text, left.width + right.width}
	}
	return lines
}

// fit makes a name as wide as told; of one that is too wide the end remains,
// which tells it from others.
func fit(name string, width int) string {
	if w := runewidth.StringWidth(name); w > width && width > 1 {
		name = runewidth.TruncateLeft(name, w-width+1, "…")
	}
	return runewidth.FillRight(name, width)
}

// cell is a piece of a line.
type cell struct {
	text string
	c    color
}

// line joins cells and cuts them off at a width.
func (r *region) line(width int, cells ...cell) textLine {
	var l textLine
	for i, c := range cells {
		room := width - l.width
		text := c.text
		following := i+1 < len(cells) && strings.TrimSpace(cells[i+1].text) != ""
		if w := runewidth.StringWidth(text); w > room || w == room && following {
			text = runewidth.Truncate(text+" ", max(room, 0), "…")
		}
		l.text += r.style.in(c.c, text)
		l.width += runewidth.StringWidth(text)
		if l.width >= width {
			break
		}
	}
	return l
}
