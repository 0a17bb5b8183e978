package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// RunOptions steer Run; what the container is like says the project's OneOff.
type RunOptions struct {
	planner.UpOptions
	Detach bool // nobody waits for the container: its id is printed
}

const (
	// discardTime bounds the removal of a one-off after an interruption.
	discardTime = 30 * time.Second
	// hookPatience is how long after a hook that failed for no reason of its own the
	// engine may take to tell that the container had ended.
	hookPatience = 2 * time.Second
	// brokenPipeCode is the exit code of a program that nobody reads from any more,
	// as shells count it: 128 and SIGPIPE's number.
	brokenPipeCode = 128 + 13
)

// Run runs the project's one-off and returns its exit code: what it depends on
// comes first, and the user is connected with it until it ends. The error is an
// operation's, or says that there is no terminal where one is needed or that the
// connection broke.
func (s *Session) Run(ctx context.Context, o RunOptions, c Console) (code int, err error) {
	one := s.Project.OneOff
	t := talk{tty: one.TTY, stdin: one.Stdin, once: true}
	if !o.Detach {
		if err := c.check(t, "leave -t out, or add -T"); err != nil {
			return 0, err
		}
	}
	s.WarnUnapplied()
	r := &oneOff{c: c, t: t}
	defer r.close()
	if err := s.prepare(ctx, o, r); err != nil || s.DryRun {
		return 0, err
	}
	if o.Detach {
		return 0, r.detached(ctx)
	}
	return r.attached(ctx)
}

// prepare brings what the one-off depends on, and creates its container.
func (s *Session) prepare(ctx context.Context, o RunOptions, r *oneOff) error {
	ctx, done, err := s.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	return s.Replan(ctx, func() error { return s.prepareOnce(ctx, o, r) })
}

// prepareOnce is prepare for who has the turn.
func (s *Session) prepareOnce(ctx context.Context, o RunOptions, r *oneOff) error {
	state, err := s.observe(ctx, everything)
	if err != nil {
		return err
	}
	p, err := s.yieldAddresses(state).planBuilds(state, func(p *project.Project, state planner.State) (*plan.Plan, error) {
		return planner.Run(p, state, o.UpOptions)
	})
	if err != nil {
		return err
	}
	if s.DryRun {
		return p.Apply(ctx, nil)
	}
	p.look(ctx)
	if err := p.heed(); err != nil {
		return err
	}
	r.s, r.d = p.s, p.s.doer()
	prepare, live := planner.SplitRun(p.Plan, p.s.Project)
	r.live = live
	err = p.s.applyBy(ctx, prepare, r)
	if err != nil {
		r.discard(ctx)
	}
	return err
}

// yieldAddresses leaves the addresses that the file gives the one-off's service to
// the container of it that runs: it returns a session whose one-off takes others.
func (s *Session) yieldAddresses(state planner.State) *Session {
	if !s.Project.HasAddresses() {
		return s
	}
	for _, c := range state.Containers {
		if c.Status.Active() && c.Service == s.Project.OneOff.Service {
			s.Sink(event.Message{Level: event.Info, Text: c.Name + " has the addresses of the file: this container takes others"})
			return s.For(s.Project.WithFreeAddresses())
		}
	}
	return s
}

// oneOff is the container of a run, from its create on.
type oneOff struct {
	s    *Session
	d    *doer
	c    Console
	t    talk
	live []plan.Step // its start and what follows

	ref     event.Ref
	id      string // "": not created yet
	started bool
	files   string       // its volume of secrets and configs; "": none
	results plan.Results // for the live steps
	end     <-chan process.End
	last    *int // its exit code, once end told
}

func (r *oneOff) close() {
	if r.d != nil {
		r.d.close()
	}
}

// Do carries one step of the preparation out, and notes the container's id.
func (r *oneOff) Do(ctx context.Context, step plan.Step, done *plan.Results) (plan.Result, error) {
	res, err := r.d.Do(ctx, step, done)
	if a, ok := step.Action.(planner.CreateContainer); ok && err == nil && r.s.Project.IsOneOff(a.Ref.Service, a.Ref.Number) {
		r.ref, r.id = a.Ref, res.ID
		r.results.Set(a.Ref, res)
		made, _ := process.Inspect(ctx, r.s.Reader, r.id) // once it is removed nobody can be asked
		r.files = made.Files
	}
	return res, err
}

// detached starts the container and prints its id.
func (r *oneOff) detached(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.end = process.Ended(ctx, r.s.Reader, r.id, r.endOptions())
	err := r.start(ctx)
	if err == nil {
		err = r.hooks(ctx)
	}
	if err != nil {
		r.discard(ctx)
		return err
	}
	_, err = fmt.Fprintln(r.c.Out, r.id)
	return err
}

