package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// row is one comparison, or one figure where nothing is named that it is compared
// with. Without a limit it only informs.
type row struct {
	what        string
	ours, other measured
	than        string
	limit       time.Duration // of the wall time
	memory      int64         // bytes, in place of times
	memoryLimit int64
}

// verdict is "ok", "MISSED" or "" where nothing is promised.
func (r row) verdict() string {
	switch {
	case r.limit == 0 && r.memoryLimit == 0:
		return ""
	case r.ours.wall > r.limit || r.memory > r.memoryLimit:
		return "MISSED"
	}
	return "ok"
}

type table struct{ rows []row }

// add leaves out comparisons with what was not measured.
func (t *table) add(r row) {
	if r.other.wall != 0 || r.than == "" {
		t.rows = append(t.rows, r)
	}
}

func (t *table) kept() bool {
	for _, r := range t.rows {
		if r.verdict() == "MISSED" {
			return false
		}
	}
	return true
}

func (t *table) print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "what\tours\tagainst\t\tratio\tof CPU\tlimit\t")
	for _, r := range t.rows {
		if r.memory != 0 {
			fmt.Fprintf(tw, "%s: peak memory\t%.1f MB\t\t\t\t\t%.0f MB\t%s\n", r.what, mb(r.memory), mb(r.memoryLimit), r.verdict())
			continue
		}
		limit := ""
		if r.limit != 0 {
			limit = ms(r.limit)
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.what, ms(r.ours.wall), ms(r.other.wall), r.than,
			ratio(r.ours.wall, r.other.wall), ratio(r.ours.cpu, r.other.cpu), limit, r.verdict())
	}
	tw.Flush()
}

// ratio is empty where one of the two was not measured.
func ratio(a, b time.Duration) string {
	if a == 0 || b == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", float64(a)/float64(b))
}

// ms is empty for what was not measured.
func ms(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

func mb(bytes int64) float64 { return float64(bytes) / (1 << 20) }
