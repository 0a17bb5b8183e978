package build

import (
	"errors"
	"strings"
)

// Error is a build that failed.
type Error struct {
	Service string
	Err     error
	// Excerpt is the Dockerfile's line with its surroundings, "" where it is
	// not known.
	Excerpt string
	// Step is the failed step, and Output its last lines.
	Step   string
	Output []string
	// Help is what the user can do about it, or "".
	Help string
}

// Error is several lines long where there is an excerpt or output.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("building " + e.Service + ": " + e.Err.Error())
	if len(e.Output) > 0 {
		b.WriteString("\nlast lines of " + e.Step + ":\n  " + strings.Join(e.Output, "\n  "))
	}
	if e.Excerpt != "" {
		b.WriteString("\n" + strings.TrimRight(e.Excerpt, "\n"))
	}
	return b.String()
}

// Unwrap gives the cause to errors.Is.
func (e *Error) Unwrap() error { return e.Err }

// Hint is what the user can do about it, or "".
func (e *Error) Hint() string { return e.Help }

// hintedError carries advice from the place that knows what went wrong to the
// Error that Build returns.
type hintedError struct {
	error
	help string
}

func (e *hintedError) Unwrap() error { return e.error }

func hinted(err error, help string) error { return &hintedError{err, help} }

// failed gives an error its service, and makes an *Error of it.
func failed(service string, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Service = service
		return e
	}
	e := &Error{Service: service, Err: err}
	if h, ok := errors.AsType[*hintedError](err); ok {
		e.Help = h.help
	}
	return e
}
