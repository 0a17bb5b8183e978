// Package terminal is for the user's terminal.
//
// A process in a container that uses it (exec, run, attach) needs raw mode and its
// end (Raw), the size and its changes (Sizes), reads that can be cancelled (Input),
// and the signals that are forwarded to it (OtherSignals).
//
// This program reads single keys and hides what is typed (Keyboard), handles Ctrl-Z
// (Suspensions), and writes:
// text from elsewhere becomes a Text or is filtered by an Output, so that it cannot
// control the terminal.
package terminal

import (
	"fmt"
	"sync"

	"github.com/moby/term"
)

// Size is the size of a terminal in characters.
type Size struct{ Rows, Cols uint }

// file is a stream that may be a terminal: *os.File.
type file interface{ Fd() uintptr }

// fileOf returns the file that a stream is, or that it writes to as an Output.
func fileOf(stream any) (file, bool) {
	if o, ok := stream.(*Output); ok {
		stream = o.w
	}
	f, ok := stream.(file)
	return f, ok
}

// Is tells whether a stream is a terminal.
func Is(stream any) bool {
	f, ok := fileOf(stream)
	return ok && term.IsTerminal(f.Fd())
}

// SizeOf returns the size of a terminal. ok is false where the stream is no terminal,
// and where its size is not known.
func SizeOf(stream any) (size Size, ok bool) {
	f, ok := fileOf(stream)
	if !ok {
		return Size{}, false
	}
	ws, err := term.GetWinsize(f.Fd())
	if err != nil || ws.Height == 0 && ws.Width == 0 {
		return Size{}, false
	}
	return Size{Rows: uint(ws.Height), Cols: uint(ws.Width)}, true
}

// Raw sets in and out to raw mode until restore is called: in delivers every key as
// it is, Ctrl-C too, and out processes nothing that is written. A stream that is no
// terminal is left as it is. restore may be called more than once.
//
// The error is that of setting a mode; then both streams are as before.
func Raw(in, out any) (restore func(), err error) {
	var undo []func()
	restore = sync.OnceFunc(func() {
		for _, f := range undo {
			f()
		}
	})
	for _, mode := range []struct {
		stream any
		set    func(fd uintptr) (*term.State, error)
	}{
		{in, term.SetRawTerminal},
		{out, term.SetRawTerminalOutput},
	} {
		f, ok := fileOf(mode.stream)
		if !ok || !term.IsTerminal(f.Fd()) {
			continue
		}
		state, err := mode.set(f.Fd())
		if err != nil {
			restore()
			return nil, fmt.Errorf("setting the terminal to raw mode: %w", err)
		}
		if state == nil { // this system has no raw mode for output
			continue
		}
		// The terminal may be gone: then there is nothing to restore.
		undo = append(undo, func() { _ = term.RestoreTerminal(f.Fd(), state) })
	}
	return restore, nil
}
