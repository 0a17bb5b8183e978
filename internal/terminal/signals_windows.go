package terminal

import (
	"os"
	"syscall"
)

// Others are the signals that a process in a container is sent in the user's place
// beside an interrupt and SIGTERM.
func Others() []os.Signal { return []os.Signal{syscall.SIGHUP} }

// Fatal are the signals beside an interrupt and SIGTERM that end a program.
func Fatal() []os.Signal { return []os.Signal{syscall.SIGHUP} }

// Name is a signal's, as the engine takes it: "SIGINT".
func Name(s os.Signal) string {
	switch s {
	case os.Interrupt:
		return "SIGINT"
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGHUP:
		return "SIGHUP"
	}
	return s.String()
}

// BrokenPipe is nil: a write to a broken pipe is an error here anyway.
var BrokenPipe os.Signal
