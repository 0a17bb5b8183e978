package session

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/planner"
)

// FindOptions say which container of a service a command is about.
type FindOptions struct {
	Service string
	Index   int // of the replica; 0: the first
}

// NoContainerError says that the engine has no container of a service.
type NoContainerError struct {
	Service string
	err     error
}

// Error says it in Docker Compose's words.
func (e *NoContainerError) Error() string { return e.err.Error() }

// Unwrap is the same with a hint.
func (e *NoContainerError) Unwrap() error { return e.err }

// find returns the one running container that a command like exec works on. Those
// of run are taken only where the service has no other.
func (s *Session) find(ctx context.Context, o FindOptions) (list.Container, error) {
	listed, err := s.List(ctx)
	if err != nil {
		return list.Container{}, err
	}
	return o.pick(listed)
}

func (o FindOptions) pick(listed []list.Container) (list.Container, error) {
	mine := slices.DeleteFunc(slices.Clone(listed), func(c list.Container) bool {
		return c.Service != o.Service || o.Index != 0 && (c.OneOff || c.Number != o.Index)
	})
	slices.SortStableFunc(mine, func(a, b list.Container) int {
		return cmp.Or(rank(a)-rank(b), a.Number-b.Number)
	})
	if len(mine) > 0 && up(mine[0]) {
		return mine[0], nil
	}
	return list.Container{}, o.notFound(mine, listed)
}

// rank puts containers that run first, and those of run last.
func rank(c list.Container) int {
	switch {
	case c.OneOff:
		return 2
	case up(c):
		return 0
	}
	return 1
}

func up(c list.Container) bool {
	return planner.Status(c.State).Runs()
}

// notFound says what is missing, in Docker Compose's words, and what there is.
func (o FindOptions) notFound(mine, all []list.Container) error {
	text := fmt.Sprintf("service %q is not running", o.Service)
	if o.Index != 0 {
		text = fmt.Sprintf("service %q is not running container #%d", o.Service, o.Index)
	}
	if len(mine) > 0 {
		return hint.New(text,
			fmt.Sprintf("its container %s is %s: compose start %s", mine[0].Name, mine[0].State, o.Service))
	}
	var there []list.Container
	for _, c := range all {
		if c.Service == o.Service || o.Index == 0 {
			there = append(there, c)
		}
	}
	err := hint.New(text, cmp.Or(thereAre(there), "compose up -d "+o.Service+" creates and starts it"))
	if slices.ContainsFunc(all, func(c list.Container) bool { return c.Service == o.Service }) {
		return err
	}
	return &NoContainerError{o.Service, err}
}

// thereAre names containers for a hint; "" where there are none.
func thereAre(listed []list.Container) string {
	const shown = 10
	var names []string
	for _, c := range listed[:min(len(listed), shown)] {
		names = append(names, c.Name)
	}
	switch {
	case len(listed) == 0:
		return ""
	case len(listed) > shown:
		names = append(names, fmt.Sprintf("%d more", len(listed)-shown))
	}
	return "there are " + strings.Join(names, ", ")
}
