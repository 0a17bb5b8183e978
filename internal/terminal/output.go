package terminal

import (
	"io"
	"io/fs"
	"sync"
	"unicode/utf8"
)

// Output is a stream that people read, or programs: the standard output or the
// standard error stream. Nothing foreign reaches a terminal through it as it is.
// Its methods are safe for concurrent use.
type Output struct {
	w io.Writer

	mu   sync.Mutex // guards below
	rest []byte     // the beginning of a character that a Write broke off in
}

// OutputOf returns w as an Output, which it may be already. A writer is a
// terminal if it is a file that the system says so of, or if it has a method
// Size() (cols, rows int, ok bool).
func OutputOf(w io.Writer) *Output {
	if o, ok := w.(*Output); ok {
		return o
	}
	return &Output{w: w}
}

// IsTerminal tells whether it is one.
func (o *Output) IsTerminal() bool {
	if Is(o.w) {
		return true
	}
	_, _, ok := o.Size()
	return ok
}

// Size is a terminal's, where it knows it.
func (o *Output) Size() (cols, rows int, ok bool) {
	if s, ok := o.w.(interface{ Size() (int, int, bool) }); ok {
		return s.Size()
	}
	size, ok := SizeOf(o.w)
	return int(size.Cols), int(size.Rows), ok
}

// File is what the system says of the file that the stream is; ok is false where it
// is none.
func (o *Output) File() (info fs.FileInfo, ok bool) {
	f, ok := o.w.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return nil, false
	}
	info, err := f.Stat()
	return info, err == nil
}

// Write writes text, or data. A pipe gets it as it is. A terminal gets it with
// its line ends and tabs, while all else that it would obey, colours too, is
// shown escaped or left out.
func (o *Output) Write(p []byte) (int, error) {
	if !o.IsTerminal() {
		return o.w.Write(p)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	whole := append(o.rest, p...)
	n := len(whole) - broken(whole)
	text := appendClean(nil, whole[:n], document)
	o.rest = append([]byte(nil), whole[n:]...)
	if len(text) == 0 {
		return len(p), nil
	}
	if _, err := o.w.Write(text); err != nil {
		return 0, err
	}
	return len(p), nil
}

// broken is how many bytes at the end of b begin a character that has more.
func broken(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// Print writes what b has, in one write.
func (o *Output) Print(b *Buffer) error {
	if b.Len() == 0 {
		return nil
	}
	if b.data {
		_, err := o.Write(b.b)
		return err
	}
	_, err := o.w.Write(b.b)
	return err
}

// Show writes texts, a line each, in one write.
func (o *Output) Show(lines ...Text) error {
	var b Buffer
	b.Lines(lines...)
	return o.Print(&b)
}

// Unfiltered is the stream as it is. It is for what a container prints into a
// terminal that its user gave to it: exec, run, attach.
func (o *Output) Unfiltered() io.Writer { return o.w }
