package main

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"syscall"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// The exit codes of --exit-codes=classes, which are those of sysexits.h that come
// nearest. They are an interface: scripts compare them.
const (
	exitUsage   = 64 // the command line
	exitFile    = 65 // the project's files
	exitEngine  = 69 // no engine, or it went away
	exitService = 70 // a container, image or other resource did not come to what it was to be
	exitRefused = 77 // the user, or nobody, agreed to lose data, or to what a file asks for
)

// classes sort the failure of a command. Errors keep their types and texts: what is
// kept beside them is where they came from.
type classes struct {
	mu      sync.Mutex // guards below
	found   []classed
	looked  bool // at files or for an engine: the command line was right
	refused bool // a question was answered no
}

// classed is an error with its exit code.
type classed struct {
	err  error
	code int
}

// note keeps an error that decides the class, and gives it back.
func (c *classes) note(err error, code int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looked = c.looked || code != exitUsage
	if err != nil {
		c.found = append(c.found, classed{err, code})
	}
	return err
}

// answered keeps that a question was answered.
func (c *classes) answered(yes bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = c.refused || !yes
}

// of is the exit code for an error that ended the command, nil for none.
func (c *classes) of(err error) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil && c.refused:
		return exitRefused
	case err == nil:
		return 0
	case session.Unreachable(err):
		return exitEngine
	case errors.Is(err, project.ErrNoSuchService):
		return exitUsage
	case errors.Is(err, plan.ErrRefused):
		return exitService
	}
	for _, f := range c.found { // a cause comes before what wraps it
		if errors.Is(err, f.err) {
			return f.code
		}
	}
	if !c.looked && !errors.As(err, new(*fs.PathError)) && !errors.As(err, new(syscall.Errno)) {
		return exitUsage
	}
	return exitFailure
}

// byClass tells whether --exit-codes, else COMPOSE_EXIT_CODES, asks for codes by class.
func (a *app) byClass() bool {
	value := a.global.exitCodes
	if value == "" {
		value = a.getenv("COMPOSE_EXIT_CODES")
	}
	return value == "classes"
}

// checkExitCodes refuses another value of --exit-codes.
func (a *app) checkExitCodes() error {
	if a.global.exitCodes == "" || a.byClass() || a.global.exitCodes == "default" {
		return nil
	}
	return hint.New(fmt.Sprintf("invalid --exit-codes %q", a.global.exitCodes), "the values are default and classes")
}
