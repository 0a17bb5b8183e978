package follow

import (
	"cmp"
	"context"
	"errors"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/follow/account"
)

// abort stops the containers because one ended, and returns the exit code.
func (f *attached) abort(ctx context.Context, end account.End) (code int, err error) {
	f.menu.Close()
	f.s.Sink(event.Message{Level: event.Info, Text: "Aborting on container exit..."})
	err = f.shutDown(ctx)
	f.account.read(func(a *account.Account) { code = a.ExitCode(end) })
	return code, err
}

// interrupt stops the containers in peace, and kills them where the user asks
// a second time. It returns the cause.
func (f *attached) interrupt(ctx context.Context, cause error) error {
	f.s.Sink(event.Message{Level: event.Info, Text: "Gracefully Stopping... press Ctrl+C again to force"})
	return cmp.Or(f.shutDown(ctx), cause)
}

// shutDown stops the project's containers though ctx may have ended. Where the
// user asks for force meanwhile they are killed: the calls that stop them go on,
// and return for that.
func (f *attached) shutDown(ctx context.Context) error {
	f.endWatch()
	ctx, done, err := f.s.InterruptTurn(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	defer done()
	killed := make(chan struct{})
	unforced := context.AfterFunc(f.s.Force, func() {
		defer close(killed)
		_ = f.eachPart(func(s *session.Session, services []string) error {
			return s.Later().KillInTurn(ctx, planner.KillOptions{Services: services, KeepOneOffs: true})
		})
	})
	err = f.eachPart(func(s *session.Session, services []string) error {
		return s.Later().StopInTurn(ctx, planner.LifecycleOptions{Services: services, Timeout: f.o.Timeout})
	})
	impatient := f.s.Force.Done()
	if !unforced() {
		<-killed
		impatient = nil // the ends of killed containers are near
	} else if err != nil { // what could not be stopped has no end
		f.catchUp(ctx)
		return err
	}
	return cmp.Or(err, f.settle(ctx, impatient))
}

// eachPart does something for the services that are stopped in the end, with the
// session of the project that has them.
func (f *attached) eachPart(do func(s *session.Session, services []string) error) error {
	var parts []account.Part
	f.account.read(func(a *account.Account) { parts = a.Stopped() })
	var failed []error
	for _, part := range parts {
		failed = append(failed, do(f.s.For(part.Project), part.Services))
	}
	return errors.Join(failed...)
}

// settle waits until the ends of the stopped containers have been heard of, and
// shows what they printed last: to the end where none runs on, whose output has
// no end. It leaves that when impatient is closed.
func (f *attached) settle(ctx context.Context, impatient <-chan struct{}) error {
	f.account.read((*account.Account).NoMoreStarts)
	for {
		over, err := f.over(ctx, (*account.Account).Stops)
		runOn, shown := false, false
		f.account.read(func(a *account.Account) { runOn, shown = a.RunOn(), a.AllShown() })
		switch {
		case !over && err == nil:
		case !runOn:
			return cmp.Or(err, f.feeder.drain(impatient))
		case shown || err != nil:
			return err
		}
		select {
		case <-f.account.wake:
		case <-impatient:
			return nil
		}
	}
}

// catchUp shows what the containers that ended printed to the end: it is where
// the reason stands why others did not come up.
func (f *attached) catchUp(ctx context.Context) {
	for {
		if done, err := f.caughtUp(ctx); done || err != nil {
			return
		}
		select {
		case <-f.account.wake:
		case <-ctx.Done():
			return
		}
	}
}

// caughtUp tells whether the ends of all containers that do not run have been shown.
func (f *attached) caughtUp(ctx context.Context) (done bool, err error) {
	containers, err := f.s.Containers(ctx)
	if err != nil {
		return false, err
	}
	f.account.read(func(a *account.Account) { done, err = a.CaughtUp(containers) })
	return done, err
}
