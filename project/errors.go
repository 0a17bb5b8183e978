package project

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/diagnostic"
)

// FileError is a mistake in a file of the user, with its place.
type FileError = diagnostic.FileError

// ErrNoSuchService is what an error about an unknown service wraps.
var ErrNoSuchService = errors.New("no such service")

// noSuchService is the error for a name that the file does not have.
func (p *Project) noSuchService(name string) error {
	names := slices.Sorted(maps.Keys(p.Services))
	names = append(names, slices.Sorted(maps.Keys(p.DisabledServices))...)
	return NoSuchService(name, names)
}

// Require is NoSuchService where the service is not Known, and nil where it is.
func (p *Project) Require(service string) error {
	if p.Known(service) {
		return nil
	}
	return p.noSuchService(service)
}

// DidYouMean asks whether one of the services that there are was meant; "": none is near.
func DidYouMean(name string, there []string) string { return diagnostic.DidYouMean(name, there) }

// NoSuchService is the error for a name that is none of the services there are: a
// *hint.Error that wraps ErrNoSuchService and names the nearest ones, or all.
func NoSuchService(name string, there []string) error {
	return hint.Wrap(fmt.Errorf("%w: %s", ErrNoSuchService, name), diagnostic.ServiceHint(name, there))
}
