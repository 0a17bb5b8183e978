package logs

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// hold is how long a line waits for earlier ones of containers that are being
// followed.
const hold = 10 * time.Millisecond

// merger merges the lines of many readings into one sink. All its fields belong
// to the goroutine of loop.
type merger struct {
	client Client
	o      Options
	sink   event.Sink
	once   bool // show what there is, do not follow

	in      chan *batch
	readers sync.WaitGroup
	byID    map[string]*source
	sources []*source // by index
	ready   heap
	count   [phases]int // sources by phase
	gather  time.Time   // until when more containers are waited for

	out  event.Logs // lines that are not with the sink yet
	used []*batch   // what they are of, to be released then
}

// outLines is how many lines the sink is handed at once at most.
const outLines = 256

func newMerger(c Client, o Options, sink event.Sink) *merger {
	return &merger{client: c, o: o, sink: sink, in: make(chan *batch, 16), byID: make(map[string]*source)}
}

// run calls f with a context that ends with it, and waits for the readers.
func (m *merger) run(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer m.readers.Wait()
	defer cancel()
	return f(ctx)
}

// loop merges until changes is closed, or nil, and all sources are off.
func (m *merger) loop(ctx context.Context, changes <-chan Change) error {
	open := changes != nil
	timer := time.NewTimer(hold)
	defer timer.Stop()
	for {
		var late <-chan time.Time
		if wait := m.emit(ctx); wait > 0 {
			timer.Reset(wait)
			late = timer.C
		}
		if !open && m.count[off] == len(m.sources) {
			return m.failures()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case c, ok := <-changes:
			if !ok {
				open, changes = false, nil
				continue
			}
			m.change(ctx, c)
		case b := <-m.in:
			m.arrive(ctx, b)
		case <-late:
		}
	}
}

// emit hands to the sink what may go now. It returns how long the next line is
// held, or 0 where it is not time that is waited for.
func (m *merger) emit(ctx context.Context) time.Duration {
	defer m.flush()
	if len(m.ready) == 0 || m.count[owed] > 0 || ctx.Err() != nil {
		return 0
	}
	now := time.Now()
	if wait := m.gather.Sub(now); wait > 0 {
		return wait
	}
	for len(m.ready) > 0 && m.count[owed] == 0 {
		if m.count[idle] > 0 {
			if wait := m.held(now); wait > 0 {
				return wait
			}
		}
		if len(m.out) == outLines {
			if m.flush(); ctx.Err() != nil {
				return 0
			}
		}
		s := m.ready[0]
		b := s.queue[0]
		m.line(s, b.lines[b.next])
		b.next++
		if m.settle(ctx, s) {
			m.ready.fix()
		} else {
			m.ready.pop()
		}
	}
	return 0
}

// held says how long the first line still waits for sources that are idle.
func (m *merger) held(now time.Time) time.Duration {
	if now.Sub(m.ready[0].queue[0].arrived) >= hold {
		return 0
	}
	return max(hold-now.Sub(m.ready.oldest()), 0)
}

// line puts a line to those that the sink gets next.
func (m *merger) line(s *source, l line) {
	e := event.Log{Source: s.Source, Stream: l.stream, Text: l.text}
	if m.o.Timestamps {
		e.Time = time.Unix(0, l.ns).UTC()
	}
	m.out = append(m.out, e)
}

// flush hands the lines that are due to the sink and releases their memory.
func (m *merger) flush() {
	if len(m.out) > 0 {
		m.sink(m.out)
		clear(m.out)
		m.out = m.out[:0]
	}
	for i, b := range m.used {
		b.release()
		m.used[i] = nil
	}
	m.used = m.used[:0]
}

// tell hands to the sink what is no line, behind the lines.
func (m *merger) tell(e event.Event) {
	m.flush()
	m.sink(e)
}

// arrive takes a batch from a reader.
func (m *merger) arrive(ctx context.Context, b *batch) {
	s := b.src
	s.queue = append(s.queue, b)
	if s.phase != ready && m.settle(ctx, s) {
		m.ready.push(s)
	}
}

// settle brings a source to its next line, past batches that are used up and
// the marks behind them, and says whether there is one.
func (m *merger) settle(ctx context.Context, s *source) bool {
	for len(s.queue) > 0 {
		b := s.queue[0]
		if b.next < len(b.lines) {
			s.head = b.lines[b.next].ns
			m.enter(s, ready)
			return true
		}
		s.queue[0] = nil
		s.queue = s.queue[1:]
		mark, err := b.mark, b.err
		m.used = append(m.used, b)
		switch mark {
		case caught:
			s.live = true
		case ended:
			m.end(ctx, s, err)
		}
	}
	m.enter(s, s.waiting())
	return false
}

// enter moves a source to a phase.
func (m *merger) enter(s *source, p phase) {
	m.count[s.phase]--
	s.phase = p
	m.count[p]++
}

// failures joins the errors of readings that were not followed by a better one.
func (m *merger) failures() error {
	var errs []error
	for _, s := range m.sources {
		errs = append(errs, s.err)
	}
	return errors.Join(errs...)
}
