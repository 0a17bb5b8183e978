package logs

import (
	"regexp"
	"slices"
	"testing"

	"github.com/compose-orchestrator/compose/event"
)

func TestFilter(t *testing.T) {
	lines := []event.Log{
		{Source: event.Source{ID: "a"}, Stream: event.Stdout, Text: []byte("booting")},
		{Source: event.Source{ID: "a"}, Stream: event.Stdout, Text: []byte("INFO: one")},
		{Source: event.Source{ID: "a"}, Stream: event.Stderr, Text: []byte("ERROR: two")},
		{Source: event.Source{ID: "a"}, Stream: event.Stdout, Text: []byte("more of one")},
		{Source: event.Source{ID: "b"}, Stream: event.Stderr, Text: []byte("  at another's")},
		{Source: event.Source{ID: "a"}, Stream: event.Stderr, Text: []byte("  at the trace of two")},
		{Source: event.Source{ID: "a"}, Stream: event.Stderr, Text: []byte("\x1b[33mWARN\x1b[0m: three")},
	}
	for _, c := range []struct {
		name string
		f    Filter
		want []int
	}{
		{"none", Filter{}, []int{0, 1, 2, 3, 4, 5, 6}},
		{"match", Filter{Match: regexp.MustCompile(`(?i)TWO`)}, []int{2, 5}},
		{"colours aside", Filter{Match: regexp.MustCompile("^WARN: ")}, []int{6}},
		{"invert", Filter{Match: regexp.MustCompile(`:`), Invert: true}, []int{0, 3, 4, 5}},
		{"level", Filter{Level: Error}, []int{2, 5}},
		{"both", Filter{Level: Warn, Match: regexp.MustCompile("^ "), Invert: true}, []int{2, 6}},
	} {
		var got []int
		exits := 0
		sink := c.f.Sink(func(e event.Event) {
			switch e := e.(type) {
			case event.Logs:
				for _, shown := range e {
					got = append(got, slices.IndexFunc(lines, func(l event.Log) bool { return string(l.Text) == string(shown.Text) }))
				}
			case event.Exit:
				exits++
			}
		})
		sink(event.Logs(slices.Clone(lines[:3])))
		sink(event.Logs(slices.Clone(lines[3:])))
		sink(event.Exit{})
		if !slices.Equal(got, c.want) || exits != 1 {
			t.Errorf("%s: lines %v, want %v; %d exits", c.name, got, c.want, exits)
		}
	}
}
