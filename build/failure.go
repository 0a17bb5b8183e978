package build

import (
	"errors"
	"regexp"
	"strings"

	"github.com/compose-orchestrator/compose/hint"
)

// Error is a build that failed.
type Error struct {
	Service string
	Err     error
	// Excerpt is the Dockerfile's line with its surroundings, "" where it is
	// not known.
	Excerpt string
	// File and Line are where that is; "", 0: not known.
	File string
	Line int
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

// Place is the line of the Dockerfile for programs.
func (e *Error) Place() hint.Place {
	return hint.Place{File: e.File, Line: e.Line, Rule: "build", Text: "building " + e.Service + ": " + e.Err.Error()}
}

// Unwrap gives the cause to errors.Is.
func (e *Error) Unwrap() error { return e.Err }

// Hint is what the user can do about it, or "".
func (e *Error) Hint() string { return e.Help }

// exitCode is how BuildKit says that a step's command failed.
var exitCode = regexp.MustCompile(`did not complete successfully: (exit code: \d+)`)

// InBrief is the failed step with its exit code, or what the builder said.
func (e *Error) InBrief() hint.Brief {
	cause, _, _ := strings.Cut(e.Err.Error(), "\n")
	if m := exitCode.FindStringSubmatch(cause); m != nil && e.Step != "" {
		return hint.Brief{Cause: m[1] + " at " + e.Step}
	}
	return hint.Brief{Cause: strings.TrimPrefix(cause, "failed to solve: ")}
}

// failed gives an error its service, and makes an *Error of it.
func failed(service string, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Service = service
		return e
	}
	return &Error{Service: service, Err: err, Help: hint.Of(err)}
}
