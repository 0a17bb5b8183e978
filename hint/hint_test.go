package hint_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/compose-orchestrator/compose/hint"
)

// strange is an error of a type that this package does not know.
type strange struct{}

func (strange) Error() string { return "strange" }
func (strange) Hint() string  { return "wonder" }

func TestAdviceIsFoundFromTheOutsideIn(t *testing.T) {
	inner := hint.Wrap(io.EOF, "read less")
	for name, test := range map[string]struct {
		err  error
		want []string
	}{
		"none":             {io.EOF, nil},
		"nil":              {nil, nil},
		"its own":          {inner, []string{"read less"}},
		"a cause's":        {fmt.Errorf("reading: %w", inner), []string{"read less"}},
		"both":             {hint.Wrap(fmt.Errorf("reading: %w", inner), "try again"), []string{"try again", "read less"}},
		"each once":        {errors.Join(inner, hint.New("other", "read less"), strange{}), []string{"read less", "wonder"}},
		"only the inner's": {hint.Wrap(inner, ""), []string{"read less"}},
	} {
		if got := hint.All(test.err); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
		if got, want := hint.Of(test.err), first(test.want); got != want {
			t.Errorf("%s: Of is %q, want %q", name, got, want)
		}
	}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func TestTheTextAndTheCauseStay(t *testing.T) {
	err := hint.Wrap(fmt.Errorf("reading: %w", io.EOF), "try again")
	if got, want := err.Error(), "reading: EOF"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("%v is not %v", err, io.EOF)
	}
	if hidden := (&hint.Error{Text: "no file", Err: io.EOF}); hidden.Error() != "no file" || !errors.Is(hidden, io.EOF) {
		t.Errorf("%v: its text or its cause is lost", hidden)
	}
}

func TestThen(t *testing.T) {
	err := hint.Then(hint.Wrap(io.EOF, "read less"), "go home")
	if got := hint.All(err); err.Error() != "EOF" || !errors.Is(err, io.EOF) || !slices.Equal(got, []string{"read less", "go home"}) {
		t.Errorf("got %v, %q", err, got)
	}
}

func TestLogsOf(t *testing.T) {
	logs := []string{"no password"}
	for _, wrap := range []func(error) error{
		func(err error) error { return err },
		func(err error) error { return fmt.Errorf("starting: %w", err) },
		func(err error) error { return hint.Then(hint.Wrap(err, "help"), "more") },
	} {
		err := wrap(&hint.Error{Text: "exited (1)", Logs: logs})
		if got := hint.LogsOf(err); !slices.Equal(got, logs) {
			t.Errorf("%v: got %q", err, got)
		}
		if got := hint.LogsOf(hint.WithoutLogs(err)); got != nil {
			t.Errorf("%v: got %q though they were dropped", err, got)
		}
	}
	if got := hint.LogsOf(hint.WithoutLogs(hint.New("a", "b"))); got != nil {
		t.Errorf("got %q of an error without any", got)
	}
}

func TestBriefOf(t *testing.T) {
	brief := hint.Brief{State: "exited (1)", Cause: "no password"}
	inner := &hint.Error{Text: "container web exited (1)", Brief: brief}
	for _, err := range []error{inner, fmt.Errorf("starting: %w", inner), hint.Wrap(inner, "help"), hint.Then(inner, "help")} {
		if got := hint.BriefOf(err); got != brief {
			t.Errorf("%v: got %+v", err, got)
		}
	}
	for _, err := range []error{nil, io.EOF, hint.New("a", "b")} {
		if got := hint.BriefOf(err); got != (hint.Brief{}) {
			t.Errorf("%v: got %+v", err, got)
		}
	}
}
