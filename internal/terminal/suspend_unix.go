//go:build !windows

package terminal

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// signalDelay is more than the time between a signal that a process sends itself
// and its effect.
const signalDelay = 50 * time.Millisecond

// Suspensions handles Ctrl-Z until ctx ends. On SIGTSTP it calls leave, which calls
// suspend when the terminal is ready for the shell; suspend stops this process and
// returns when it was continued. It calls resumed whenever the process was
// continued, also after a stop by another signal. Calls do not overlap.
func Suspensions(ctx context.Context, leave func(suspend func()), resumed func()) {
	wanted, continued := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	if !signal.Ignored(syscall.SIGTSTP) { // a shell without job control has it ignored
		defer signal.Stop(wanted)
		signal.Notify(wanted, syscall.SIGTSTP)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-continued:
			resumed()
		case <-wanted:
			leave(func() { suspend(continued) })
			resumed()
		}
	}
}

// suspend stops this process and returns when it was continued. It sends SIGTTOU.
// Unlike SIGSTOP that has no effect in an orphaned process group, where no shell
// would continue the process. SIGTSTP cannot be used: after signal.Notify it does
// not get its default effect back.
func suspend(continued <-chan os.Signal) {
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGTTOU) // a signal to the own process does not fail
	// The timer of the first round expires while the process is stopped.
	for range 2 {
		select {
		case <-continued:
			return
		case <-time.After(signalDelay):
		}
	}
}
