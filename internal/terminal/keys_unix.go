//go:build !windows

package terminal

import (
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// Keys has the terminal deliver each key at once and without echo, until restore is
// called (cbreak mode). Unlike in raw mode Ctrl-C sends its signal and output is
// processed as usual. restore may be called more than once.
//
// ok is false, and nothing is changed, where in is no terminal and where this
// process is in its background: setting the mode from there would stop the process.
// err is that of reading or setting the terminal's mode.
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
	// The terminal may be gone: then there is nothing to restore.
	return sync.OnceFunc(func() {
		if foreground(fd) {
			_ = unix.IoctlSetTermios(fd, setMode, before)
		}
	}), true, nil
}

// foreground tells whether this process is in the terminal's foreground group.
func foreground(fd int) bool {
	group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
