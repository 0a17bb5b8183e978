package render

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/progress"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

const (
	// usual is how many columns states get while they change, where there is
	// room: the times after them keep their place.
	usual = 64
	// enough is how many columns of a state are worth more than a longer name.
	enough = 40
)

// table lays the rows out in columns: mark, name, state, time. Where there is
// not enough room, names lose first the kind of their resources and most of
// their digests, then the name of the project, and then their middle; and the
// states are cut.
func (r *region) table(rows []*progress.Row, v view) []terminal.Text {
	states, times := 0, 0
	texts := make([]stateText, len(rows))
	for i, w := range rows {
		texts[i] = words(w, v)
		states = max(states, texts[i].width())
		times = max(times, len(took(w, v)))
	}
	if !v.Ended {
		r.wide = max(r.wide, states, usual)
		states = r.wide
	}
	room := v.cols - len(" x ") - len("  ") - len(" ") - times
	name, names := r.naming(rows, room, min(states, enough))
	states = min(states, room-names)
	lines := make([]terminal.Text, len(rows))
	for i, w := range rows {
		mark, c := mark(w, v)
		state := texts[i]
		if state.width() > states && state.brief != "" {
			state.rest = state.brief
		}
		cells := []cell{
			{" " + mark + " ", c},
			{fit(name(w.Ref), names) + "  ", 0},
			{state.word, c},
			{state.rest, terminal.Dim},
		}
		if pad := states - state.width(); pad > 0 {
			cells = append(cells, cell{strings.Repeat(" ", pad), 0})
		}
		left := r.line(v.cols-1-times, cells...)
		right := r.line(v.cols-left.Width(), cell{fmt.Sprintf(" %*s", times, took(w, v)), terminal.Blue})
		lines[i] = terminal.Join(left, right)
	}
	return lines
}

// naming is the longest way to call the rows that leaves the states what they
// want of the room, and the columns it takes.
func (r *region) naming(rows []*progress.Row, room, states int) (name func(event.Ref) string, width int) {
	for _, call := range []func(event.Ref) string{event.Ref.String, progress.Name, r.ShortName} {
		name = func(of event.Ref) string { return terminal.Clean(call(of)) }
		width = 0
		for _, w := range rows {
			width = max(width, runewidth.StringWidth(name(w.Ref)))
		}
		if width <= room-states {
			return name, width
		}
	}
	return name, min(width, max(room-states, room*3/5))
}

// fit makes a name as wide as told; one that is too wide loses its middle. What
// tells names from each other is at their ends: numbers and tags, and what
// comes before a word that all share.
func fit(name string, width int) string {
	if w := runewidth.StringWidth(name); w > width && width > 1 {
		head := runewidth.Truncate(name, (width-1)/2, "")
		name = head + runewidth.TruncateLeft(name, w-width+1+runewidth.StringWidth(head), "…")
	}
	return runewidth.FillRight(name, width)
}
