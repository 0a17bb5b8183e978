package render

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/internal/progress"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// region draws a list of resources as the lines of the live region.
type region struct {
	*progress.List
	style style
	// stateWidth is the width of the widest state so far, in columns: the times
	// after the states do not move.
	stateWidth int
}

func newRegion(s style) *region {
	return &region{List: progress.New(progress.Options{Clean: terminal.CleanPrinted}), style: s}
}

// frame is the size that a drawing of the region may have, and its time.
type frame struct {
	cols, rows int
	progress.Moment
}

// lines returns the region's lines, at most f.rows of them. The last frame has a line
// for each failure even where that is more.
func (r *region) lines(f frame) []terminal.Text {
	if f.rows < 1 || f.cols < 1 {
		return nil
	}
	rows := r.Shown(f.Moment)
	counts := progress.Count(rows, f.Moment)
	n := f.rows - 1
	if f.Ended {
		n = max(n, counts.Failed+1)
	}
	kept, hidden := progress.Fold(r.Grouped(f.Moment), n, f.Moment)
	table := r.table(kept, f)
	var lines []terminal.Text
	if len(hidden) > 0 {
		folded := fmt.Sprintf(" … %d more: %s", progress.Size(hidden), progress.Count(hidden, f.Moment))
		lines = append(lines, r.line(f.cols, cell{folded, terminal.Dim}))
	}
	lines = append(lines, table...)
	return append([]terminal.Text{r.header(counts, lines, f)}, lines...)
}

// header returns the first line: how many resources are done, how many failed or
// were skipped, and the time so far, which is aligned with the times of the rows.
func (r *region) header(n progress.Counts, below []terminal.Text, f frame) terminal.Text {
	cells := []cell{{fmt.Sprintf("[+] %s %d/%d", r.Title(), n.Done+n.Warned, r.Len()), terminal.Bold}}
	if n.Failed > 0 {
		cells = append(cells, cell{fmt.Sprintf(", %d failed", n.Failed), terminal.Red})
	}
	if n.Skipped > 0 {
		cells = append(cells, cell{fmt.Sprintf(", %d skipped", n.Skipped), terminal.Yellow})
	}
	l := r.line(f.cols, cells...)
	began, ended := r.Span(f.Moment)
	if began.IsZero() || len(below) == 0 {
		return l
	}
	took := elapsed(ended.Sub(began))
	width := 0
	for _, b := range below {
		width = max(width, b.Width())
	}
	gap := max(width-l.Width()-len(took), 1)
	if l.Width()+gap+len(took) > f.cols {
		return l
	}
	right := r.line(f.cols, cell{strings.Repeat(" ", gap), 0}, cell{took, terminal.Blue})
	return terminal.Join(l, right)
}

// cell is a part of a line in one colour.
type cell struct {
	text string
	c    terminal.Color
}

// line returns cells as a line of at most width columns.
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
