package terminal

import (
	"fmt"
	"sync"

	"golang.org/x/sys/windows"
)

// Keys gives every key to who reads in at once and unseen, until restore is
// called, which may be more than once. Unlike in raw mode an interrupt's key
// still interrupts, and what is written looks as ever. ok tells that in is a
// console.
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
