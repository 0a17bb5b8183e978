package render

import (
	"testing"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// TestFitted shows a table on ever narrower terminals.
func TestFitted(t *testing.T) {
	table := Fitted{
		Columns: []FittedColumn{{Title: "NAME"}, {Title: "CPU %", Right: true, Rank: 1}, {Title: "TTY", Rank: 2}, {Title: "CMD", Cut: CutEnd}},
		Rows: [][]Cell{
			Cells("web", "1.00%", "?", "nginx: master process nginx -g daemon off"),
			Cells("db", "10.25%", "?", "redis-server\x1b[2J"),
			Cells("api", "", "?", "true"),
		},
		Total: Cells("3", "11.25%", "", ""),
	}
	for _, tt := range []struct {
		to   FitTo
		want string
	}{
		{FitTo{}, `NAME    CPU %   TTY   CMD
web     1.00%   ?     nginx: master process nginx -g daemon off
db     10.25%   ?     redis-server\x1b[2J
api             ?     true
3      11.25%
`},
		{FitTo{Cols: 45}, `NAME    CPU %   TTY   CMD
web     1.00%   ?     nginx: master process …
db     10.25%   ?     redis-server\x1b[2J
api             ?     true
3      11.25%
`},
		{FitTo{Cols: 36, Rows: 4}, `NAME    CPU %   CMD
web     1.00%   nginx: master proce…
… 2 more
3      11.25%
`},
		{FitTo{Cols: 12}, `NAME   CMD
web    ngin…
db     redi…
api    true
3
`},
	} {
		var b terminal.Buffer
		b.Lines(table.Lines(tt.to, Style{})...)
		if got := b.String(); got != tt.want {
			t.Errorf("in %v: got:\n%s\nwant:\n%s", tt.to, got, tt.want)
		}
	}
}

// TestFittedParts: parts of a cell stand in one line where there is room, else in a line
// each; of many the first ones. A path keeps its end.
func TestFittedParts(t *testing.T) {
	table := Fitted{
		Columns: []FittedColumn{{Title: "NAME"}, {Title: "PORTS"}, {Title: "FILE", Cut: CutStart}},
		Rows: [][]Cell{
			{texts("web"), texts("1", "10", "11", "12", "13"), texts("/home/somebody/newa/compose.yaml")},
			{texts("db"), texts("20", "21"), nil},
		},
	}
	for _, tt := range []struct {
		to   FitTo
		want string
	}{
		{FitTo{Cols: 59}, `NAME   PORTS               FILE
web    1, 10, 11, 12, 13   /home/somebody/newa/compose.yaml
db     20, 21
`},
		{FitTo{Cols: 38}, `NAME   PORTS   FILE
web    1       …body/newa/compose.yaml
       10
       11
       +2
db     20
       21
`},
	} {
		var b terminal.Buffer
		b.Lines(table.Lines(tt.to, Style{})...)
		if got := b.String(); got != tt.want {
			t.Errorf("in %v: got:\n%s\nwant:\n%s", tt.to, got, tt.want)
		}
	}
}

func texts(all ...string) Cell {
	var c Cell
	for _, text := range all {
		c = append(c, terminal.Value(text))
	}
	return c
}
