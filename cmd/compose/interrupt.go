package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// interruptible returns a context that the first SIGINT or SIGTERM cancels. The
// second one cancels a.force, the third ends the process whatever it waits for. One
// that is stopped gives the terminal back, and takes it again when it goes on.
func (a *app) interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	force, kill := context.WithCancel(context.Background())
	a.force, a.interrupt = force, cancel
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	suspensions, end := context.WithCancel(context.Background())
	go terminal.Suspensions(suspensions, a.leaveTerminal, a.takeTerminal)
	restored := a.leaveBeforeEnd()
	leave := a.followDocker(func() { cancel(interrupted{os.Interrupt}) })
	go func() {
		for count := (presses{}); ; {
			select {
			case <-done:
				return
			case s := <-signals:
				if a.divert(s) {
					continue
				}
				switch count.add(s, time.Now()) {
				case 0: // said already
				case 1:
					cancel(interrupted{s})
				case 2:
					kill()
				default:
					signal.Stop(signals) // one more ends it also where the terminal takes nothing
					a.leaveTerminal(func() { os.Exit(exitInterrupted) })
				}
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		restored()
		end()
		leave()
		close(done)
		cancel(nil)
		kill()
	}
}

// leaveBeforeEnd gives the terminal back before a signal ends the program on which it does
// nothing else, such as SIGQUIT. stop is called when it shows nothing any more.
func (a *app) leaveBeforeEnd() (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, terminal.FatalSignals()...)
	go func() {
		for s := range signals {
			if a.hangUps.Load() > 0 || a.diverted.Load() != nil {
				continue // others do something on it
			}
			raise := sync.OnceFunc(func() { terminal.Raise(s) })
			time.AfterFunc(lastLook, raise) // a terminal that takes nothing holds nothing up
			a.leaveTerminal(raise)
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
	}
}

// lastLook is how long it may take to give the terminal back.
const lastLook = time.Second

// presses counts how often the user asked for the end.
type presses struct {
	n    int
	last os.Signal
	at   time.Time
}

// add returns the number of this signal, 0 for one that is the one before once
// more: timeout(1), and others that end a whole process group, send SIGTERM to
// the process and then to its group. As two, these would kill containers that
// were just asked to stop. An interrupt comes from a key, and counts each time.
func (p *presses) add(s os.Signal, at time.Time) int {
	twice := s == syscall.SIGTERM && p.last == s && at.Sub(p.at) < time.Second
	p.last, p.at = s, at
	if twice {
		return 0
	}
	p.n++
	return p.n
}

// divert hands a signal to who took them in this command's place; false: nobody
// did.
func (a *app) divert(s os.Signal) bool {
	to := a.diverted.Load()
	if to == nil {
		return false
	}
	select {
	case *to <- s:
	default: // so many wait that one more says nothing new
	}
	return true
}

// interrupted is the cause of a context that a signal ended. It is a context.Canceled: the
// HTTP client returns a context's cause, and who passes its error on knows that one.
type interrupted struct{ signal os.Signal }

func (i interrupted) Error() string { return "interrupted by " + i.signal.String() }

func (interrupted) Unwrap() error { return context.Canceled }

// wasInterrupted tells whether a signal ended the command.
func wasInterrupted(ctx context.Context) bool {
	var i interrupted
	return errors.As(context.Cause(ctx), &i)
}

// takeSignals brings the signals that a process in a container is to get, by
// name; until giveBack is called they are nobody else's. A pipe that nobody reads
// from any more is an error of the write meanwhile, so that there is time to
// clean up.
func (a *app) takeSignals() (names <-chan string, giveBack func()) {
	signals, pipe := make(chan os.Signal, 16), make(chan os.Signal, 1)
	a.diverted.Store(&signals) // those that the program listens to anyway
	signal.Notify(signals, terminal.OtherSignals()...)
	if terminal.BrokenPipe != nil {
		signal.Notify(pipe, terminal.BrokenPipe)
	}
	named, over := make(chan string), make(chan struct{})
	var naming sync.WaitGroup
	naming.Go(func() {
		for {
			select {
			case s := <-signals:
				select {
				case named <- terminal.SignalName(s):
				case <-over:
				}
			case <-over:
				return
			}
		}
	})
	return named, func() {
		a.diverted.Store(nil)
		signal.Stop(signals)
		signal.Stop(pipe)
		close(over)
		naming.Wait()
	}
}

// hangUp ends the command, in order, by the signals that would end the process
// and leave its terminal as it is, and by more that are not nil.
func (a *app) hangUp(more ...os.Signal) (stop func()) {
	a.hangUps.Add(1)
	signals := make(chan os.Signal, 1)
	more = slices.DeleteFunc(more, func(s os.Signal) bool { return s == nil })
	signal.Notify(signals, append(terminal.FatalSignals(), more...)...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s := range signals {
			a.interrupt(interrupted{s})
		}
	}()
	return func() {
		signal.Stop(signals)
		a.hangUps.Add(-1)
		close(signals)
		<-done
	}
}
