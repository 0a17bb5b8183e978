package logs

import (
	"math"
	"time"
)

// window is how many of a container's last lines a position remembers. Lines
// stand in the log nearly in the order of their times: stdout and stderr are
// stamped by two goroutines of the engine before they are written.
const window = 256

// position is the place up to which a container's log has been read. It is kept
// by the lines' times alone, which the engine can be asked to start from; a
// count of lines would be wrong once the engine has rotated the log.
//
// A log that is read again is asked for from the time after which no line is
// forgotten, and as many lines of each remembered time are left out as were
// seen of it.
type position struct {
	recent  [window]int64 // a ring: the times of the last lines, Unix nanoseconds
	count   int           // lines seen
	dropped int64         // the greatest time that left the ring

	floor int64         // while reading again: lines up to here were seen
	again map[int64]int // while reading again: lines still to be left out, by time
}

func newPosition() *position {
	return &position{dropped: math.MinInt64, floor: math.MinInt64}
}

// admit says whether a line is new, and remembers it if so.
func (p *position) admit(ns int64) bool {
	if ns <= p.floor {
		return false
	}
	if n := p.again[ns]; n > 0 {
		p.again[ns] = n - 1
		return false
	}
	slot := &p.recent[p.count%window]
	if p.count >= window {
		p.dropped = max(p.dropped, *slot)
	}
	*slot = ns
	p.count++
	return true
}

// resume prepares for reading a log again that was asked for from since on, with
// tail lines ("all" for all). It returns what to ask for now.
func (p *position) resume(since time.Time, tail string) (time.Time, string) {
	p.floor, p.again = p.dropped, nil
	if p.count == 0 {
		return since, tail
	}
	p.again = make(map[int64]int)
	first := int64(math.MaxInt64)
	for _, ns := range p.recent[:min(p.count, window)] {
		if ns > p.dropped {
			p.again[ns]++
			first = min(first, ns)
		}
	}
	switch {
	case p.count > window:
		return time.Unix(0, p.dropped+1), "all"
	case tail == "all":
		return since, tail // every line is remembered
	}
	return time.Unix(0, first), "all"
}
