package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// OtherSignals returns the signals that are forwarded to a process in a container,
// other than an interrupt and SIGTERM.
func OtherSignals() []os.Signal { return []os.Signal{syscall.SIGHUP} }

// FatalSignals returns the signals that end a program, other than an interrupt and
// SIGTERM.
func FatalSignals() []os.Signal { return []os.Signal{syscall.SIGHUP} }

// SignalName returns a signal's name in the engine's API: "SIGINT".
func SignalName(s os.Signal) string {
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

// Raise has a signal that this process has been notified of do what it does by itself: the
// system ends a process that its console does.
func Raise(s os.Signal) { signal.Reset(s) }

// BrokenPipe is nil: on Windows a write to a pipe without a reader is an error.
var BrokenPipe os.Signal
