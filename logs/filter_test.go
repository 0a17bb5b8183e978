package logs

import (
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/compose-orchestrator/compose/event"
)

func TestFilter(t *testing.T) {
	lines := []line{
		{stream: event.Stdout, text: []byte("booting")},
		{stream: event.Stdout, text: []byte("INFO: one")},
		{stream: event.Stderr, text: []byte("ERROR: two")},
		{stream: event.Stdout, text: []byte("more of one")},
		{stream: event.Stderr, text: []byte("  at the trace of two")},
		{stream: event.Stderr, text: []byte("\x1b[33mWARN\x1b[0m: three")},
	}
	for _, c := range []struct {
		name string
		f    Filter
		want []int
	}{
		{"none", Filter{}, []int{0, 1, 2, 3, 4, 5}},
		{"match", Filter{Match: regexp.MustCompile(`(?i)TWO`)}, []int{2, 4}},
		{"colours aside", Filter{Match: regexp.MustCompile("^WARN: ")}, []int{5}},
		{"invert", Filter{Match: regexp.MustCompile(`:`), Invert: true}, []int{0, 3, 4}},
		{"level", Filter{Level: Error}, []int{2, 4}},
		{"both", Filter{Level: Warn, Match: regexp.MustCompile("^ "), Invert: true}, []int{2, 5}},
	} {
		f := filtering{c.f, map[event.Stream]Level{}}
		var got []int
		for i, l := range lines {
			if f.shows(l) {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: lines %v, want %v", c.name, got, c.want)
		}
	}
}

func TestLastLines(t *testing.T) {
	for n := range 8 {
		k := lastLines{most: 3}
		var want []string
		for i := range n {
			text := []byte(strconv.Itoa(i))
			k.keep([]line{{text: text}})
			text[0] = '!' // the engine's next bytes
			want = append(want, strconv.Itoa(i))
		}
		var got []string
		for _, l := range k.all() {
			got = append(got, string(l.text))
		}
		if want := want[max(0, n-3):]; !slices.Equal(got, want) {
			t.Errorf("of %d: got %q, want %q", n, got, want)
		}
	}
}
