//go:build !windows

package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// signalNames are the signals that are forwarded to a process in a container, with
// their names in the engine's API. Signals about this process alone are not among
// them: SIGCHLD, those of job control, SIGWINCH.
var signalNames = map[syscall.Signal]string{
	syscall.SIGHUP:  "SIGHUP",
	syscall.SIGINT:  "SIGINT",
	syscall.SIGQUIT: "SIGQUIT",
	syscall.SIGTERM: "SIGTERM",
	syscall.SIGUSR1: "SIGUSR1",
	syscall.SIGUSR2: "SIGUSR2",
}

// OtherSignals returns the signals that are forwarded to a process in a container,
// other than SIGINT and SIGTERM. Signals that were ignored when the program began,
// as under nohup, are left out.
func OtherSignals() []os.Signal {
	var all []os.Signal
	for s := range signalNames {
		if s != syscall.SIGINT && s != syscall.SIGTERM && !signal.Ignored(s) {
			all = append(all, s)
		}
	}
	return all
}

// FatalSignals returns the signals that end a program, other than SIGINT and
// SIGTERM: SIGQUIT, and SIGHUP unless it was ignored when the program began.
func FatalSignals() []os.Signal {
	fatal := []os.Signal{syscall.SIGQUIT}
	if !signal.Ignored(syscall.SIGHUP) {
		fatal = append(fatal, syscall.SIGHUP)
	}
	return fatal
}

// SignalName returns a signal's name in the engine's API: "SIGINT".
func SignalName(s os.Signal) string {
	if n, ok := s.(syscall.Signal); ok && signalNames[n] != "" {
		return signalNames[n]
	}
	return s.String()
}

// Raise ends this process by a signal that it has been notified of, as the signal would
// have. It returns before that.
func Raise(s os.Signal) {
	signal.Reset(s)
	if n, ok := s.(syscall.Signal); ok {
		_ = syscall.Kill(syscall.Getpid(), n) // a signal to the own process does not fail
	}
}

// BrokenPipe is the signal of a write to a pipe without a reader. A program that is
// notified of it gets an error from the write; any other is ended.
var BrokenPipe os.Signal = syscall.SIGPIPE
