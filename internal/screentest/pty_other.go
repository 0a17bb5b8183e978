//go:build !linux

package screentest

import (
	"os"

	"github.com/creack/pty"
)

// OpenPTY returns a new pseudo-terminal: the side of who types and looks, and that
// of the program. The error is the system's.
func OpenPTY() (ours, theirs *os.File, err error) { return pty.Open() }
