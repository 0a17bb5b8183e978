package logs

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"golang.org/x/sync/semaphore"

	"github.com/compose-orchestrator/compose/event"
)

// source is a container's log with its readings, one after the other. While a
// reading runs, its goroutine has pos and filter; the rest is the merger's.
type source struct {
	Target
	index  int       // its place among equal times
	pos    *position // nil until it is first read
	budget *semaphore.Weighted
	filter filtering

	phase   phase
	queue   []*batch // arrived and not emitted
	head    int64    // the time of the next line, where phase is ready
	changes []Change // that wait for the reading to end
	busy    bool     // a reading runs
	live    bool     // what it reads happens now
	err     error    // of the last reading
	warned  bool     // that the log cannot be read
}

// phase says what a source means to the merge.
type phase uint8

const (
	off    phase = iota // has no line and none will come
	owed                // has no line; the merge waits for one
	idle                // has no line; the merge waits no longer than hold
	ready               // has a line, and is in the heap
	phases = iota
)

// waiting is the phase of a source that has no line.
func (s *source) waiting() phase {
	switch {
	case !s.busy:
		return off
	case s.live:
		return idle
	}
	return owed
}

// change carries out a Change, after those of the container that came before it.
func (m *merger) change(ctx context.Context, c Change) {
	s := m.byID[c.ID]
	if s == nil {
		s = &source{
			Target: c.Target,
			index:  len(m.sources),
			budget: semaphore.NewWeighted(budget),
			filter: filtering{m.o.Filter, map[event.Stream]Level{}},
		}
		m.byID[c.ID] = s
		m.sources = append(m.sources, s)
		m.count[off]++
	}
	s.changes = append(s.changes, c)
	m.proceed(ctx, s)
	if s.phase != ready {
		m.enter(s, s.waiting())
	}
}

// proceed carries out the changes that wait, up to one that starts a reading.
func (m *merger) proceed(ctx context.Context, s *source) {
	for !s.busy && len(s.changes) > 0 {
		c := s.changes[0]
		s.changes = s.changes[1:]
		if c.Exit != nil {
			m.tell(*c.Exit)
			continue
		}
		m.start(ctx, s, c)
	}
}

// start begins a reading.
func (m *merger) start(ctx context.Context, s *source, c Change) {
	r := &reading{client: m.client, src: s, o: m.o, to: m.in, until: m.o.Until, follow: !m.once}
	switch {
	case s.pos != nil:
		s.pos.next(c.At)
	case c.At.IsZero():
		since := m.o.Since
		if c.Since.After(since) {
			since = c.Since
		}
		tail := m.o.tail()
		if n, err := strconv.Atoi(tail); err == nil && n > 0 && s.filter.chooses() {
			tail, r.last = "all", &lastLines{most: n}
		}
		s.pos = newPosition(since, tail)
		// Of a log whose past is not asked for, the present is all there is.
		if r.history = r.follow && m.o.tail() != "0"; r.history {
			m.gather = time.Now().Add(hold)
		}
	default:
		s.pos = newPosition(c.At, "all")
	}
	if end := s.runEnd(); !end.IsZero() {
		r.until, r.follow, r.history = end, false, false
	}
	s.Target, s.err = c.Target, nil
	s.busy, s.live = true, !m.once && !r.history
	m.readers.Go(func() { r.run(ctx) })
}

// runEnd is when the run about to be read ended, if that and another start are
// known already: the reading must not run on into the next one.
func (s *source) runEnd() time.Time {
	if len(s.changes) > 1 && s.changes[0].Exit != nil && s.changes[1].Exit == nil {
		return s.changes[0].At
	}
	return time.Time{}
}

// end takes note of a reading's end.
func (m *merger) end(ctx context.Context, s *source, err error) {
	s.busy = false
	switch {
	case err == nil || isGone(err):
	case isUnreadable(err):
		if !s.warned {
			m.tell(event.Message{
				Level: event.Warn,
				Text:  fmt.Sprintf("the log of %s cannot be read: its logging driver keeps nothing to read", s.Name),
				Hint:  "look for it where the driver sends it, or set logging.driver to json-file or local",
			})
		}
		s.warned = true
	default:
		s.err = fmt.Errorf("reading the log of %s: %w", s.Name, err)
	}
	m.proceed(ctx, s)
}

// isGone says that the container was removed, or is being removed.
func isGone(err error) bool { return errdefs.IsNotFound(err) || errdefs.IsConflict(err) }

// isUnreadable says that the container's logging driver cannot be read. Docker
// says so by the answer's status, Podman in words.
func isUnreadable(err error) bool {
	return errdefs.IsNotImplemented(err) || strings.Contains(err.Error(), "log driver, cannot read logs")
}
