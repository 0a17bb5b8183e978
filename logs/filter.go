package logs

import (
	"bytes"
	"regexp"

	"github.com/compose-orchestrator/compose/event"
)

// Filter says which lines are shown. The zero value shows all.
type Filter struct {
	// Match is what a line must contain, colours aside; Invert: must not. nil:
	// anything.
	Match  *regexp.Regexp
	Invert bool
	// Level is the least that a line must say of itself. One that says nothing
	// belongs to the line of the same container and stream before it, as those of
	// a stack trace do. Unknown: any.
	Level Level
}

// filtering chooses among the lines of one container. It keeps the last level of each
// stream, and is for the one goroutine that reads the lines.
type filtering struct {
	Filter
	last map[event.Stream]Level
}

// chooses tells whether the filter leaves anything out.
func (f *filtering) chooses() bool { return f.Match != nil || f.Level != Unknown }

// shows tells whether a line is one of those. It is asked of each line, in their order.
func (f *filtering) shows(l line) bool {
	if f.Level != Unknown {
		level := LevelOf(l.text)
		if level == Unknown {
			level = f.last[l.stream]
		} else {
			f.last[l.stream] = level
		}
		if level < f.Level {
			return false
		}
	}
	return f.Match == nil || f.Match.Match(plainText(l.text)) != f.Invert
}

// lastLines are the last lines of a log that a filter shows, of which the engine does
// not know how far back they stand. Its memory is theirs.
type lastLines struct {
	most  int
	lines []line
	next  int // the oldest, where there are most
}

// keep adds copies of lines.
func (k *lastLines) keep(lines []line) {
	for _, l := range lines {
		if len(k.lines) < k.most {
			l.text = bytes.Clone(l.text)
			k.lines = append(k.lines, l)
			continue
		}
		l.text = append(k.lines[k.next].text[:0], l.text...)
		k.lines[k.next] = l
		k.next = (k.next + 1) % k.most
	}
}

// all are the lines in their order.
func (k *lastLines) all() []line {
	return append(k.lines[k.next:len(k.lines):len(k.lines)], k.lines[:k.next]...)
}
