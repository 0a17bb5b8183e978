package progress

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// Counts are how many rows are in which state. A row that waits counts as Waiting
// alone.
type Counts struct{ Done, Warned, Skipped, Failed, Waiting, Working int }

// Count counts the rows by their states. Those of resources that nothing was done
// to are in none.
func Count(rows []*Row, at Moment) (n Counts) {
	for _, r := range rows {
		switch {
		case r.Waits(at):
			n.Waiting += r.size()
		case r.State == event.Working:
			n.Working += r.size()
		case r.State == event.Failed:
			n.Failed += r.size()
		case r.State == event.Skipped:
			n.Skipped += r.size()
		case r.State == event.Warning:
			n.Warned += r.size()
		case r.State == event.Done:
			n.Done += r.size()
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
// Rows that ended well are hidden first, those that changed longest ago before the
// others; then skipped rows, those that wait, warnings, those at work, the last of
// the list before the others, and failures last.
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
	for _, r := range hidden {
		hide[r] = true
	}
	return slices.DeleteFunc(slices.Clone(rows), func(r *Row) bool { return hide[r] }), hidden
}

// weight orders rows for Fold: those with the lowest are hidden first.
func (r *Row) weight(at Moment) int {
	switch {
	case r.Waits(at):
		return 2
	case r.State == event.Skipped:
		return 1
	case r.State == event.Warning:
		return 3
	case r.State == event.Working:
		return 4
	case r.State == event.Failed:
		return 5
	}
	return 0
}
