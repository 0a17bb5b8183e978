package session

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/event"
)

// ExecOptions say what to run in which container.
type ExecOptions struct {
	FindOptions
	process.ExecOptions
	Detach bool // nobody waits for the command
}

// Exec runs a command in a running container and returns its exit code. The error says
// that the container does not run, that there is no terminal where one is needed, or that
// the command could not be started or followed.
func (s *Session) Exec(ctx context.Context, o ExecOptions, c Console) (code int, err error) {
	found, err := s.find(ctx, o.FindOptions)
	if err != nil {
		return 0, err
	}
	if s.DryRun {
		s.Would(fmt.Sprintf("run %s in container %s", quoted(o.Command), found.Name))
		return 0, nil
	}
	o.Stdin = o.Stdin && !o.Detach
	t := talk{tty: o.TTY, stdin: o.Stdin}
	if err := c.check(t, "add -T"); err != nil {
		return 0, err
	}
	o.Size, o.DetachKeys = c.Size, c.DetachKeys
	run, err := process.NewExec(ctx, s.Client, s.events(), found.ID, o.ExecOptions)
	if err != nil {
		return 0, fmt.Errorf("preparing the command in %s: %w", found.Name, err)
	}
	if o.Detach {
		if err := run.Start(ctx); err != nil {
			return 0, fmt.Errorf("starting the command in %s: %w", found.Name, err)
		}
		return 0, nil
	}
	with, err := run.Attach(ctx)
	if err != nil {
		return 0, fmt.Errorf("running the command in %s: %w", found.Name, err)
	}
	t.resize = run.Resize
	if err := c.converse(ctx, with, t); err != nil {
		return 0, err
	}
	return run.ExitCode(ctx)
}

// Would tells what a dry run leaves undone.
func (s *Session) Would(what string) {
	s.Sink(event.Message{Level: event.Info, Text: "would " + what})
}

// quoted is a command as a shell's user would write it.
func quoted(command []string) string {
	words := make([]string, len(command))
	for i, word := range command {
		q, err := syntax.Quote(word, syntax.LangBash)
		if err != nil { // a NUL byte, which no command has
			q = strconv.Quote(word)
		}
		words[i] = q
	}
	return strings.Join(words, " ")
}
