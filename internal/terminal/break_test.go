package terminal

import (
	"slices"
	"testing"
)

// TestLinesBreak: lines break between words, and words stay whole.
func TestLinesBreak(t *testing.T) {
	for _, test := range []struct {
		text string
		cols int
		want []string
	}{
		{"hint: compose down ends them", 0, []string{"hint: compose down ends them"}},
		{"hint: compose down ends them", 28, []string{"hint: compose down ends them"}},
		{"hint: compose down ends them", 27, []string{"hint: compose down ends", "  them"}},
		{"one\nthe second is long", 14, []string{"one", "  the second", "    is long"}},
		{"see https://example.com/path there", 12, []string{"see", "  https://example.com/path", "  there"}},
		{"an escape\x1b[2J here", 14, []string{`an`, `  escape\x1b[2J`, "  here"}},
	} {
		var got []string
		for _, line := range Lines(test.text, test.cols) {
			got = append(got, line.String())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q in %d: got %q, want %q", test.text, test.cols, got, test.want)
		}
	}
}
