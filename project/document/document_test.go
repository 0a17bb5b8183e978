package document

import (
	"strings"
	"testing"
)

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("a", 150) + "X" + strings.Repeat("b", 50)
	tests := []struct {
		content      string
		line, column int
		want         string
	}{
		{"a\n  b: c\n", 2, 3, "  2 |   b: c\n    |   ^"},
		{"a\n\tb\r\n", 2, 2, "  2 |  b\n    |  ^"},
		{"äöü: x\n", 1, 6, "  1 | äöü: x\n    |      ^"},
		{"a", 1, 99, "  1 | a\n    |  ^"},
		{"a", 2, 1, ""},
		{"\xff", 1, 1, ""},
		{long, 1, 151, "  1 | " + long[71:171] + "\n    | " + strings.Repeat(" ", 79) + "^"},
	}
	for _, test := range tests {
		if got := Excerpt([]byte(test.content), test.line, test.column); got != test.want {
			t.Errorf("Excerpt(%q, %d, %d) =\n%s\nwant\n%s", test.content, test.line, test.column, got, test.want)
		}
	}
}
