package render

import (
	"testing"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// TestFitted shows a table on ever narrower terminals.
func TestFitted(t *testing.T) {
	table := Fitted{
		Columns: []FittedColumn{{Title: "NAME"}, {Title: "CPU %", Right: true, Rank: 1}, {Title: "TTY", Rank: 2}, {Title: "CMD", Cut: true}},
		Rows: [][]string{
			{"web", "1.00%", "?", "nginx: master process nginx -g daemon off"},
			{"db", "10.25%", "?", "redis-server\x1b[2J"},
			{"api", "", "?", "true"},
		},
		Total: []string{"3", "11.25%", "", ""},
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
