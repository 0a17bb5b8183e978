package logs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/docker/docker/pkg/stdcopy"

	"github.com/compose-orchestrator/compose/event"
)

// MaxLine is the longest text of an event.Log in bytes. A longer line arrives in
// several events of the same time.
const MaxLine = 4 << 20

const (
	// bufMin and bufMax bound the buffers that lines are cut from. A busy
	// container's grow to bufMax, those of a hundred quiet ones stay small.
	bufMin = 4 << 10
	bufMax = 32 << 10
	// wholeFrame is the size up to which a frame is waited for and its line cut
	// from the buffer in place. Docker's frames are below 17 KiB.
	wholeFrame = 32 << 10
	// headerLen is the length of a frame's header: stream, three zeros, size.
	headerLen = 8
	// fullPiece divides the length of every piece that Docker cuts off a long
	// line because its buffer is full.
	fullPiece = 4 << 10
)

// line is a line of a log, without its end.
type line struct {
	ns     int64 // the engine's timestamp, Unix nanoseconds
	stream event.Stream
	text   []byte
}

// decoder cuts an engine's log stream into lines. Texts are slices of its slab
// or of memory of their own: whoever gets lines holds the slab for as long.
type decoder struct {
	src    io.Reader
	tty    bool
	podman bool
	stamps stamper
	last   int64 // the time of the last record

	slab *slab // what buf is of
	buf  []byte
	r, w int    // buf[r:w] is read and not decoded
	out  []line // lines of the present call

	// The frame being read.
	left   int
	stream event.Stream
	opened bool // its first bytes, with the stamp, are decoded

	parts [4]part // by stream; a terminal's is Stdout's
	stamp rawStamp
	fault []byte // what the engine itself writes into the stream: its error
}

// part is a line whose end has not come yet.
type part struct {
	open   bool
	ns     int64
	text   []byte
	piece  int  // length of the last piece of it
	broken bool // the line's first MaxLine bytes are out
}

// read reads once from the source and appends the lines that are complete to
// out. It returns the source's error; after io.EOF flush gives what is left.
func (d *decoder) read(out []line) ([]line, error) {
	d.room()
	n, err := d.src.Read(d.buf[d.w:])
	d.w += n
	d.out = out
	if d.tty {
		d.splitRaw()
	} else if bad := d.splitFrames(); bad != nil {
		err = bad
	}
	return d.out, err
}

// flush appends the lines without an end. It returns the error that the engine
// wrote into the stream, and io.ErrUnexpectedEOF for a frame that was cut off.
func (d *decoder) flush(out []line) ([]line, error) {
	d.out = out
	if d.tty {
		d.flushRaw()
		return d.out, nil
	}
	for i := range d.parts {
		d.end(event.Stream(i))
	}
	switch {
	case len(d.fault) > 0:
		return d.out, fmt.Errorf("the engine says: %s", bytes.TrimSpace(d.fault))
	case d.left > 0 || d.r < d.w:
		return d.out, io.ErrUnexpectedEOF
	}
	return d.out, nil
}

// room makes space to read into. Lines already cut keep the old slab.
func (d *decoder) room() {
	if len(d.buf)-d.w >= max(len(d.buf)/8, 1) {
		return
	}
	rest := d.buf[d.r:d.w]
	size := min(max(2*len(d.buf), bufMin), bufMax)
	next := newSlab(max(size, 2*len(rest)))
	d.w = copy(next.buf, rest)
	d.close()
	d.r, d.slab, d.buf = 0, next, next.buf
}

// close gives the slab back, once the lines are given back as well.
func (d *decoder) close() {
	if d.slab != nil {
		d.slab.release()
		d.slab, d.buf = nil, nil
	}
}

var errFrames = errors.New("the stream has no frames: has the container a terminal")

// splitFrames decodes the frames in the buffer.
func (d *decoder) splitFrames() error {
	for {
		if d.left == 0 {
			b := d.buf[d.r:d.w]
			if len(b) < headerLen {
				return nil
			}
			size := int(binary.BigEndian.Uint32(b[4:]))
			if b[0] > byte(stdcopy.Systemerr) || b[1]|b[2]|b[3] != 0 {
				return errFrames
			}
			// Of a frame that is not waited for, the stamp is.
			if len(b) < headerLen+min(size, wholeFrame) {
				return nil
			}
			d.stream, d.left, d.opened = event.Stream(b[0]), size, false
			d.r += headerLen
		}
		n := min(d.left, d.w-d.r)
		if n == 0 && d.left > 0 {
			return nil
		}
		b := d.buf[d.r : d.r+n : d.r+n]
		d.r += n
		d.left -= n
		d.frame(b)
	}
}

// frame decodes a frame or, if it is a large one, the next bytes of it. The
// engine writes a frame for each of its records: a stamp and a line, or a piece
// of one without a line end.
func (d *decoder) frame(b []byte) {
	if d.stream == event.Stream(stdcopy.Systemerr) {
		d.fault = append(d.fault, b[:min(len(b), MaxLine-len(d.fault))]...)
		return
	}
	p := &d.parts[d.stream]
	if !d.opened {
		d.opened = true
		ns, n := d.stamps.parse(b)
		if n == 0 {
			ns = d.last
		} else if p.open && ns != p.ns && !d.podman && p.piece%fullPiece != 0 {
			// Docker stamps all pieces of a line alike. The line of another time
			// is the first of a run after one that ended without a line end.
			d.end(d.stream)
		}
		d.last = ns
		b = b[n:]
		p.piece = 0
	}
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			break
		}
		d.complete(d.stream, d.last, b[:i:i])
		b = b[i+1:]
	}
	if len(b) > 0 {
		d.grow(p, d.stream, b)
	}
}

// complete emits a line of which b is the end.
func (d *decoder) complete(s event.Stream, ns int64, b []byte) {
	p := &d.parts[s]
	if !p.open {
		d.out = append(d.out, line{ns: ns, stream: s, text: b})
		return
	}
	if len(b) > 0 {
		d.grow(p, s, b)
	}
	d.end(s)
}

// grow adds b to a line without an end, and breaks it where it gets too long.
func (d *decoder) grow(p *part, s event.Stream, b []byte) {
	if !p.open {
		*p = part{open: true, ns: d.last}
	}
	p.piece += len(b)
	for len(p.text)+len(b) > MaxLine {
		n := MaxLine - len(p.text)
		d.out = append(d.out, line{ns: p.ns, stream: s, text: append(p.text, b[:n]...)})
		p.text, p.broken = nil, true
		b = b[n:]
	}
	p.text = append(p.text, b...)
}

// end emits the line without an end of a stream, if there is one.
func (d *decoder) end(s event.Stream) {
	p := &d.parts[s]
	if p.open && (len(p.text) > 0 || !p.broken) {
		d.out = append(d.out, line{ns: p.ns, stream: s, text: p.text})
	}
	*p = part{}
}
