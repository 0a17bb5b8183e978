package terminal

import (
	"fmt"
	"sync"

	"golang.org/x/sys/windows"
)

// Keys has the console deliver each key at once and without echo, until restore is
// called. Unlike in raw mode Ctrl-C sends its signal and output is processed as
// usual. restore may be called more than once. ok is false where in is no console.
// err is that of reading or setting the console's mode.
func Keys(in any) (restore func(), ok bool, err error) {
	f, is := in.(file)
	if !is || !Is(in) {
		return nil, false, nil
	}
	console := windows.Handle(f.Fd())
	var before uint32
	if err := windows.GetConsoleMode(console, &before); err != nil {
		return nil, false, fmt.Errorf("reading the console's mode: %w", err)
	}
	mode := before &^ (windows.ENABLE_ECHO_INPUT | windows.ENABLE_LINE_INPUT)
	if err := windows.SetConsoleMode(console, mode); err != nil {
		return nil, false, fmt.Errorf("setting the console to give keys: %w", err)
	}
	return sync.OnceFunc(func() { _ = windows.SetConsoleMode(console, before) }), true, nil
}
