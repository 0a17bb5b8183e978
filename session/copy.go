package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/files"
	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
)

// CopyOptions say what is copied from where to where.
type CopyOptions struct {
	From, To CopyEnd // one of them is a service's
	Index    int     // of the replica; 0: the first to copy from, all to copy to
	OneOffs  bool    // containers of run count too
	files.Options

	Stdin  io.Reader // a tar archive, where From.Path is "-"
	Stdout io.Writer // takes one, where To.Path is "-"
}

// CopyEnd is an end of a copy.
type CopyEnd struct {
	Service string // "": this machine
	Path    string // absolute on this machine, or "-"
	Text    string // as the user wrote it
}

// stream tells whether the end is a standard stream.
func (e CopyEnd) stream() bool { return e.Service == "" && e.Path == "-" }

// Copy copies files between a service's containers and this machine. The error says that
// there is no such container, or joins what went wrong with each.
func (s *Session) Copy(ctx context.Context, o CopyOptions) error {
	service := cmp.Or(o.From.Service, o.To.Service)
	targets, err := s.copyTargets(ctx, o, service)
	if err != nil {
		return err
	}
	if o.From.Service != "" {
		return s.copyOut(ctx, o, targets[0])
	}
	return s.copyIn(ctx, o, targets)
}

// copyTargets are the containers of a service that a copy is about, by number,
// whether they run or not.
func (s *Session) copyTargets(ctx context.Context, o CopyOptions, service string) ([]list.Container, error) {
	listed, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	mine := slices.DeleteFunc(slices.Clone(listed), func(c list.Container) bool {
		return c.Service != service || c.OneOff && (!o.OneOffs || o.Index != 0) || o.Index != 0 && c.Number != o.Index
	})
	slices.SortStableFunc(mine, func(a, b list.Container) int {
		return cmp.Or(oneOffsLast(a)-oneOffsLast(b), a.Number-b.Number)
	})
	switch {
	case len(mine) > 0:
		return mine, nil
	case o.Index != 0:
		return nil, FindOptions{Service: service, Index: o.Index}.notFound(nil, listed)
	}
	return nil, &NoContainerError{service, hint.New(fmt.Sprintf("no container found for service %q", service),
		cmp.Or(thereAre(listed), "compose up -d creates them"))}
}

func (s *Session) copyOut(ctx context.Context, o CopyOptions, c list.Container) error {
	from := files.Place{ID: c.ID, Container: c.Name, Path: o.From.Path}
	what := from.String() + " to " + o.To.Text
	o.Missed = func(text string) { s.Sink(event.Message{Level: event.Warn, Text: text}) }
	switch {
	case s.DryRun:
		s.Would("copy " + what)
		return nil
	case o.To.stream(): // no progress beside the content
		return copying(what, files.CopyOutTar(ctx, s.Reader, from, o.Stdout, o.Options))
	}
	return s.task(c.Ref(), copyTask, func() (string, error) {
		dropped, err := files.CopyOut(ctx, s.Reader, from, o.To.Path, o.Options)
		s.warnDropped(dropped)
		return what, copying(what, err)
	})
}

// warnDropped tells what a copy without --archive left out.
func (s *Session) warnDropped(d files.Dropped) {
	warn := func(names files.Names, what string) {
		if names.Count > 0 {
			s.Sink(event.Message{Level: event.Warn, Text: fmt.Sprintf("%d %s: %s", names.Count, what, cut(names.First)), Hint: "--archive keeps them"})
		}
	}
	warn(d.Special, "devices or named pipes were left out")
	warn(d.SetUID, "setuid or setgid bits were left out")
}

// cut lists some names.
func cut(names []string) string {
	const some = 3
	if len(names) > some {
		return strings.Join(names[:some], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

var copyTask = task{title: "Copying", working: "Copying", done: "Copied"}

// copying says what went wrong with what.
func copying(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("copying %s: %w", what, err)
}

// copyIn copies into all the containers: what goes wrong with one does not keep
// the others from their files.
func (s *Session) copyIn(ctx context.Context, o CopyOptions, targets []list.Container) error {
	put, done, err := o.source()
	if err != nil {
		return err
	}
	defer done()
	if s.DryRun {
		for _, c := range targets {
			s.Would(fmt.Sprintf("copy %s to %s:%s", o.From.Text, c.Name, o.To.Path))
		}
		return nil
	}
	var refs []event.Ref
	for _, c := range targets {
		refs = append(refs, c.Ref())
	}
	s.Sink(event.Planned{Title: copyTask.title, Refs: refs})
	errs := make([]error, len(targets))
	var g errgroup.Group
	g.SetLimit(s.limit())
	for i, c := range targets {
		g.Go(func() error {
			errs[i] = s.step(c.Ref(), copyTask, func() (string, error) {
				to := files.Place{ID: c.ID, Container: c.Name, Path: o.To.Path}
				what := o.From.Text + " to " + to.String()
				return what, copying(what, put(ctx, s.Client, to))
			})
			return nil
		})
	}
	_ = g.Wait() // always nil
	err = errors.Join(errs...)
	s.Sink(event.Finished{Err: err})
	return err
}

// source is what brings the files into a container, once for each. done gives
// back what it holds.
func (o CopyOptions) source() (put func(context.Context, api.Client, files.Place) error, done func(), err error) {
	if !o.From.stream() {
		from, err := files.NewSource(o.From.Path, o.Options)
		return func(ctx context.Context, c api.Client, to files.Place) error {
			return files.CopyIn(ctx, c, from, to, o.Options)
		}, func() {}, err
	}
	spool, size, done, err := spooled(o.Stdin)
	return func(ctx context.Context, c api.Client, to files.Place) error {
		return files.CopyInTar(ctx, c, io.NewSectionReader(spool, 0, size), to, o.Options)
	}, done, err
}

// spooled keeps what a stream says in a file, from which it can be read more
// than once. done removes it.
func spooled(r io.Reader) (spool io.ReaderAt, size int64, done func(), err error) {
	f, err := os.CreateTemp("", "compose-cp-*")
	if err != nil {
		return nil, 0, nil, fmt.Errorf("keeping what comes from stdin: %w", err)
	}
	done = func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
	if size, err = io.Copy(f, r); err != nil {
		done()
		return nil, 0, nil, fmt.Errorf("reading stdin: %w", err)
	}
	return f, size, done, nil
}
