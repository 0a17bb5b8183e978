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
	// minStateWidth is the least width of the states' column, where there is room:
	// the times after it do not move with each change.
	minStateWidth = 64
	// wantedStateWidth is the width of states for which names are shortened.
	wantedStateWidth = 40
)

// table returns the rows as lines with the columns mark, name, state and time. Where
// there is not enough room names are shortened: first by the resource's kind and
// most of an image's digest, then by the project's name, then by their middle. After
// that states are cut off.
func (r *region) table(rows []*progress.Row, f frame) []terminal.Text {
	states, times := 0, 0
	texts := make([]stateText, len(rows))
	for i, w := range rows {
		texts[i] = words(w, f)
		states = max(states, texts[i].width())
		times = max(times, len(took(w, f)))
	}
	if !f.Ended {
		r.stateWidth = max(r.stateWidth, states, minStateWidth)
		states = r.stateWidth
	}
	room := f.cols - len(" x ") - len("  ") - len(" ") - times
	name, nameWidth := r.names(rows, room, min(states, wantedStateWidth))
	states = min(states, room-nameWidth)
	lines := make([]terminal.Text, len(rows))
	for i, w := range rows {
		mark, c := mark(w, f)
		state := texts[i]
		if state.width() > states && state.brief != "" {
			state.rest = state.brief
		}
		cells := []cell{
			{" " + mark + " ", c},
			{fitName(name(w.Ref), nameWidth) + "  ", 0},
			{state.word, c},
			{state.rest, terminal.Dim},
		}
		if pad := states - state.width(); pad > 0 {
			cells = append(cells, cell{strings.Repeat(" ", pad), 0})
		}
		left := r.line(f.cols-1-times, cells...)
		right := r.line(f.cols-left.Width(), cell{fmt.Sprintf(" %*s", times, took(w, f)), terminal.Blue})
		lines[i] = terminal.Join(left, right)
	}
	return lines
}

// names returns the longest form of the resources' names that leaves so many columns
// of the room for states, as a function, and the width of the longest name in it.
func (r *region) names(rows []*progress.Row, room, states int) (name func(event.Ref) string, width int) {
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

// fitName returns a name padded to width columns, or shortened to it by its middle:
// names of one project differ at their ends, by service, number or tag.
func fitName(name string, width int) string {
	if w := runewidth.StringWidth(name); w > width && width > 1 {
		head := runewidth.Truncate(name, (width-1)/2, "")
		name = head + runewidth.TruncateLeft(name, w-width+1+runewidth.StringWidth(head), "…")
	}
	return runewidth.FillRight(name, width)
}
