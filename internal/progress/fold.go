package progress

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// Counts says how many rows are in which state.
type Counts struct{ Done, Warned, Skipped, Failed, Waiting, Working int }

// Count counts rows at a moment.
func Count(rows []*Row, at Moment) (n Counts) {
	for _, w := range rows {
		switch {
		case w.Waits(at):
			n.Waiting++
		case w.State == event.Working:
			n.Working++
		case w.State == event.Failed:
			n.Failed++
		case w.State == event.Skipped:
			n.Skipped++
		case w.State == event.Warning:
			n.Warned++
		default:
			n.Done++
		}
	}
	return n
}

// String lists the counts that are not 0: "3 done, 1 waiting".
func (n Counts) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{n.Done, "done"}, {n.Warned, "with warnings"}, {n.Skipped, "skipped"},
		{n.Waiting, "waiting"}, {n.Working, "working"}, {n.Failed, "failed"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

// Fold picks the rows that fit into n lines, of which one is for the sum of the
// hidden rows. Where all fit, none is hidden; with n < 1 both results are empty.
// Rows that ended well are hidden first, the oldest before the others, then those
// that wait, then those that began to work first, and failures last.
func Fold(rows []*Row, n int, at Moment) (kept, hidden []*Row) {
	if len(rows) <= n {
		return rows, nil
	}
	if n < 1 {
		return nil, nil
	}
	byWeight := slices.Clone(rows)
	slices.Reverse(byWeight)
	slices.SortStableFunc(byWeight, func(a, b *Row) int {
		if c := cmp.Compare(a.weight(at), b.weight(at)); c != 0 || a.works() {
			return c
		}
		return a.Ended.Compare(b.Ended)
	})
	hidden = byWeight[:len(byWeight)-n+1]
	hide := map[*Row]bool{}
	for _, w := range hidden {
		hide[w] = true
	}
	return slices.DeleteFunc(slices.Clone(rows), func(w *Row) bool { return hide[w] }), hidden
}

// weight says how long a row is kept in sight.
func (w *Row) weight(at Moment) int {
	switch {
	case w.Waits(at):
		return 2
	case w.State == event.Skipped:
		return 1
	case w.State == event.Warning:
		return 3
	case w.State == event.Working:
		return 4
	case w.State == event.Failed:
		return 5
	}
	return 0
}