// attached connects the user with the container before it starts, so that
// nothing of what it prints is missed, and stays until it has ended.
func (r *oneOff) attached(ctx context.Context) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	with, err := process.Attach(ctx, r.s.Client, r.id, process.AttachOptions{
		Stdin: r.t.stdin, Once: r.t.once, TTY: r.t.tty, DetachKeys: r.c.DetachKeys,
	})
	if err != nil {
		r.discard(ctx)
		return 0, err
	}
	defer with.Close()
	r.end = process.Ended(ctx, r.s.Reader, r.id, r.endOptions())
	signals, giveBack := r.c.TakeSignals()
	defer giveBack()
	if r.t.tty { // what is typed from now on is the container's
		restore, err := r.c.Raw()
		if err != nil {
			r.discard(ctx)
			return 0, err
		}
		defer restore()
	}
	if err = ctx.Err(); err == nil { // a signal that came before is this command's
		err = r.start(ctx)
	}
	if err != nil {
		r.discard(ctx)
		return 0, err
	}
	stop := newStopper(ctx, r)
	defer stop.close()
	defer relay{pass: r.signal, after: stop.asked}.run(ctx, signals)()
	if err := r.hooks(ctx); err != nil {
		r.signal(ctx, "SIGKILL")
		r.discard(ctx)
		return 0, err
	}
	r.t.resize = func(ctx context.Context, size process.Size) error { return process.Resize(ctx, r.s.Client, r.id, size) }
	err = r.c.converse(ctx, with, r.t)
	code, err := r.conclude(ctx, err, stop)
	if !errors.Is(err, errStays) {
		r.discard(ctx)
		return code, err
	}
	return code, nil
}

// errStays says that the container goes on without the user.
var errStays = errors.New("detached")

// conclude finds out how the container ended after the conversation did.
func (r *oneOff) conclude(ctx context.Context, talked error, stop *stopper) (int, error) {
	switch {
	case errors.Is(talked, process.ErrDetached):
		return 0, errStays
	case errors.Is(talked, process.ErrGone):
		r.signal(ctx, "SIGHUP")
		stop.asked("SIGTERM", 1)
	case errors.Is(talked, process.ErrNoReader):
		// A program of this machine would be ended by the next thing it prints.
		r.signal(ctx, "SIGKILL")
		if _, err := r.ended(ctx); err != nil {
			return 0, err
		}
		if errors.Is(talked, syscall.EPIPE) {
			return brokenPipeCode, nil
		}
		return 0, talked
	}
	code, err := r.ended(ctx)
	return code, cmp.Or(err, ctx.Err())
}

// start starts the container.
func (r *oneOff) start(ctx context.Context) error {
	_, err := r.d.Do(ctx, r.live[0], &r.results)
	r.started = err == nil
	return err
}

// hooks runs what follows a start.
func (r *oneOff) hooks(ctx context.Context) error {
	for _, step := range r.live[1:] {
		if _, ok := step.Action.(planner.RunHook); !ok {
			continue // the removal, once it has ended
		}
		res, err := r.d.Do(ctx, step, &r.results)
		if err == nil {
			continue
		}
		own := res.ExitCode > 0 && res.ExitCode < 126
		if !own && r.endsWithin(ctx, hookPatience) {
			return nil // there was nothing left to hook on to
		}
		return err
	}
	return nil
}

// endsWithin tells whether the container's process ends soon, or has ended.
func (r *oneOff) endsWithin(ctx context.Context, patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := r.ended(ctx)
	return err == nil
}

// ended waits for the end of the container's process and returns its exit code.
func (r *oneOff) ended(ctx context.Context) (int, error) {
	if r.last == nil {
		code, err := r.s.ended(ctx, r.end)
		if err != nil {
			return 0, err
		}
		r.last = &code
	}
	return *r.last, nil
}

// endOptions say which end counts: with --rm, that of the container as a whole.
func (r *oneOff) endOptions() process.EndOptions {
	return process.EndOptions{Removed: r.s.Project.OneOff.AutoRemove}
}

// signal sends the container a signal; one that has ended needs none.
func (r *oneOff) signal(ctx context.Context, name string) {
	_ = process.Signal(ctx, r.s.Client, r.id, name)
}

// discard removes the container and what it left, with --rm or where it never
// started, though ctx may have ended. The error is not reported: what led here
// counts.
func (r *oneOff) discard(ctx context.Context) {
	if r.id == "" || r.started && !r.s.Project.OneOff.AutoRemove {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
	defer cancel()
	_, _ = r.d.Do(ctx, plan.Step{Action: planner.RemoveContainer{
		Ref: r.ref, ID: r.id, Force: true, Volumes: true, Files: r.files,
	}}, &r.results)
}
