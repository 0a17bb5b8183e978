package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Fitted is a table that fits its terminal. Where there is not enough room, columns
// are left out, and a line with their number replaces the last rows.
type Fitted struct {
	Columns []FittedColumn
	Rows    [][]string // each with a cell for each column
	Total   []string   // the last row; nil: none
}

// FittedColumn is a column of Fitted.
type FittedColumn struct {
	Title string
	Right bool // align cells to the right, as numbers are
	// Rank is the order in which columns are left out: the highest first. Columns
	// of rank 0 stay.
	Rank int
	// Cut: cells may be cut off.
	Cut bool
}

// FitTo is the columns and rows that a table may take; 0: no limit.
type FitTo struct{ Cols, Rows int }

// between separates columns.
const between = "   "

// Lines returns the table's lines, the titles first.
func (t Fitted) Lines(to FitTo, s Style) []terminal.Text {
	shown, widths := t.fit(to.Cols)
	line := func(cells []string) terminal.Text {
		var b strings.Builder
		for n, i := range shown {
			if n > 0 {
				b.WriteString(between)
			}
			text := terminal.Clean(cells[i])
			if runewidth.StringWidth(text) > widths[i] {
				text = runewidth.Truncate(text, widths[i], "…")
			}
			if t.Columns[i].Right {
				text = runewidth.FillLeft(text, widths[i])
			} else {
				text = runewidth.FillRight(text, widths[i])
			}
			b.WriteString(text)
		}
		return terminal.Value(strings.TrimRight(b.String(), " "))
	}
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
	lines := []terminal.Text{s.colors.in(terminal.Bold, line(titles))}
	for _, r := range rows {
		lines = append(lines, line(r))
	}
	if more != "" {
		lines = append(lines, s.colors.of(terminal.Dim, more))
	}
	if t.Total != nil {
		lines = append(lines, s.colors.in(terminal.Bold, line(t.Total)))
	}
	return lines
}

// fit returns the indices of the columns that there is room for, and the widths of
// all columns.
func (t Fitted) fit(cols int) (shown, widths []int) {
	widths = make([]int, len(t.Columns))
	for i, c := range t.Columns {
		shown = append(shown, i)
		widths[i] = runewidth.StringWidth(terminal.Clean(c.Title))
		for _, r := range append(slices.Clone(t.Rows), t.Total) {
			if i < len(r) {
				widths[i] = max(widths[i], runewidth.StringWidth(terminal.Clean(r[i])))
			}
		}
	}
	if cols <= 0 {
		return shown, widths
	}
	least := func(i int) int {
		if t.Columns[i].Cut {
			return min(widths[i], cutWidth)
		}
		return widths[i]
	}
	width := func(of func(int) int) int {
		sum := len(between) * (len(shown) - 1)
		for _, i := range shown {
			sum += of(i)
		}
		return sum
	}
	for width(least) > cols {
		worst := slices.MaxFunc(shown, func(a, b int) int { return cmp.Compare(t.Columns[a].Rank, t.Columns[b].Rank) })
		if t.Columns[worst].Rank == 0 {
			break
		}
		shown = slices.DeleteFunc(shown, func(i int) bool { return i == worst })
	}
	for _, i := range shown {
		if over := width(func(i int) int { return widths[i] }) - cols; over > 0 && t.Columns[i].Cut {
			widths[i] = max(widths[i]-over, 1)
		}
	}
	return shown, widths
}

// cutWidth is the width that a cell keeps, while other columns are left out for it.
const cutWidth = 20
