package project

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// UsageError is a mistake of the user that no line of a file is to blame for:
// a service that does not exist, a folder without a Compose file.
type UsageError struct {
	Msg  string
	Help string // what to do about it, or ""
	Err  error  // what it wraps, or nil
}

func (e *UsageError) Error() string { return e.Msg }

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// Hint is what the user can do about it.
func (e *UsageError) Hint() string { return e.Help }

// ErrNoSuchService is what an error about an unknown service wraps.
var ErrNoSuchService = errors.New("no such service")

// noSuchService is the error for a name that the file does not have.
func (p *Project) noSuchService(name string) error {
	names := slices.Sorted(maps.Keys(p.Services))
	names = append(names, slices.Sorted(maps.Keys(p.DisabledServices))...)
	return NoSuchService(name, names)
}

// NoSuchService is the error for a service that is none of those there are. It
// wraps ErrNoSuchService, and its hint names the nearest ones, or all.
func NoSuchService(name string, there []string) error {
	return &UsageError{Msg: "no such service: " + name, Help: serviceHint(name, there), Err: ErrNoSuchService}
}

// serviceHint names the services that a wrong name may stand for, or all there
// are.
func serviceHint(name string, names []string) string {
	if near := nearest(name, names); len(near) > 0 {
		return "did you mean " + quotedOr(near) + "?"
	}
	if len(names) == 0 {
		return "there is no service that could be meant"
	}
	const shown = 10
	if len(names) > shown {
		return fmt.Sprintf("the services are %s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
	}
	return "the services are " + strings.Join(names, ", ")
}
