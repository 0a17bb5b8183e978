package render

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/internal/progress"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// region is a list of resources as the live region shows it.
type region struct {
	*progress.List
	style style
	wide  int // columns of the widest state so far: the times keep their place
}

func newRegion(s style) *region {
	return &region{List: progress.New(progress.Options{Clean: terminal.CleanPrinted}), style: s}
}

// view is what a frame is drawn for: the columns and rows it may take, and its
// time.
type view struct {
	cols, rows int
	progress.Moment
}

// lines are the region's lines. There are never more than fit, but for the
// failures of the last frame.
func (r *region) lines(v view) []terminal.Text {
	if v.rows < 1 || v.cols < 1 {
		return nil
	}
	rows := r.Shown(v.Moment)
	counts := progress.Count(rows, v.Moment)
	n := v.rows - 1
	if v.Ended {
		n = max(n, counts.Failed+1)
	}
	kept, hidden := progress.Fold(rows, n, v.Moment)
	table := r.table(kept, v)
	var lines []terminal.Text
	if len(hidden) > 0 {
		folded := fmt.Sprintf(" … %d more: %s", len(hidden), progress.Count(hidden, v.Moment))
		lines = append(lines, r.line(v.cols, cell{folded, terminal.Dim}))
	}
	lines = append(lines, table...)
	return append([]terminal.Text{r.header(counts, lines, v)}, lines...)
}

// header sums up: what is done of all, what went wrong, and the time so far,
// which stands above the others' times.
func (r *region) header(n progress.Counts, below []terminal.Text, v view) terminal.Text {
	cells := []cell{{fmt.Sprintf("[+] %s %d/%d", r.Title(), n.Done+n.Warned, r.Len()), terminal.Bold}}
	if n.Failed > 0 {
		cells = append(cells, cell{fmt.Sprintf(", %d failed", n.Failed), terminal.Red})
	}
	if n.Skipped > 0 {
		cells = append(cells, cell{fmt.Sprintf(", %d skipped", n.Skipped), terminal.Yellow})
	}
	l := r.line(v.cols, cells...)
	began, ended := r.Span(v.Moment)
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
