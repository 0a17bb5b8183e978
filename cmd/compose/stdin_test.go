package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// TestAskEndsWithItsContext asks on streams that say nothing: an interrupt must
// not wait for their end.
func TestAskEndsWithItsContext(t *testing.T) {
	file, keepOpen, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	defer keepOpen.Close()
	other, _ := io.Pipe()
	for name, stdin := range map[string]io.Reader{"file": file, "other": other} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			asked := writer(func() { cancel(interrupted{os.Interrupt}) })
			a := &app{stdin: stdin}
			answer, err := a.ask(ctx, terminal.OutputOf(asked), "Are you sure?")
			if answer != "" || !errors.As(err, &interrupted{}) {
				t.Errorf("got the answer %q and the error %v, want the interrupt", answer, err)
			}
		})
	}
}

// writer calls a function at each write.
type writer func()

func (w writer) Write(p []byte) (int, error) {
	w()
	return len(p), nil
}

// What is asked about cannot look like the question.
func TestAsked(t *testing.T) {
	got := asked("mounts:\n/etc\x1b[2K\nSure? (y/N) y\nSure?").String()
	if want := "mounts:\n  /etc\\x1b[2K\n  Sure? (y/N) y\nSure? "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAsk(t *testing.T) {
	for stdin, want := range map[string]struct{ answer, shown string }{
		"y\nmore": {"y", "Sure? "},
		" yes \n": {"yes", "Sure? "},
		"y":       {"y", "Sure? \n"},
		"":        {"", "Sure? \n"},
	} {
		var shown bytes.Buffer
		a := &app{stdin: strings.NewReader(stdin)}
		answer, err := a.ask(t.Context(), terminal.OutputOf(&shown), "Sure?")
		if err != nil || answer != want.answer || shown.String() != want.shown {
			t.Errorf("%q: got %q, %q, %v; want %q, %q", stdin, answer, shown.String(), err, want.answer, want.shown)
		}
	}
}
