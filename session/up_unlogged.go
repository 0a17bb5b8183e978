package session

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/logs"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// unlogged shows what containers print whose logging driver keeps nothing that
// could be read later: such a container is listened to before it starts, and
// again when a run has ended, for there may be another. What one prints first may
// be missed where the engine or somebody else started it: the engine answers who
// attaches only when the start is done.
type unlogged struct {
	s      *Session
	sink   event.Sink
	stamps bool // lines have the time at which they came

	ctx     context.Context // of the listening
	cancel  context.CancelFunc
	hearers sync.WaitGroup
	ends    sync.WaitGroup // the ends that are to be told

	mu   sync.Mutex          // guards below
	runs map[string]*hearing // by container id: the present or next run
}

// hearing listens to one run of a container.
type hearing struct {
	attached chan struct{} // closed when the engine has answered
	ended    chan struct{} // closed when all that the run printed was shown

	target logs.Target // guarded by unlogged.mu
}

func (f *follower) listener(ctx context.Context) *unlogged {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	return &unlogged{s: f.s, sink: f.show, stamps: f.o.Timestamps, ctx: ctx, cancel: cancel, runs: map[string]*hearing{}}
}

// listen returns when the container's present or next run is listened to, or ctx
// ends. Where the engine refuses that nothing is shown of it.
func (u *unlogged) listen(ctx context.Context, t logs.Target) {
	u.mu.Lock()
	h := u.runs[t.ID]
	if h == nil {
		h = &hearing{attached: make(chan struct{}), ended: make(chan struct{})}
		u.runs[t.ID] = h
		u.hearers.Go(func() { u.hear(h, t) })
	}
	h.target = t // a new one may have had another name
	u.mu.Unlock()
	select {
	case <-h.attached:
	case <-ctx.Done():
	}
}

// hear shows a run to its end.
func (u *unlogged) hear(h *hearing, t logs.Target) {
	defer close(h.ended)
	attached := sync.OnceFunc(func() { close(h.attached) })
	defer attached()
	with, err := process.Attach(u.ctx, u.s.Client, t.ID, process.AttachOptions{TTY: t.TTY})
	if err != nil {
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.runs[t.ID] == h {
			delete(u.runs, t.ID)
		}
		return
	}
	attached()
	out := &lines{show: func(text []byte) { u.line(h, event.Stdout, text) }}
	errs := &lines{show: func(text []byte) { u.line(h, event.Stderr, text) }}
	_ = with.Interact(u.ctx, process.Streams{Out: out, Err: errs})
	out.end()
	errs.end()
}

func (u *unlogged) line(h *hearing, stream event.Stream, text []byte) {
	u.mu.Lock()
	e := event.Log{Source: h.target.Source, Stream: stream, Text: text}
	if h.target.TTY {
		e.Text = bytes.TrimSuffix(text, []byte("\r"))
	}
	u.mu.Unlock()
	if u.stamps {
		e.Time = time.Now().UTC()
	}
	u.sink(e)
}

// next closes the account of a run that ended, and listens for the one that may
// follow. The result is for exited; nil where nobody listened.
func (u *unlogged) next(ctx context.Context, t logs.Target) *hearing {
	u.mu.Lock()
	h := u.runs[t.ID]
	delete(u.runs, t.ID)
	u.mu.Unlock()
	u.listen(ctx, t)
	return h
}

// exited tells of a run's end once all that it printed was shown.
func (u *unlogged) exited(h *hearing, exit event.Exit) {
	u.ends.Go(func() {
		if h != nil {
			<-h.ended
		}
		u.sink(exit)
	})
}

// drain waits until the runs that ended have been shown, or cancel is called.
// Nothing is told to u any more.
func (u *unlogged) drain() { u.ends.Wait() }

// close ends the listening.
func (u *unlogged) close() {
	u.cancel()
	u.ends.Wait()
	u.hearers.Wait()
}

// lines cuts what is written into lines.
type lines struct {
	show func(text []byte) // may keep it
	rest []byte
}

// Write takes everything.
func (l *lines) Write(p []byte) (int, error) {
	n := len(p)
	for {
		line, more, ended := bytes.Cut(p, []byte("\n"))
		l.rest = append(l.rest, line...)
		if !ended && len(l.rest) < logs.MaxLine {
			return n, nil
		}
		l.show(l.rest)
		l.rest, p = nil, more
	}
}

// end shows a line without an end.
func (l *lines) end() {
	if len(l.rest) > 0 {
		l.show(l.rest)
	}
}

// attentive is a doer that has containers listened to before they start, and that
// tells the follower of ends which are the plan's.
type attentive struct {
	plan.Doer
	f *follower
}

// Do carries one step out.
func (d attentive) Do(ctx context.Context, s plan.Step, done *plan.Results) (plan.Result, error) {
	if a, ok := s.Action.(planner.StartContainer); ok && d.f.follows(a.Ref.Service) && !d.f.logged(a.Ref.Service) {
		id := a.ID
		if made, ok := done.Get(a.Ref); ok && made.ID != "" {
			id = made.ID
		}
		d.f.unlogged.listen(ctx, d.f.withTTY(logs.Target{Source: event.Source{
			ID: id, Name: a.Ref.Name, Service: a.Ref.Service, Number: a.Ref.Number,
		}}))
	}
	if a, ok := s.Action.(planner.StopContainer); ok {
		d.f.news(func() { d.f.stopping[a.ID] = true })
	}
	return d.Doer.Do(ctx, s, done)
}
