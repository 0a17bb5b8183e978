package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// counts says how many rows are in which state.
type counts struct{ done, warned, skipped, failed, held, working int }

func count(rows []*row, v view) (n counts) {
	for _, w := range rows {
		switch {
		case w.waits(v):
			n.held++
		case w.state == event.Working:
			n.working++
		case w.state == event.Failed:
			n.failed++
		case w.state == event.Skipped:
			n.skipped++
		case w.state == event.Warning:
			n.warned++
		default:
			n.done++
		}
	}
	return n
}

func (n counts) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{n.done, "done"}, {n.warned, "with warnings"}, {n.skipped, "skipped"},
		{n.held, "waiting"}, {n.working, "working"}, {n.failed, "failed"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

// fold picks the rows that fit into n lines, and sums the others up, which
// takes a line. Those that ended well go first, the oldest before the others,
// then those that wait, then the latest of those at work, and failures last.
func fold(rows []*row, n int, v view) (kept []*row, folded string) {
	if len(rows) <= n {
		return rows, ""
	}
	if n < 1 {
		return nil, ""
	}
	byWeight := slices.Clone(rows)
	slices.Reverse(byWeight)
	slices.SortStableFunc(byWeight, func(a, b *row) int {
		if c := cmp.Compare(a.weight(v), b.weight(v)); c != 0 || a.works() {
			return c
		}
		return a.ended.Compare(b.ended)
	})
	hide := byWeight[:len(byWeight)-n+1]
	hidden := map[*row]bool{}
	for _, w := range hide {
		hidden[w] = true
	}
	kept = slices.DeleteFunc(slices.Clone(rows), func(w *row) bool { return hidden[w] })
	return kept, fmt.Sprintf("%d more: %s", len(hide), count(hide, v))
}

// weight says how long a row is kept in sight.
func (w *row) weight(v view) int {
	switch {
	case w.waits(v):
		return 2
	case w.state == event.Skipped:
		return 1
	case w.state == event.Warning:
		return 3
	case w.state == event.Working:
		return 4
	case w.state == event.Failed:
		return 5
	}
	return 0
}
