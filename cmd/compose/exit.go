package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/session"
)

// Exit codes that scripts know.
const (
	exitFailure     = 1
	exitInterrupted = 130
)

// exitError ends the program with a code of its own; err may be nil.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// endsWith is err, or the end of the program with a container's exit code.
func endsWith(code int, err error) error {
	if err == nil && code != 0 {
		return &exitError{code: code}
	}
	return err
}

// exit prints the error, if any, and returns the process's exit code.
func (a *app) exit(ctx context.Context, err error) int {
	if err == nil {
		return a.coded(0, nil)
	}
	code := exitFailure
	if e, ok := errors.AsType[*exitError](err); ok {
		code = e.code
		if e.err == nil {
			return a.coded(code, nil)
		}
		err = e.err
	} else {
		code = a.coded(code, err)
	}
	if wasInterrupted(ctx) {
		if errors.Is(err, context.Canceled) || errors.As(err, &interrupted{}) {
			return exitInterrupted
		}
		code = exitInterrupted
	}
	if err = session.Lost(err); a.progress() == render.ModeJSON {
		render.ErrorJSON(a.stderr, err, time.Now())
		return code
	}
	render.Error(a.stderr, err)
	if a.onActions() {
		a.annotate(err)
	}
	return code
}

// coded is an exit code, or the one of its class where that is asked for.
func (a *app) coded(code int, err error) int {
	if class := a.classes.of(err); a.byClass() && class != 0 {
		return class
	}
	return code
}
