//go:build !windows

package terminal

import (
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// Keys gives every key to who reads in at once and unseen, until restore is
// called, which may be more than once. Unlike in raw mode an interrupt's key
// still interrupts, and what is written looks as ever. ok tells that in is a
// terminal, and that this process is not in its background: setting its mode
// from there would stop the process.
func Keys(in any) (restore func(), ok bool, err error) {
	f, is := in.(file)
	if !is || !Is(in) || !foreground(int(f.Fd())) {
		return nil, false, nil
	}
	fd := int(f.Fd())
	before, err := unix.IoctlGetTermios(fd, getMode)
	if err != nil {
		return nil, false, fmt.Errorf("reading the terminal's mode: %w", err)
	}
	mode := *before
	mode.Lflag &^= unix.ICANON | unix.ECHO
	mode.Cc[unix.VMIN], mode.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, setMode, &mode); err != nil {
		return nil, false, fmt.Errorf("setting the terminal to give keys: %w", err)
	}
	// A terminal that is gone cannot be restored, and need not.
	return sync.OnceFunc(func() {
		if foreground(fd) {
			_ = unix.IoctlSetTermios(fd, setMode, before)
		}
	}), true, nil
}

// foreground tells whether this process may use the terminal.
func foreground(fd int) bool {
	group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
