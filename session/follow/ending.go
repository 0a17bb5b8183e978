package follow

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/session"
)

// interrupt stops the containers in peace, and kills them where the user asks
// a second time. It returns the cause.
func (f *follower) interrupt(ctx context.Context, cause error) error {
	f.s.Sink(event.Message{Level: event.Info, Text: "Gracefully Stopping... press Ctrl+C again to force"})
	return cmp.Or(f.shutDown(ctx), cause)
}

// shutDown stops the project's containers though ctx may have ended. Where the
// user asks for force meanwhile they are killed: the calls that stop them go on,
// and return for that.
func (f *follower) shutDown(ctx context.Context) error {
	f.endWatch()
	ctx, done, err := f.s.InterruptTurn(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	defer done()
	killed := make(chan struct{})
	unforced := context.AfterFunc(f.s.Force, func() {
		defer close(killed)
		_ = f.eachEra(func(s *session.Session, services []string) error {
			return s.KillInTurn(ctx, planner.KillOptions{Services: services, KeepOneOffs: true})
		})
	})
	err = f.eachEra(func(s *session.Session, services []string) error {
		return s.StopInTurn(ctx, planner.LifecycleOptions{Services: services, Timeout: f.o.Timeout})
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

// eachEra does something for the services that the newest project owns, and for
// those of older ones that it has no more.
func (f *follower) eachEra(do func(s *session.Session, services []string) error) error {
	f.mu.Lock()
	eras := slices.Clone(f.eras)
	f.mu.Unlock()
	done := map[string]bool{}
	var failed []error
	for _, p := range slices.Backward(eras) {
		services := slices.DeleteFunc(p.ServiceNames(), func(name string) bool { return done[name] || !owns(p, name) })
		if len(services) == 0 {
			continue
		}
		for _, name := range services {
			done[name] = true
		}
		failed = append(failed, do(f.s.For(p), services))
	}
	return errors.Join(failed...)
}

// settle waits until the ends of the stopped containers have been heard of, and
// shows what they printed last: to the end where none runs on, whose output has
// no end. It leaves that when impatient is closed.
func (f *follower) settle(ctx context.Context, impatient <-chan struct{}) error {
	f.mu.Lock()
	clear(f.expected) // what did not start will not
	clear(f.coming)
	f.mu.Unlock()
	for {
		over, err := f.over(ctx, f.stops)
		switch left, told := f.left(); {
		case !over && err == nil:
		case !left:
			return cmp.Or(err, f.drain(impatient))
		case told || err != nil:
			return err
		}
		select {
		case <-f.wake:
		case <-impatient:
			return nil
		}
	}
}

// left tells whether a followed container runs on, and whether the ends of all
// others have been shown.
func (f *follower) left() (left, told bool) {
	f.mu.Lock()
	alive, told := slices.Collect(maps.Values(f.alive)), f.untold == 0
	f.mu.Unlock()
	return slices.ContainsFunc(alive, func(service string) bool { return !f.stops(service) }), told
}

// catchUp shows what the containers that ended printed to the end: it is where
// the reason stands why others did not come up.
func (f *follower) catchUp(ctx context.Context) {
	for {
		if told, err := f.told(ctx); told || err != nil {
			return
		}
		select {
		case <-f.wake:
		case <-ctx.Done():
			return
		}
	}
}

// told tells whether the ends of all containers that do not run have been shown.
func (f *follower) told(ctx context.Context) (bool, error) {
	containers, err := f.s.Containers(ctx)
	if err != nil {
		return false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lost != nil {
		return false, f.lost
	}
	running := 0
	for _, c := range containers {
		if f.alive[c.ID] != "" && c.Status.Runs() {
			running++
		}
	}
	return running == len(f.alive) && f.untold == 0, nil
}
