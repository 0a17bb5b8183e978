//go:build !windows

package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// names are the signals that a process in a container is sent in the user's
// place, as the engine takes them. What is about this process alone is not among
// them: the children's, job control, the window's size.
var names = map[syscall.Signal]string{
	syscall.SIGHUP:  "SIGHUP",
	syscall.SIGINT:  "SIGINT",
	syscall.SIGQUIT: "SIGQUIT",
	syscall.SIGTERM: "SIGTERM",
	syscall.SIGUSR1: "SIGUSR1",
	syscall.SIGUSR2: "SIGUSR2",
}

// Others are the signals that Name has a name for beside an interrupt and SIGTERM,
// less what was ignored when the program began, as under nohup.
func Others() []os.Signal {
	var all []os.Signal
	for s := range names {
		if s != syscall.SIGINT && s != syscall.SIGTERM && !signal.Ignored(s) {
			all = append(all, s)
		}
	}
	return all
}

// Fatal are the signals beside an interrupt and SIGTERM that end a program, less
// what was ignored when it began.
func Fatal() []os.Signal {
	fatal := []os.Signal{syscall.SIGQUIT}
	if !signal.Ignored(syscall.SIGHUP) {
		fatal = append(fatal, syscall.SIGHUP)
	}
	return fatal
}

// Name is a signal's, as the engine takes it: "SIGINT".
func Name(s os.Signal) string {
	if n, ok := s.(syscall.Signal); ok && names[n] != "" {
		return names[n]
	}
	return s.String()
}

// BrokenPipe is the signal of a write that nobody reads any more. Who asks to be
// notified of it gets an error from the write instead of being ended.
var BrokenPipe os.Signal = syscall.SIGPIPE
