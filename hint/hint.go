// Package hint makes errors that the user can do something about: what went
// wrong is an error's text, what helps is printed below it, behind "hint:". It
// imports the standard library only, so that every package can give advice.
package hint

import "errors"

// Error is an error with advice. Its text is complete: a caller need not add what
// was being done.
type Error struct {
	Text string // what went wrong
	Help string // what the user can do about it, a sentence a line, or ""
	Err  error  // the cause, whether Text tells it or not, or nil
	// Logs are the last lines that the container in question printed; nil: there are
	// none, or they are shown elsewhere.
	Logs []string
	// Brief is the error where its resource is named already; zero: Text is all there is.
	Brief Brief
}

// Brief is an error in a few words, for the row of a resource.
type Brief struct {
	// State is what the resource is: "unhealthy", "exited (1)"; "": what was being done
	// with it failed.
	State string
	// Cause is why, without the resource and what was being done: "no program serve in
	// the image"; "": State is all there is to say.
	Cause string
}

// New is an *Error without a cause.
func New(text, help string) error { return &Error{Text: text, Help: help} }

// Wrap is err, whose text stays, with advice: an *Error that wraps err, which must not be
// nil.
func Wrap(err error, help string) error { return &Error{Text: err.Error(), Help: help, Err: err} }

// Then is err with one more advice, behind its own; err must not be nil.
func Then(err error, help string) error { return advised{err, &Error{Help: help}} }

// advised is an error and advice that comes after its own.
type advised struct{ err, after error }

func (a advised) Error() string   { return a.err.Error() }
func (a advised) Unwrap() []error { return []error{a.err, a.after} }

// BriefOf is that of the first error among err and its causes which has one; zero: none
// does. An error of another type has one where it has a method InBrief() Brief.
func BriefOf(err error) Brief {
	for err != nil {
		var e interface{ InBrief() Brief }
		if !errors.As(err, &e) {
			break
		}
		if b := e.InBrief(); b != (Brief{}) {
			return b
		}
		err = errors.Unwrap(e.(error))
	}
	return Brief{}
}

// InBrief is Brief.
func (e *Error) InBrief() Brief { return e.Brief }

// Error is the text without the advice.
func (e *Error) Error() string { return e.Text }

// Unwrap gives the cause to errors.Is.
func (e *Error) Unwrap() error { return e.Err }

// Hint is the advice, or "".
func (e *Error) Hint() string { return e.Help }

// Of is the first advice of an error and its causes, "" where none has any.
func Of(err error) string {
	if all := All(err); len(all) > 0 {
		return all[0]
	}
	return ""
}

// LogsOf are those of the first error among err and its causes which has some; nil: none
// does.
func LogsOf(err error) []string {
	if e, ok := withLogs(err); ok {
		return e.Logs
	}
	return nil
}

// WithoutLogs is err, whose LogsOf are dropped: they are shown elsewhere.
func WithoutLogs(err error) error {
	if e, ok := withLogs(err); ok {
		e.Logs = nil
	}
	return err
}

func withLogs(err error) (*Error, bool) {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			break
		}
		if len(e.Logs) > 0 {
			return e, true
		}
		err = e.Err
	}
	return nil, false
}

// All is the advice of an error and its causes, from the outside in, each once.
// An error of another type has advice where it has a method Hint() string.
func All(err error) []string {
	var found []string
	seen := map[string]bool{"": true}
	walk(err, func(help string) {
		if !seen[help] {
			seen[help] = true
			found = append(found, help)
		}
	})
	return found
}

func walk(err error, found func(help string)) {
	if h, ok := err.(interface{ Hint() string }); ok {
		found(h.Hint())
	}
	switch x := err.(type) {
	case interface{ Unwrap() error }:
		walk(x.Unwrap(), found)
	case interface{ Unwrap() []error }:
		for _, inner := range x.Unwrap() {
			walk(inner, found)
		}
	}
}
