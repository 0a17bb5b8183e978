package terminal

import (
	"bytes"
	"iter"
	"regexp"
	"time"
)

// Buffer collects what an Output prints. Its zero value is empty. It is used
// again after Reset, and then takes no more memory.
type Buffer struct {
	b    []byte
	data bool // of it is data, which a terminal must not get as it is
}

// Len is in bytes.
func (b *Buffer) Len() int { return len(b.b) }

// String is what would be written to a pipe.
func (b *Buffer) String() string { return string(b.b) }

// Reset empties it; one that has grown beyond keep gives its memory back.
func (b *Buffer) Reset(keep int) {
	b.b, b.data = b.b[:0], false
	if cap(b.b) > keep {
		b.b = nil
	}
}

// Add adds texts, and does not end the line.
func (b *Buffer) Add(texts ...Text) {
	for _, t := range texts {
		b.b = append(b.b, t.s...)
	}
}

// Line adds texts as a line.
func (b *Buffer) Line(texts ...Text) {
	b.Add(texts...)
	b.End()
}

// Lines adds a line for each text.
func (b *Buffer) Lines(lines ...Text) {
	for _, t := range lines {
		b.Line(t)
	}
}

// End ends the line.
func (b *Buffer) End() { b.b = append(b.b, '\n') }

// Stamp adds a time and a space.
func (b *Buffer) Stamp(t time.Time) {
	b.b = t.UTC().AppendFormat(b.b, "2006-01-02T15:04:05.000000000Z ")
}

// Data adds bytes that are for programs: a pipe gets them as they are, a terminal
// as if they had been written to its Output.
func (b *Buffer) Data(p []byte) {
	b.b = append(b.b, p...)
	b.data = true
}

// Begin has it hold a text alone: what lines begin with.
func (b *Buffer) Begin(t Text) { b.b, b.data = append(b.b[:0], t.s...), false }

// DataLine adds a line as Data, behind front.
func (b *Buffer) DataLine(front *Buffer, line []byte) {
	b.b = append(append(append(b.b, front.b...), line...), '\n')
	b.data = true
}

// Printed adds a line that a program printed behind front. A carriage return
// inside the line is followed by front, so that what overwrites the line does not
// overwrite that; colours end with the line.
func (b *Buffer) Printed(front *Buffer, line []byte, m Manner) {
	if bytes.IndexByte(line, '\r') >= 0 {
		line = bytes.TrimRight(line, "\r")
	}
	for {
		b.b = append(b.b, front.b...)
		part, rest, more := line, []byte(nil), false
		if bytes.IndexByte(line, '\r') >= 0 {
			part, rest, more = bytes.Cut(line, []byte{'\r'})
		}
		from := len(b.b)
		b.b = appendClean(b.b, part, m)
		if m == Colored && bytes.IndexByte(b.b[from:], 0x1b) >= 0 {
			b.b = append(b.b, "\x1b[0m"...)
		}
		if !more {
			b.b = append(b.b, '\n')
			return
		}
		b.b = append(b.b, '\r')
		line = rest
	}
}

// Mark highlights what was added from an index on and matches.
func (b *Buffer) Mark(from int, what *regexp.Regexp) {
	if what.Match(b.b[from:]) {
		marked := what.ReplaceAll(b.b[from:], []byte("\x1b[7m${0}\x1b[27m"))
		b.b = append(b.b[:from], marked...)
	}
}

// Append adds what another one has, which a terminal may get after that.
func (b *Buffer) Append(other *Buffer) {
	if other.data {
		b.b = appendClean(b.b, other.b, document)
		return
	}
	b.b = append(b.b, other.b...)
}

// Each are its lines as texts.
func (b *Buffer) Each() iter.Seq[Text] {
	var shown Buffer
	shown.Append(b)
	return func(yield func(Text) bool) {
		for line := range bytes.Lines(shown.b) {
			if !yield(Text{s: string(bytes.TrimSuffix(line, []byte("\n")))}) {
				return
			}
		}
	}
}
