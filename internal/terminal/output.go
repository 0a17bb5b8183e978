package terminal

import (
	"io"
	"io/fs"
	"sync"
	"unicode/utf8"
)

// Output is the standard output or the standard error stream. A pipe gets bytes as
// they are; a terminal gets nothing that controls it, save in Texts and by
// Unfiltered. Methods are safe for concurrent use.
type Output struct {
	w       io.Writer
	guarded bool // see GuardCommands

	mu   sync.Mutex // guards below
	rest []byte     // the first bytes of a character whose others come with the next Write
}

// OutputOf returns w as an Output: w itself if it is one, else a new Output that
// writes to w. A writer counts as a terminal if it is a file that is one, or if its
// method Size() (cols, rows int, ok bool) returns true.
func OutputOf(w io.Writer) *Output {
	if o, ok := w.(*Output); ok {
		return o
	}
	return &Output{w: w}
}

// IsTerminal tells whether the stream is a terminal.
func (o *Output) IsTerminal() bool {
	if Is(o.w) {
		return true
	}
	_, _, ok := o.Size()
	return ok
}

// Size returns the terminal's size in characters. ok is false where the stream is no
// terminal, and where its size is not known.
func (o *Output) Size() (cols, rows int, ok bool) {
	if s, ok := o.w.(interface{ Size() (int, int, bool) }); ok {
		return s.Size()
	}
	size, ok := SizeOf(o.w)
	return int(size.Cols), int(size.Rows), ok
}

// File returns what the system says of the stream's file. ok is false where the
// stream is no file, and where the system refuses to say.
func (o *Output) File() (info fs.FileInfo, ok bool) {
	f, ok := o.w.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return nil, false
	}
	info, err := f.Stat()
	return info, err == nil
}

// Write writes p. A pipe gets it as it is. For a terminal it is filtered: tabs and
// line ends stay, colours are removed, other control characters are shown escaped.
// An error is the stream's.
func (o *Output) Write(p []byte) (int, error) {
	if !o.IsTerminal() {
		return o.w.Write(p)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	whole := append(o.rest, p...)
	n := len(whole) - incompleteLen(whole)
	text := appendClean(nil, whole[:n], multiLine)
	o.rest = append([]byte(nil), whole[n:]...)
	if len(text) == 0 {
		return len(p), nil
	}
	if _, err := o.w.Write(text); err != nil {
		return 0, err
	}
	return len(p), nil
}

// incompleteLen returns how many bytes at the end of b are the beginning of a UTF-8
// character that is not complete.
func incompleteLen(b []byte) int {
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

// Print writes the contents of b in one write, none where b is empty. Data in it is
// filtered for a terminal. An error is the stream's.
func (o *Output) Print(b *Buffer) error {
	if b.Len() == 0 {
		return nil
	}
	if b.data {
		_, err := o.Write(b.b)
		return err
	}
	text := b.b
	if o.guarded {
		text = withoutCommands(text)
	}
	_, err := o.w.Write(text)
	return err
}

// Show writes each text as a line, all in one write. An error is the stream's.
func (o *Output) Show(lines ...Text) error {
	var b Buffer
	b.Lines(lines...)
	return o.Print(&b)
}

// Unfiltered returns the stream itself. It is for the output of a container that
// has the user's terminal: exec, run, attach.
func (o *Output) Unfiltered() io.Writer { return o.w }
