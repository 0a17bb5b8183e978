package project

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/hint"
)

// ErrNoSuchService is what an error about an unknown service wraps.
var ErrNoSuchService = errors.New("no such service")

// noSuchService is the error for a name that the file does not have.
func (p *Project) noSuchService(name string) error {
	names := slices.Sorted(maps.Keys(p.Services))
	names = append(names, slices.Sorted(maps.Keys(p.DisabledServices))...)
	return NoSuchService(name, names)
}

// Require is an error that wraps ErrNoSuchService where the service is not Known.
func (p *Project) Require(service string) error {
	if p.Known(service) {
		return nil
	}
	return p.noSuchService(service)
}

// NoSuchService is the error for a service that is none of those there are. It
// wraps ErrNoSuchService, and its hint names the nearest ones, or all.
func NoSuchService(name string, there []string) error {
	return hint.Wrap(fmt.Errorf("%w: %s", ErrNoSuchService, name), serviceHint(name, there))
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
