//go:build unix

package screentest

import (
	"os"

	"golang.org/x/sys/unix"
)

// Resize gives a pseudo-terminal a size, in characters. Its program gets SIGWINCH.
// The error is the system's.
func Resize(ours *os.File, rows, cols int) error {
	return unix.IoctlSetWinsize(int(ours.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: uint16(rows), Col: uint16(cols)})
}
