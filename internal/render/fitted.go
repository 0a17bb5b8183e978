package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Fitted is a table that fits its terminal. Where there is not enough room, cells with
// several parts have one in a line, columns are left out, and a line with their number
// replaces the last rows.
type Fitted struct {
	Columns []FittedColumn
	Rows    [][]Cell // each with a cell for each column
	Total   []Cell   // the last row; nil: none
}

// FittedColumn is a column of Fitted.
type FittedColumn struct {
	Title string
	Right bool // align cells to the right, as numbers are
	// Rank is the order in which columns are left out: the highest first. Columns
	// of rank 0 stay.
	Rank int
	Cut  Cut
	// Keep is the width of cells below which other columns are left out before these are
	// cut off any further; 0: 20.
	Keep int
}

// Cut is where the cells of a column may be cut off.
type Cut uint8

// The sides of cells.
const (
	CutNever Cut = iota
	CutEnd
	CutStart // as of paths, whose ends tell them apart
)

// Cell is a cell of Fitted: texts that stand in one line, with commas between them, or in
// a line each.
type Cell []terminal.Text

// Cells are cells of one string each.
func Cells(texts ...string) []Cell {
	cells := make([]Cell, len(texts))
	for i, text := range texts {
		cells[i] = Cell{terminal.Value(text)}
	}
	return cells
}

// FitTo is the columns and rows that a table may take; 0: no limit.
type FitTo struct{ Cols, Rows int }

const (
	// between separates columns.
	between = "   "
	// keptWidth is FittedColumn.Keep where that is 0.
	keptWidth = 20
	// maxLines is how many lines a cell takes at most.
	maxLines = 4
)

// Lines returns the table's lines, the titles first where there are any.
func (t Fitted) Lines(to FitTo, s Style) []terminal.Text {
	l := t.fit(to.Cols)
	titles := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		titles[i] = c.Title
	}
	rows, more := t.Rows, ""
	room := to.Rows - 1
	if t.Total != nil {
		room--
	}
	if to.Rows > 0 && len(rows) > room {
		rows = rows[:max(room-1, 0)]
		more = fmt.Sprintf("… %d more", len(t.Rows)-len(rows))
	}
	bold := func(row []Cell) (lines []terminal.Text) {
		for _, line := range l.row(row) {
			lines = append(lines, s.colors.in(terminal.Bold, line))
		}
		return lines
	}
	var lines []terminal.Text
	if strings.Join(titles, "") != "" {
		lines = bold(Cells(titles...))
	}
	for _, r := range rows {
		lines = append(lines, l.row(r)...)
	}
	if more != "" {
		lines = append(lines, s.colors.of(terminal.Dim, more))
	}
	if t.Total != nil {
		lines = append(lines, bold(t.Total)...)
	}
	return lines
}

// layout is how a table is drawn in so many columns.
type layout struct {
	columns []FittedColumn
	shown   []int // indices of the columns that there is room for
	widths  []int // of all columns
	stacked bool  // parts of a cell have a line each
}

// lines are a cell's.
func (l layout) lines(c Cell) []terminal.Text {
	switch {
	case len(c) < 2:
		return c
	case !l.stacked:
		joined := c[0]
		for _, part := range c[1:] {
			joined = terminal.Join(joined, terminal.Value(", "), part)
		}
		return []terminal.Text{joined}
	case len(c) > maxLines:
		kept := slices.Clone(c[:maxLines-1])
		return append(kept, terminal.Value(fmt.Sprintf("+%d", len(c)-len(kept))))
	}
	return c
}

// row returns a row's lines.
func (l layout) row(cells []Cell) []terminal.Text {
	height := 1
	for _, i := range l.shown {
		height = max(height, len(l.lines(cells[i])))
	}
	lines := make([]terminal.Text, height)
	for y := range lines {
		var line terminal.Text
		skipped := 0 // columns that nothing stands in yet
		for n, i := range l.shown {
			var text terminal.Text
			if parts := l.lines(cells[i]); y < len(parts) {
				text = l.columns[i].Cut.of(parts[y], l.widths[i])
			}
			pad := l.widths[i] - text.Width()
			if n > 0 {
				skipped += len(between)
			}
			switch {
			case text.Width() == 0:
				skipped += pad
			case l.columns[i].Right:
				line, skipped = terminal.Join(line, spaces(skipped+pad), text), 0
			default:
				line, skipped = terminal.Join(line, spaces(skipped), text), pad
			}
		}
		lines[y] = line
	}
	return lines
}

func spaces(n int) terminal.Text { return terminal.Value(strings.Repeat(" ", n)) }

// of returns a text in at most width columns.
func (c Cut) of(text terminal.Text, width int) terminal.Text {
	if c == CutStart {
		return text.ShortenStart(width)
	}
	return text.Shorten(width)
}

// fit finds the layout for so many columns; 0: there is no limit.
func (t Fitted) fit(cols int) layout {
	l := layout{columns: t.Columns}
	for i := range t.Columns {
		l.shown = append(l.shown, i)
	}
	l.widths = t.widths(l)
	if cols <= 0 || l.width(l.whole) <= cols {
		return l
	}
	l.stacked = true
	l.widths = t.widths(l)
	least := func(i int) int {
		if t.Columns[i].Cut == CutNever {
			return l.widths[i]
		}
		return min(l.widths[i], cmp.Or(t.Columns[i].Keep, keptWidth))
	}
	for l.width(least) > cols {
		worst := slices.MaxFunc(l.shown, func(a, b int) int { return cmp.Compare(t.Columns[a].Rank, t.Columns[b].Rank) })
		if t.Columns[worst].Rank == 0 {
			break
		}
		l.shown = slices.DeleteFunc(l.shown, func(i int) bool { return i == worst })
	}
	for _, keep := range []func(int) int{least, func(int) int { return 1 }} {
		for _, i := range l.shown {
			if over := l.width(l.whole) - cols; over > 0 && t.Columns[i].Cut != CutNever {
				l.widths[i] = max(l.widths[i]-over, keep(i))
			}
		}
	}
	return l
}

// widths are those of the columns' widest lines.
func (t Fitted) widths(l layout) []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = runewidth.StringWidth(c.Title)
		for _, r := range append(slices.Clone(t.Rows), t.Total) {
			if i >= len(r) {
				continue
			}
			for _, line := range l.lines(r[i]) {
				widths[i] = max(widths[i], line.Width())
			}
		}
	}
	return widths
}

// whole is the width of a column of which nothing is cut off.
func (l layout) whole(i int) int { return l.widths[i] }

// width is how many columns of the terminal the shown ones take, at a width for each.
func (l layout) width(of func(int) int) int {
	sum := len(between) * (len(l.shown) - 1)
	for _, i := range l.shown {
		sum += of(i)
	}
	return sum
}
