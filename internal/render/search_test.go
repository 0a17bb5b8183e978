package render

import "testing"

func TestInAnyColors(t *testing.T) {
	what := inAnyColors("error: [x]")
	for line, want := range map[string]bool{
		"an error: [x]":                    true,
		"\x1b[31mERROR\x1b[0m\x1b[2m: [x]": true,
		"error: x":                         false,
	} {
		if got := what.MatchString(line); got != want {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
	}
}
