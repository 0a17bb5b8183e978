package terminal

import (
	"bytes"
	"iter"
	"regexp"
	"time"
)

// Buffer collects lines for Output.Print. The zero value is empty. After Reset it
// is used again without new memory. It is not safe for concurrent use.
type Buffer struct {
	b    []byte
	data bool // some bytes are data: Output.Print filters them for a terminal
}

// Len is the number of bytes that were added.
func (b *Buffer) Len() int { return len(b.b) }

// String returns what a pipe would get.
func (b *Buffer) String() string { return string(b.b) }

// Reset empties the buffer. Memory of more than keep bytes is given back.
func (b *Buffer) Reset(keep int) {
	b.b, b.data = b.b[:0], false
	if cap(b.b) > keep {
		b.b = nil
	}
}

// Add adds texts without a line end.
func (b *Buffer) Add(texts ...Text) {
	for _, t := range texts {
		b.b = append(b.b, t.s...)
	}
}

// Line adds texts and a line end.
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

// End adds a line end.
func (b *Buffer) End() { b.b = append(b.b, '\n') }

// Stamp adds a time in UTC with nanoseconds (RFC 3339) and a space.
func (b *Buffer) Stamp(t time.Time) {
	b.b = t.UTC().AppendFormat(b.b, "2006-01-02T15:04:05.000000000Z ")
}

// Data adds bytes that are for programs. A pipe gets them as they are, a
// terminal gets them filtered as by Output.Write.
func (b *Buffer) Data(p []byte) {
	b.b = append(b.b, p...)
	b.data = true
}

// Begin empties the buffer and adds t: a prefix of lines, for Printed and DataLine.
func (b *Buffer) Begin(t Text) { b.b, b.data = append(b.b[:0], t.s...), false }

// DataLine adds front, a line and a line end, as Data.
func (b *Buffer) DataLine(front *Buffer, line []byte) {
	b.b = append(append(append(b.b, front.b...), line...), '\n')
	b.data = true
}

// Printed adds front, a line that a program printed, and a line end. After a
// carriage return inside the line front is added again: the text that overwrites
// the line follows it. With Colored, a reset of colours follows a line that has any.
func (b *Buffer) Printed(front *Buffer, line []byte, f Filter) {
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
		b.b = appendClean(b.b, part, f)
		if f == Colored && bytes.IndexByte(b.b[from:], 0x1b) >= 0 {
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

// Mark highlights the matches of what in the bytes from index from on.
func (b *Buffer) Mark(from int, what *regexp.Regexp) {
	if what.Match(b.b[from:]) {
		marked := what.ReplaceAll(b.b[from:], []byte("\x1b[7m${0}\x1b[27m"))
		b.b = append(b.b[:from], marked...)
	}
}

// Append adds the contents of other. Its data is filtered as for a terminal.
func (b *Buffer) Append(other *Buffer) {
	if other.data {
		b.b = appendClean(b.b, other.b, multiLine)
		return
	}
	b.b = append(b.b, other.b...)
}

// Each returns the lines as Texts. Their Width is not set.
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
