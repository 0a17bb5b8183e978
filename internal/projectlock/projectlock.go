// Package projectlock lets one command of this machine's user at a time change a project
// at an engine. It is a file lock: the system gives it back when its holder ends, however
// that comes about.
//
// A folder has three files for a project. NAME.lock is what is locked; it is never
// removed. NAME.holder says who has the lock. NAME.stop asks its holder to end, and says
// who asks.
package projectlock

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/compose-orchestrator/compose/internal/ownership"
)

const (
	// retry is how often the lock is tried while another command has it.
	retry = 50 * time.Millisecond
	// lookout is how often a holder looks whether it is asked to end.
	lookout = 200 * time.Millisecond
	// patience is how long Interrupt waits for a holder that was asked to end.
	patience = 10 * time.Second
)

// Lock is the lock of one project at one engine.
type Lock struct {
	// Dir is the folder of the lock's files. It is made where it is missing; one that
	// others may write to is not used.
	Dir string
	// Name is the files', without its ending.
	Name string
	// Me is what other commands are told while this one has the lock.
	Me Holder
}

// Take waits until no other command has the lock. waiting is called once, with who has
// it, where that takes time. The caller works with the context that it returns, which ends
// with an *Interrupted as its cause when another command asks for that, and calls release
// in the end. The error is ctx's cause, or says why the lock's files cannot be used.
func (l Lock) Take(ctx context.Context, waiting func(Holder)) (working context.Context, release func(), err error) {
	file, err := l.file()
	if err != nil {
		return nil, nil, err
	}
	told := false
	got, err := l.try(ctx, file, func(h Holder) bool {
		if !told {
			told = true
			waiting(h)
		}
		return true
	})
	if err != nil || !got {
		return nil, nil, err
	}
	giveBack := l.hold(file)
	working, cancel := context.WithCancelCause(ctx)
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		l.look(working, cancel)
	}()
	return working, func() {
		cancel(nil)
		<-looked
		giveBack()
	}, nil
}

// Interrupt is Take for a command that ends containers: it asks the holder to end, and
// works without the lock where it has not got it after ten seconds, or where the holder
// ends containers too. Nobody asks its own caller to end.
func (l Lock) Interrupt(ctx context.Context, waiting func(Holder)) (working context.Context, release func(), err error) {
	file, err := l.file()
	if err != nil {
		return nil, nil, err
	}
	l.Me.Ends = true
	told, until := false, time.Now().Add(patience)
	got, err := l.try(ctx, file, func(h Holder) bool {
		if h.Ends || time.Now().After(until) {
			return false
		}
		if !told {
			told = true
			waiting(h)
		}
		_ = l.Me.write(l.path(".stop")) // without it the holder goes on, and patience ends
		return true
	})
	switch {
	case err != nil:
		return nil, nil, err
	case !got:
		return ctx, func() {}, nil
	}
	return ctx, l.hold(file), nil
}

// file is the lock's file, closed as yet.
func (l Lock) file() (*flock.Flock, error) {
	if err := os.MkdirAll(l.Dir, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Lstat(l.Dir)
	if err != nil {
		return nil, err
	}
	if err := ownership.Check(info); err != nil {
		return nil, fmt.Errorf("%s is not used: %w", l.Dir, err)
	}
	return flock.New(l.path(".lock"), flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600)), nil
}

func (l Lock) path(ending string) string { return filepath.Join(l.Dir, l.Name+ending) }

// try tries to get the lock again and again while wait, which is told who has it, says so.
func (l Lock) try(ctx context.Context, file *flock.Flock, wait func(Holder) bool) (got bool, err error) {
	tick := time.NewTicker(retry)
	defer tick.Stop()
	for {
		got, err := file.TryLock()
		if err != nil || got {
			return got, err
		}
		if !wait(readHolder(l.path(".holder"))) {
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// hold says who has the lock now, until it is given back.
func (l Lock) hold(file *flock.Flock) (giveBack func()) {
	_ = os.Remove(l.path(".stop")) // it was meant for the holder before
	l.Me.Since = time.Now()
	_ = l.Me.write(l.path(".holder")) // without it others wait, and are not told for whom
	return func() {
		_ = os.Remove(l.path(".holder"))
		_ = file.Close() // at the latest it is given back when the process ends
	}
}

// look waits until somebody asks the holder to end, and cancels its work then.
func (l Lock) look(working context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(lookout)
	defer tick.Stop()
	for {
		select {
		case <-working.Done():
			return
		case <-tick.C:
		}
		if info, err := os.Lstat(l.path(".stop")); err == nil && info.Mode().IsRegular() { // anything else asks for nothing
			cancel(&Interrupted{By: readHolder(l.path(".stop"))})
			return
		}
	}
}

// Interrupted is why a holder's context ended: another command was called that ends the
// project's containers. It is a context.Canceled.
type Interrupted struct{ By Holder }

func (e *Interrupted) Error() string { return "interrupted by " + e.By.String() }

// Unwrap returns context.Canceled.
func (*Interrupted) Unwrap() error { return context.Canceled }
