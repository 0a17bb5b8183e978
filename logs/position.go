package logs

import (
	"math"
	"time"
)

// window is how many of a container's last lines a position remembers. Lines
// stand in the log nearly in the order of their times: stdout and stderr are
// stamped by two goroutines of the engine before they are written.
const window = 256

// disorder is more than how far lines that follow each other in the log are out
// of the order of their times.
const disorder = time.Second

// position is the place up to which a container's log has been read. It is kept
// by the lines' times alone, which the engine can be asked to start from; a
// count of lines would be wrong once the engine has rotated the log.
//
// A log that is read again is asked for from the time after which no line is
// forgotten, and as many lines of each remembered time are left out as were
// seen of it. Where only a tail was wanted, times do not tell the lines in front
// of it from those behind its beginning: the log is asked for from a bit before,
// and all is left out up to the first line that is remembered.
type position struct {
	since time.Time // where reading begins
	tail  string    // how many lines from the end it begins; "all"

	recent  [window]int64 // a ring: the times of the last lines, Unix nanoseconds
	count   int           // lines seen
	dropped int64         // the greatest time that left the ring
	equal   int           // how many lines of that time left it

	floor int64         // while reading again: lines before here were seen
	again map[int64]int // while reading again: lines still to be left out, by time
	front int64         // until one of again came by: lines up to here stand in front of the tail
}

// newPosition is the place before the lines from since on, of which tail ("all"
// for all) are wanted.
func newPosition(since time.Time, tail string) *position {
	return &position{since: since, tail: tail, dropped: math.MinInt64, floor: math.MinInt64, front: math.MinInt64}
}

// next notes that a run begins at the given time, zero if it is not known. Where
// no past was wanted and nothing was said since, all of the run is.
func (p *position) next(at time.Time) {
	if p.count == 0 && p.tail == "0" && !at.IsZero() {
		p.since, p.tail = at, "all"
	}
}

// finished notes that the log was read to its end. If it was empty, all that it
// will hold is new.
func (p *position) finished() {
	if p.count == 0 && p.tail != "0" {
		p.tail = "all"
	}
}

// admit says whether a line is new, and remembers it if so.
func (p *position) admit(ns int64) bool {
	if ns < p.floor {
		return false
	}
	if n := p.again[ns]; n > 0 {
		p.again[ns] = n - 1
		p.front = math.MinInt64
		return false
	}
	if ns <= p.front {
		return false
	}
	p.front = math.MinInt64 // the engine has rotated the remembered lines away
	slot := &p.recent[p.count%window]
	if p.count >= window {
		p.drop(*slot)
	}
	*slot = ns
	p.count++
	return true
}

// drop notes that a line of the given time left the ring.
func (p *position) drop(ns int64) {
	switch {
	case ns > p.dropped:
		p.dropped, p.equal = ns, 1
	case ns == p.dropped:
		p.equal++
	}
}

// resume prepares for reading the log, perhaps again. It returns what to ask the
// engine for.
func (p *position) resume() (since time.Time, tail string) {
	p.floor, p.again, p.front = p.dropped, nil, math.MinInt64
	if p.count == 0 {
		return p.since, p.tail
	}
	p.again = map[int64]int{p.dropped: p.equal}
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for _, ns := range p.recent[:min(p.count, window)] {
		if ns >= p.dropped {
			p.again[ns]++
			first, last = min(first, ns), max(last, ns)
		}
	}
	if p.tail != "all" {
		p.front = last + int64(disorder)
	}
	switch {
	case p.count > window:
		return time.Unix(0, p.dropped), "all"
	case p.tail == "all":
		return p.since, "all" // every line of it is remembered
	}
	return time.Unix(0, first).Add(-disorder), "all"
}
