package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) exportCommand() *cobra.Command {
	var o session.FindOptions
	var output string
	cmd := a.command("export [OPTIONS] SERVICE", "Export a service container's filesystem as a tar archive", func(cmd *cobra.Command, args []string) error {
		o.Service = args[0]
		s, err := a.openNamed(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		defer a.hangUp()() // a file that is half written goes with it
		to := session.ExportTarget{Name: output, Open: a.openStdout}
		if output != "" {
			to.Open = func() (session.ExportFile, error) { return createFile(cmd.Context(), a.path(output)) }
		}
		return s.Export(cmd.Context(), o, to)
	})
	cmd.Args = takesArgs(1, 1)
	indexFlag(cmd.Flags(), &o.Index)
	cmd.Flags().StringVarP(&output, "output", "o", "", "Write to a file, instead of STDOUT")
	return cmd
}

// path makes a path of the command line absolute.
func (a *app) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(a.dir, name)
}

// openStdout is the program's output as a file; a terminal is none.
func (a *app) openStdout() (session.ExportFile, error) {
	if render.IsTerminal(a.stdout) {
		return nil, hint.New("output option is required when exporting to terminal", "-o FILE names one")
	}
	return stdoutFile{a.stdout}, nil
}

// stdoutFile keeps the program's output open.
type stdoutFile struct{ io.Writer }

func (stdoutFile) Close() error   { return nil }
func (stdoutFile) Discard() error { return nil }

// newFile becomes a file of its name when it is closed: a half-written archive
// is never found there.
type newFile struct {
	*os.File
	name string
}

// createFile returns a file for name; what is there already is replaced, but
// for a device or a pipe, which is written to.
func createFile(ctx context.Context, name string) (session.ExportFile, error) {
	folder := filepath.Dir(name)
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return nil, hint.New("cannot write to a directory: "+name, "-o takes the name of a file")
	case err == nil && !info.Mode().IsRegular():
		return openDevice(ctx, name)
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return nil, hint.New(fmt.Sprintf("invalid output path: directory %q does not exist", folder), "create it, or name another one")
	}
	f, err := os.CreateTemp(folder, "."+filepath.Base(name)+"-*")
	if err != nil {
		return nil, fmt.Errorf("writing %q: %w", name, err)
	}
	return newFile{f, name}, nil
}

// Close gives the file its name.
func (f newFile) Close() error {
	if err := f.File.Close(); err != nil {
		_ = os.Remove(f.File.Name())
		return fmt.Errorf("writing %q: %w", f.name, err)
	}
	return os.Rename(f.File.Name(), f.name)
}

// Discard removes it.
func (f newFile) Discard() error {
	_ = f.File.Close()
	return os.Remove(f.File.Name())
}

// device is what is written to in place.
type device struct{ *os.File }

// openDevice opens a device or a pipe. Nobody has to read from a pipe: the end of ctx ends
// the wait for them, and who waits cannot be woken.
func openDevice(ctx context.Context, name string) (session.ExportFile, error) {
	type opened struct {
		f   *os.File
		err error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		return device{o.f}, o.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Discard can take nothing back.
func (d device) Discard() error { return d.File.Close() }
