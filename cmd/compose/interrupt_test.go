package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/internal/projectlock"
)

// What a program sends to a process and to its group at once is one request;
// keys that are pressed are as many as they are.
func TestPresses(t *testing.T) {
	type press struct {
		signal os.Signal
		after  time.Duration // since the one before
	}
	for _, c := range []struct {
		name  string
		given []press
		want  []int
	}{
		{"ctrl-c quickly", []press{{os.Interrupt, 0}, {os.Interrupt, 0}, {os.Interrupt, 0}}, []int{1, 2, 3}},
		{"to the process and its group", []press{{syscall.SIGTERM, 0}, {syscall.SIGTERM, time.Millisecond}}, []int{1, 0}},
		{"again later", []press{{syscall.SIGTERM, 0}, {syscall.SIGTERM, 2 * time.Second}}, []int{1, 2}},
		{"interrupt, then terminate", []press{{os.Interrupt, 0}, {syscall.SIGTERM, 0}, {syscall.SIGTERM, 0}, {os.Interrupt, 0}}, []int{1, 2, 0, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p presses
			var got []int
			at := time.Unix(1000, 0)
			for _, press := range c.given {
				at = at.Add(press.after)
				got = append(got, p.add(press.signal, at))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

// TestCausesAreCancellations: whoever gets a context's cause in place of its error, as from
// the HTTP client, knows it for a cancellation.
func TestCausesAreCancellations(t *testing.T) {
	for _, cause := range []error{interrupted{os.Interrupt}, &projectlock.Interrupted{}} {
		if !errors.Is(cause, context.Canceled) {
			t.Errorf("%v is no cancellation", cause)
		}
	}
}
