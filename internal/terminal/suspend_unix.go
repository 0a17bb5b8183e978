//go:build !windows

package terminal

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// settling is within what time a signal that a process sends itself has done what
// it does.
const settling = 50 * time.Millisecond

// Suspensions has leave and goOn called until ctx ends, one at a time: leave where
// the user wants this process stopped, as by Ctrl-Z, which the function that it is
// given does; goOn whenever the process goes on, whoever stopped it.
func Suspensions(ctx context.Context, leave func(suspend func()), goOn func()) {
	wanted, continued := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	if !signal.Ignored(syscall.SIGTSTP) { // by a shell without job control
		defer signal.Stop(wanted)
		signal.Notify(wanted, syscall.SIGTSTP)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-continued:
			goOn()
		case <-wanted:
			leave(func() { suspend(continued) })
			goOn()
		}
	}
}

// suspend stops this process, and returns when it goes on. Where no shell is there
// to continue it the system leaves it running, which it would not for SIGSTOP; and
// Go does not give SIGTSTP its own effect back once it was asked for it.
func suspend(continued <-chan os.Signal) {
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGTTOU) // to oneself it does not fail
	// The first settling passes while the process is stopped.
	for range 2 {
		select {
		case <-continued:
			return
		case <-time.After(settling):
		}
	}
}
