package logs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
	"unsafe"

	"github.com/docker/docker/api/types/container"
)

const (
	// budget is how many bytes of a container's log are read ahead of the sink.
	budget = 64 << 10
	// batchLines is how many lines a batch has room for at first.
	batchLines = 64
	// lineCost is what room for a line weighs without its text. Batches of few
	// lines weigh nearly as much as full ones, so that a reader that is ahead
	// soon waits and then reads much at once.
	lineCost = int64(unsafe.Sizeof(line{}))
	// settled is how long a stream must have lasted for a break to be taken for
	// the connection's end (a proxy that closes idle ones) and not the engine's.
	settled = time.Second
)

// batch is what a reader hands to the merger: lines in the log's order, then
// perhaps a mark.
type batch struct {
	src     *source
	slab    *slab // held for the lines; nil: they have memory of their own
	lines   []line
	next    int // the first line not emitted
	weight  int64
	arrived time.Time
	mark    mark
	err     error // with ended
}

// mark says how a container's reading goes on after a batch.
type mark uint8

const (
	more   mark = iota
	caught      // the history is read; what comes now happens now
	ended       // the reading is over
)

var batches = sync.Pool{New: func() any { return &batch{lines: make([]line, 0, batchLines)} }}

// release gives a batch's memory back, that of its lines too.
func (b *batch) release() {
	b.src.budget.Release(b.weight)
	if b.slab != nil {
		b.slab.release()
	}
	clear(b.lines)
	*b = batch{lines: b.lines[:0]}
	batches.Put(b)
}

// reading is one reading of a container's log, from a change to the stream's
// end.
type reading struct {
	client Client
	src    *source
	o      Options
	to     chan<- *batch

	until   time.Time
	follow  bool
	history bool       // before following, read what there is already
	last    *lastLines // of what there is already, these alone are sent; nil: all
}

// run reads until the log's end and sends the last batch, marked ended, unless
// ctx ends before.
func (r *reading) run(ctx context.Context) {
	err := r.read(ctx)
	b := batches.Get().(*batch)
	b.src, b.mark, b.err = r.src, ended, err
	r.send(ctx, b)
}

func (r *reading) read(ctx context.Context) error {
	if r.history || r.last != nil {
		if err := r.past(ctx); err != nil || !r.follow {
			return err
		}
		b := batches.Get().(*batch)
		b.src, b.mark = r.src, caught
		if err := r.send(ctx, b); err != nil {
			return err
		}
	}
	for {
		opened, following := time.Now(), r.options()
		following.Follow = r.follow
		err := r.stream(ctx, following)
		var cut *cutError
		if !r.follow || !errors.As(err, &cut) || ctx.Err() != nil || time.Since(opened) < settled {
			return err
		}
	}
}

// past reads what there is by now. The lines of a tail that a filter chooses are sent
// when all has been read, also what of it was read before an error.
func (r *reading) past(ctx context.Context) error {
	failed := r.stream(ctx, r.options())
	if r.last == nil {
		return failed
	}
	b := batches.Get().(*batch)
	b.src, b.lines = r.src, append(b.lines, r.last.all()...)
	r.last = nil
	return cmp.Or(failed, r.sendWeighed(ctx, b))
}

// options says what to ask the engine for, so that what was read is followed by
// what has come since.
func (r *reading) options() container.LogsOptions {
	since, tail := r.src.pos.resume()
	return container.LogsOptions{
		ShowStdout: true,
		ShowStderr: true,
		Timestamps: true,
		Since:      engineTime(since),
		Until:      engineTime(r.until),
		Tail:       tail,
	}
}

// cutError is a stream that broke off, as opposed to one that was not opened or
// in which the engine reported an error.
type cutError struct{ err error }

func (e *cutError) Error() string { return "the stream broke off: " + e.err.Error() }
func (e *cutError) Unwrap() error { return e.err }

// stream reads one answer of the engine to its end.
func (r *reading) stream(ctx context.Context, o container.LogsOptions) error {
	body, err := r.client.ContainerLogs(ctx, r.src.ID, o)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { body.Close() })()
	defer body.Close()

	d := &decoder{src: body, tty: r.src.TTY, podman: r.o.Podman}
	defer d.close()
	for err == nil {
		b := batches.Get().(*batch)
		b.lines, err = d.read(b.lines)
		b.slab = d.slab
		b.slab.hold()
		if sent := r.sendNew(ctx, b); sent != nil {
			return sent
		}
	}
	if errors.Is(err, errFrames) {
		return err
	} else if !errors.Is(err, io.EOF) {
		err = &cutError{err}
		if r.follow {
			// A line without an end is read again, whole, with the next stream.
			return err
		}
	} else {
		err = nil
	}
	b := batches.Get().(*batch)
	var bad error
	b.lines, bad = d.flush(b.lines)
	if sent := r.sendNew(ctx, b); sent != nil {
		return sent
	}
	if err == nil && bad != nil {
		err = fmt.Errorf("after its last line: %w", bad)
	}
	if err == nil {
		r.src.pos.finished()
	}
	return err
}

// sendNew sends the lines of b that are to be shown and were not read before, if there
// are any.
func (r *reading) sendNew(ctx context.Context, b *batch) error {
	b.src = r.src
	fresh := b.lines[:0]
	for _, l := range b.lines {
		if r.src.pos.admit(l.ns) && r.src.filter.shows(l) {
			fresh = append(fresh, l)
		}
	}
	clear(b.lines[len(fresh):])
	b.lines = fresh
	if r.last != nil {
		r.last.keep(fresh)
		b.release()
		return nil
	}
	return r.sendWeighed(ctx, b)
}

// sendWeighed sends b, if it has lines, when there is room for them.
func (r *reading) sendWeighed(ctx context.Context, b *batch) error {
	if len(b.lines) == 0 {
		b.release()
		return nil
	}
	weight := int64(cap(b.lines)) * lineCost
	for _, l := range b.lines {
		weight += int64(len(l.text))
	}
	b.weight = min(weight, budget)
	if err := r.src.budget.Acquire(ctx, b.weight); err != nil {
		return err // the collector has the batch
	}
	return r.send(ctx, b)
}

// send hands b to the merger.
func (r *reading) send(ctx context.Context, b *batch) error {
	b.arrived = time.Now()
	select {
	case r.to <- b:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
