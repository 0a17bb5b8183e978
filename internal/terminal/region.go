package terminal

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Region is a live region at the bottom of a terminal: lines that are drawn
// anew in their place, while others scroll away above. The cursor rests, and is
// hidden, at the start of the row below the last line.
type Region struct {
	Output *Output

	shown  []Text
	cols   int // of the terminal when they were drawn
	hidden bool
	drawn  bool // something was, ever
}

// Draw has a terminal of so many columns and rows show above, which scrolls away,
// and then lines. It writes once, or not at all where it shows them already.
func (r *Region) Draw(above *Buffer, lines []Text, cols, rows int) error {
	return r.write(r.frame(above.b, lines, cols, rows))
}

// Finish is Draw and then Release.
func (r *Region) Finish(above *Buffer, lines []Text, cols, rows int) error {
	return r.write(append(r.frame(above.b, lines, cols, rows), r.release()...))
}

// Release leaves the lines where they are: they are not the region's any more,
// and the cursor is seen again.
func (r *Region) Release() error { return r.write(r.release()) }

// Leave makes sure of the cursor and of broken lines when the program ends: with a
// ^C, a terminal throws away what it was sent and has not shown, such as Release's.
func (r *Region) Leave() error {
	if !r.drawn {
		return nil
	}
	return r.write([]byte("\x1b[?7h\x1b[?25h"))
}

// Forget has the next frame drawn whole, at the cursor: something else, such as
// the shell of a program that was stopped, has written on the terminal.
func (r *Region) Forget() { r.shown, r.hidden = nil, false }

func (r *Region) write(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	_, err := r.Output.w.Write(p)
	return err
}

// frame is what to write for Draw; nil where there is nothing new.
func (r *Region) frame(above []byte, lines []Text, cols, rows int) []byte {
	resized := len(r.shown) > 0 && cols != r.cols
	if len(above) == 0 && !resized && slices.Equal(lines, r.shown) {
		return nil
	}
	var b bytes.Buffer
	if !r.hidden {
		b.WriteString("\x1b[?25l")
		r.hidden, r.drawn = true, true
	}
	n := r.height(cols, rows)
	up(&b, n)
	if resized || len(above) > 0 || len(r.shown) > len(lines) {
		// Row by row: where the region fills the screen, tmux would keep a copy
		// of it in its history for each "erase all below".
		b.WriteString(strings.Repeat("\x1b[2K\r\n", n))
		up(&b, n)
		r.shown = nil
	}
	b.Write(above)
	if len(above) > 0 && above[len(above)-1] != '\n' {
		b.WriteString("\r\n")
	}
	// A terminal may take a character for wider than runewidth does: what does not
	// fit overwrites the last column instead of breaking the line.
	b.WriteString("\x1b[?7l")
	for i, l := range lines {
		if i >= len(r.shown) || l != r.shown[i] {
			b.WriteString("\x1b[2K" + l.s)
		}
		// With the carriage return it is also right on a terminal in raw mode.
		b.WriteString("\r\n")
	}
	b.WriteString("\x1b[?7h")
	r.shown, r.cols = lines, cols
	return b.Bytes()
}

// height is how many rows the region takes. A terminal that became narrower has
// broken long lines into several.
func (r *Region) height(cols, rows int) int {
	n := 0
	for _, l := range r.shown {
		n += max(1, (l.width+cols-1)/cols)
	}
	return min(n, rows-1)
}

// up moves the cursor n rows up, to the start of the row: it may stand behind a
// ^C that the terminal has echoed.
func up(b *bytes.Buffer, n int) {
	b.WriteByte('\r')
	if n > 0 {
		fmt.Fprintf(b, "\x1b[%dA", n)
	}
}

// release is what to write when the lines shall stay. The cursor is in an empty
// row: a terminal echoes ^C there.
func (r *Region) release() []byte {
	r.shown = nil
	if !r.hidden {
		return nil
	}
	r.hidden = false
	return []byte("\r\x1b[2K\x1b[?25h")
}
