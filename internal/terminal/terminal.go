// Package terminal owns the user's terminal. While a process in a container has
// it: raw mode and the way back, the size and its changes, reads that can be
// ended, and the signals that such a process is to get. While this program has it:
// single keys, what Ctrl-Z does, and all that is written on it: what is foreign
// becomes a Text or goes through a filter first, and nothing else is printed.
package terminal

import (
	"fmt"
	"sync"

	"github.com/moby/term"
)

// Size is a terminal's, in characters.
type Size struct{ Rows, Cols uint }

// file is what a stream has that may be a terminal: *os.File.
type file interface{ Fd() uintptr }

// fileOf is the file that a stream is, or that an Output writes to.
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

// SizeOf returns the size of the terminal that the stream is, if it is one and
// knows its size.
func SizeOf(stream any) (Size, bool) {
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

// Raw gives every key to who reads in, and takes what is written to out as it
// is, until restore is called. Streams that are no terminals stay as they are.
// restore may be called more than once.
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
		if state == nil { // output needs nothing on this system
			continue
		}
		// A terminal that is gone cannot be restored, and need not.
		undo = append(undo, func() { _ = term.RestoreTerminal(f.Fd(), state) })
	}
	return restore, nil
}
