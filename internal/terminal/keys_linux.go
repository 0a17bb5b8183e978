package terminal

import "golang.org/x/sys/unix"

// The calls that read and set a terminal's mode.
const (
	getMode = unix.TCGETS
	setMode = unix.TCSETS
)
