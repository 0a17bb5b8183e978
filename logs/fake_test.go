package logs

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/event"
)

// shelf is a Client whose logs are written by the test. It answers as Docker
// does: from a time on, in the order written, with a stream's end when a run
// ends.
type shelf struct {
	mu   sync.Mutex // guards below
	logs map[string]*journal
	opts []container.LogsOptions // as asked for
}

// journal is a container's log.
type journal struct {
	tty     bool
	running bool
	ends    []int // how many records there were when each run ended
	records []record
	cut     int   // streams end in an error after so many records; 0: never
	err     error // of opening
	slow    *rand.Rand
	wake    chan struct{} // closed when something changed
}

func newShelf() *shelf { return &shelf{logs: make(map[string]*journal)} }

// journal changes a log, or makes it.
func (s *shelf) edit(id string, f func(*journal)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.logs[id]
	if j == nil {
		j = &journal{wake: make(chan struct{})}
		s.logs[id] = j
	}
	f(j)
	close(j.wake)
	j.wake = make(chan struct{})
}

// say adds lines to a log.
func (s *shelf) say(id string, ns int64, texts ...string) {
	s.edit(id, func(j *journal) {
		for _, text := range texts {
			j.records = append(j.records, record{ns, event.Stdout, text + "\n"})
		}
	})
}

func (s *shelf) run(id string, on bool) { s.edit(id, func(j *journal) { j.run(on) }) }

func (j *journal) run(on bool) {
	if j.running && !on {
		j.ends = append(j.ends, len(j.records))
	}
	j.running = on
}

func (s *shelf) ContainerLogs(ctx context.Context, id string, o container.LogsOptions) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts = append(s.opts, o)
	j := s.logs[id]
	if j.err != nil {
		return nil, j.err
	}
	b := &body{shelf: s, j: j, ctx: ctx, o: o, since: parseSeconds(o.Since), until: parseSeconds(o.Until), cut: j.cut, follow: o.Follow && j.running, run: len(j.ends)}
	if n, err := strconv.Atoi(o.Tail); err == nil {
		b.next = max(len(j.records)-n, 0)
	}
	return b, nil
}

func parseSeconds(s string) int64 {
	sec, nano, _ := strings.Cut(s, ".")
	a, _ := strconv.ParseInt(sec, 10, 64)
	b, _ := strconv.ParseInt(nano, 10, 64)
	return a*int64(time.Second) + b
}

// body is one stream of a log.
type body struct {
	shelf        *shelf
	j            *journal
	ctx          context.Context
	o            container.LogsOptions
	since, until int64
	follow       bool
	run          int // a stream that follows ends with the run that it began in
	next, cut    int
	sent         int
	rest         []byte
}

func (b *body) Close() error { return nil }

func (b *body) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if err := b.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, b.rest)
	if b.j.slow != nil {
		b.shelf.mu.Lock()
		n = 1 + b.j.slow.IntN(n)
		b.shelf.mu.Unlock()
	}
	b.rest = b.rest[n:]
	return n, nil
}

// fill encodes the next records, and waits for some while it follows.
func (b *body) fill() error {
	b.shelf.mu.Lock()
	j := b.j
	end, over := len(j.records), !b.follow
	if b.follow && b.run < len(j.ends) {
		end, over = j.ends[b.run], true
	}
	for len(b.rest) < 8000 && b.next < end {
		if b.cut > 0 && b.sent == b.cut {
			break
		}
		r := j.records[b.next]
		if b.until != 0 && r.ns > b.until {
			b.next, over = end, true
			break
		}
		b.next++
		if r.ns >= b.since {
			b.rest = append(b.rest, encode(j.tty, time.UTC, r)...)
			b.sent++
		}
	}
	wake := j.wake
	cut := b.cut > 0 && b.sent == b.cut
	b.shelf.mu.Unlock()
	switch {
	case len(b.rest) > 0:
		return nil
	case cut:
		return io.ErrUnexpectedEOF
	case over:
		return io.EOF
	}
	select {
	case <-wake:
		return nil
	case <-b.ctx.Done():
		return b.ctx.Err()
	}
}

// heard collects what reaches a sink.
type heard struct {
	mu     sync.Mutex // guards below
	events []event.Event
}

func (h *heard) sink(e event.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	lines, ok := e.(event.Logs)
	if !ok {
		h.events = append(h.events, e)
	}
	for _, l := range lines {
		l.Text = bytes.Clone(l.Text)
		h.events = append(h.events, l)
	}
}

// texts are the events in short: "web: hello", "web exited 0", a message.
func (h *heard) texts() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ts []string
	for _, e := range h.events {
		switch e := e.(type) {
		case event.Log:
			ts = append(ts, e.Source.Name+": "+string(e.Text))
		case event.Exit:
			ts = append(ts, e.Source.Name+" exited "+strconv.Itoa(e.Code))
		case event.Message:
			ts = append(ts, string(e.Level)+" "+e.Text)
		}
	}
	return ts
}

// target is a container of the tests, whose id is its name.
func target(name string) Target {
	return Target{Source: event.Source{ID: name, Name: name, Service: name, Number: 1}}
}

func sameTexts(got, want []string) bool { return slices.Equal(got, want) }

// counted counts the bytes that are read of a shelf's logs.
type counted struct {
	*shelf
	bytes atomic.Int64
}

func (c *counted) ContainerLogs(ctx context.Context, id string, o container.LogsOptions) (io.ReadCloser, error) {
	b, err := c.shelf.ContainerLogs(ctx, id, o)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{readerFunc(func(p []byte) (int, error) {
		n, err := b.Read(p)
		c.bytes.Add(int64(n))
		return n, err
	}), b}, nil
}
