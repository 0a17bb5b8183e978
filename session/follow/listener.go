package follow

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/logs"
	"github.com/compose-orchestrator/compose/session"
)

// listener shows what containers print whose logging driver keeps nothing that
// could be read later: such a container is listened to before it starts, and
// again when a run has ended, for there may be another. What one prints first may
// be missed where the engine or somebody else started it: the engine answers who
// attaches only when the start is done.
type listener struct {
	s      *session.Session
	sink   event.Sink
	stamps bool // lines have the time at which they came

	ctx     context.Context // of the listening
	cancel  context.CancelFunc
	hearers sync.WaitGroup
	ends    sync.WaitGroup // the ends that are to be shown

	mu   sync.Mutex          // guards below
	runs map[string]*hearing // by container id: the present or next run
}

// hearing listens to one run of a container.
type hearing struct {
	attached chan struct{} // closed when the engine has answered
	ended    chan struct{} // closed when all that the run printed was shown

	target logs.Target // guarded by listener.mu
}

// newListener returns one that tells sink. Close it after use. ctx's end does not end
// it: what was printed is still to be shown.
func newListener(ctx context.Context, s *session.Session, sink event.Sink, stamps bool) *listener {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	return &listener{s: s, sink: sink, stamps: stamps, ctx: ctx, cancel: cancel, runs: map[string]*hearing{}}
}

// listen returns when the container's present or next run is listened to, or ctx
// ends. Where the engine refuses that nothing is shown of it.
func (l *listener) listen(ctx context.Context, t logs.Target) {
	l.mu.Lock()
	h := l.runs[t.ID]
	if h == nil {
		h = &hearing{attached: make(chan struct{}), ended: make(chan struct{})}
		l.runs[t.ID] = h
		l.hearers.Go(func() { l.hear(h, t) })
	}
	h.target = t // a new one may have had another name
	l.mu.Unlock()
	select {
	case <-h.attached:
	case <-ctx.Done():
	}
}

// hear shows a run to its end.
func (l *listener) hear(h *hearing, t logs.Target) {
	defer close(h.ended)
	attached := sync.OnceFunc(func() { close(h.attached) })
	defer attached()
	with, err := process.Attach(l.ctx, l.s.Client, t.ID, process.AttachOptions{TTY: t.TTY})
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.runs[t.ID] == h {
			delete(l.runs, t.ID)
		}
		return
	}
	attached()
	out := &lines{show: func(text []byte) { l.line(h, event.Stdout, text) }}
	errs := &lines{show: func(text []byte) { l.line(h, event.Stderr, text) }}
	_ = with.Interact(l.ctx, process.Streams{Out: out, Err: errs})
	out.end()
	errs.end()
}

func (l *listener) line(h *hearing, stream event.Stream, text []byte) {
	l.mu.Lock()
	e := event.Log{Source: h.target.Source, Stream: stream, Text: text}
	if h.target.TTY {
		e.Text = bytes.TrimSuffix(text, []byte("\r"))
	}
	l.mu.Unlock()
	if l.stamps {
		e.Time = time.Now().UTC()
	}
	l.sink(e)
}

// next closes the account of a run that ended, and listens for the one that may
// follow. The result is for exited; nil where nobody listened.
func (l *listener) next(ctx context.Context, t logs.Target) *hearing {
	l.mu.Lock()
	h := l.runs[t.ID]
	delete(l.runs, t.ID)
	l.mu.Unlock()
	l.listen(ctx, t)
	return h
}

// exited tells of a run's end once all that it printed was shown.
func (l *listener) exited(h *hearing, exit event.Exit) {
	l.ends.Go(func() {
		if h != nil {
			<-h.ended
		}
		l.sink(exit)
	})
}

// drain waits until the runs that ended have been shown, or cancel is called.
// The listener is called no more meanwhile.
func (l *listener) drain() { l.ends.Wait() }

// close ends the listening.
func (l *listener) close() {
	l.cancel()
	l.ends.Wait()
	l.hearers.Wait()
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
