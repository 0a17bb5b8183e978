//go:build !windows

package terminal

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// mode is a terminal's.
type mode unix.Termios

func readMode(fd uintptr) (mode, error) {
	m, err := unix.IoctlGetTermios(int(fd), getMode)
	if err != nil {
		return mode{}, fmt.Errorf("reading the terminal's mode: %w", err)
	}
	return mode(*m), nil
}

// apply sets the mode.
func (m mode) apply(fd uintptr) error {
	if err := unix.IoctlSetTermios(int(fd), setMode, (*unix.Termios)(&m)); err != nil {
		return fmt.Errorf("setting the terminal's mode: %w", err)
	}
	return nil
}

// quiet is the mode without echo.
func (m mode) quiet() mode {
	m.Lflag &^= unix.ECHO
	return m
}

// keys is the mode without echo in which each key comes at once.
func (m mode) keys() mode {
	m.Lflag &^= unix.ICANON | unix.ECHO
	m.Cc[unix.VMIN], m.Cc[unix.VTIME] = 1, 0
	return m
}

// foreground tells whether this process is in the terminal's foreground group.
func foreground(fd uintptr) bool {
	group, err := unix.IoctlGetInt(int(fd), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
