package render

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/event"
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
func (r *region) table(rows []*row, v view) []terminal.Text {
	states, times := 0, 0
	words := make([]stateText, len(rows))
	for i, w := range rows {
		words[i] = w.words(v)
		states = max(states, words[i].width())
		times = max(times, len(w.elapsed(v.now)))
	}
	if !v.last {
		r.wide = max(r.wide, states, usual)
		states = r.wide
	}
	room := v.cols - len(" x ") - len("  ") - len(" ") - times
	name, names := r.naming(rows, room, min(states, enough))
	states = min(states, room-names)
	lines := make([]terminal.Text, len(rows))
	for i, w := range rows {
		mark, c := w.mark(v)
		state := words[i]
		if state.width() > states && state.brief != "" {
			state.rest = state.brief
		}
		cells := []cell{
			{" " + mark + " ", c},
			{fit(name(w.ref), names) + "  ", 0},
			{state.word, c},
			{state.rest, terminal.Dim},
		}
		if pad := states - state.width(); pad > 0 {
			cells = append(cells, cell{strings.Repeat(" ", pad), 0})
		}
		left := r.line(v.cols-1-times, cells...)
		right := r.line(v.cols-left.Width(), cell{fmt.Sprintf(" %*s", times, w.elapsed(v.now)), terminal.Blue})
		lines[i] = terminal.Join(left, right)
	}
	return lines
}

// naming is the longest way to call the rows that leaves the states what they
// want of the room, and the columns it takes.
func (r *region) naming(rows []*row, room, states int) (name func(event.Ref) string, width int) {
	for _, call := range []func(event.Ref) string{event.Ref.String, short, r.shortest} {
		name = func(of event.Ref) string { return terminal.Clean(call(of)) }
		width = 0
		for _, w := range rows {
			width = max(width, runewidth.StringWidth(name(w.ref)))
		}
		if width <= room-states {
			return name, width
		}
	}
	return name, min(width, max(room-states, room*3/5))
}

// short is a resource without its kind; of an image's digest it has as much as
// ids are known by.
func short(r event.Ref) string {
	name := strings.TrimPrefix(r.String(), string(r.Kind)+" ")
	if image, digest, ok := strings.Cut(name, "@sha256:"); ok && r.Kind == event.Image {
		return image + "@" + digest[:min(len(digest), 7)]
	}
	return name
}

// shortest is a resource without its kind and its project.
func (r *region) shortest(of event.Ref) string {
	name := short(of)
	if r.project == "" {
		return name
	}
	for _, separator := range []string{"-", "_"} {
		if cut, ok := strings.CutPrefix(name, r.project+separator); ok && cut != "" {
			return cut
		}
	}
	return name
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
