package logs

import (
	"bytes"

	"github.com/compose-orchestrator/compose/event"
)

// A terminal's log has no frames. A record of the engine is a stamp and a line
// with its end or a piece of one without, and nothing but the stamps tells them
// apart. A stamp with the line's own time continues the line. A later one
// begins the next: the run before it ended without a line end (from Podman it
// continues the line too). What the container itself prints in this form is
// earlier, for the engine stamps what it has read.

// rawStamp is the form of the stamps of the line that is being decoded.
type rawStamp struct {
	ns   int64
	len  int
	zone [stampMax - stampLen + 2]byte // "Z " or "+02:00 ", how a stamp ends
	end  []byte                        // the part of zone in use
}

// splitRaw decodes the bytes of a terminal's log in the buffer.
func (d *decoder) splitRaw() {
	p := &d.parts[event.Stdout]
	for {
		b := d.buf[d.r:d.w]
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			break
		}
		d.r += i + 1
		if p.open {
			d.growRaw(p, b[:i])
			d.endRaw(p)
			continue
		}
		text := d.openRaw(b[:i:i])
		d.emitRaw(d.clean(text[:0], text))
	}
	// What fills half a buffer is a long line: it is moved to memory of its own.
	if d.w-d.r > len(d.buf)/2 {
		d.growRaw(p, d.buf[d.r:d.w])
		d.r = d.w
	}
}

// flushRaw emits the line without an end.
func (d *decoder) flushRaw() {
	p := &d.parts[event.Stdout]
	if d.r < d.w {
		d.growRaw(p, d.buf[d.r:d.w])
		d.r = d.w
	}
	if p.open {
		d.endRaw(p)
	}
}

// openRaw reads the stamp that a line begins with and returns what follows it.
func (d *decoder) openRaw(b []byte) []byte {
	s := &d.stamp
	ns, n := d.stamps.parse(b)
	if n < stampLen {
		// Not a stamp, or one that is too short to be looked for in the text.
		s.end = nil
		if n > 0 {
			s.ns = ns
		}
		return b[n:]
	}
	s.ns, s.len = ns, n
	s.end = s.zone[:copy(s.zone[:], b[stampLen-2:n])]
	return b[n:]
}

// growRaw adds b to a long line and breaks it where it gets too long. The last
// bytes are kept back, for a stamp may have begun in them.
func (d *decoder) growRaw(p *part, b []byte) {
	if !p.open {
		p.open = true
		b = d.openRaw(b)
	}
	sure := max(len(p.text)-stampMax, 0)
	p.text = append(p.text, b...)
	p.text = d.clean(p.text[:sure], p.text[sure:])
	for len(p.text) > MaxLine {
		d.out = append(d.out, line{ns: d.stamp.ns, stream: event.Stdout, text: p.text[: MaxLine-stampMax : MaxLine-stampMax]})
		p.text, p.broken = bytes.Clone(p.text[MaxLine-stampMax:]), true
	}
}

// endRaw emits a long line.
func (d *decoder) endRaw(p *part) {
	if len(p.text) > 0 || !p.broken {
		d.emitRaw(p.text)
	}
	*p = part{}
}

// clean appends b, which follows text in the same array, to text without the
// stamps in it. Where a stamp begins another line it emits the text before. It
// returns the text of the last line.
func (d *decoder) clean(text, b []byte) []byte {
	s := &d.stamp
	for from := 0; len(s.end) > 0; {
		i := bytes.Index(b[from:], s.end)
		if i < 0 {
			break
		}
		from += i + len(s.end)
		start := from - s.len
		if start < 0 {
			continue
		}
		ns, n := d.stamps.parse(b[start:from])
		if n != s.len || ns < s.ns {
			continue
		}
		text = append(text, b[:start]...)
		b, from = b[from:], 0
		if ns > s.ns && !d.podman && len(text)%fullPiece != 0 {
			d.emitRaw(text)
			text, s.ns = b[:0], ns
		}
	}
	return append(text, b...)
}

// emitRaw emits a line of a terminal, whose line discipline has made CR LF of
// each LF.
func (d *decoder) emitRaw(text []byte) {
	if n := len(text); n > 0 && text[n-1] == '\r' {
		text = text[:n-1]
	}
	d.out = append(d.out, line{ns: d.stamp.ns, stream: event.Stdout, text: text[:len(text):len(text)]})
}
