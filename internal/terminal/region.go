package terminal

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Region is a live region at the bottom of a terminal: lines that are drawn again
// in the same place, while other lines scroll away above them. Between two frames
// the cursor is hidden, at the start of the row below the last line. A Region is
// not safe for concurrent use. Methods return the errors of writes to Output.
type Region struct {
	Output *Output
	// Keyboard is that of the same terminal: while the cursor is hidden, what is typed does
	// not show. nil: it does.
	Keyboard *Keyboard

	shown  []Text
	cols   int    // of the terminal when shown was drawn
	hidden bool   // the cursor is
	loud   func() // has what is typed shown again; nil: it is
	drawn  bool   // anything was drawn since the Region was made
}

// Draw prints above, whose lines scroll away, and draws lines as the region in place
// of those before. cols and rows are the terminal's size. It writes once, and not
// at all where nothing changed.
func (r *Region) Draw(above *Buffer, lines []Text, cols, rows int) error {
	return r.write(r.frame(above.b, lines, cols, rows))
}

// Finish is Draw and Release in one write.
func (r *Region) Finish(above *Buffer, lines []Text, cols, rows int) error {
	return r.write(append(r.frame(above.b, lines, cols, rows), r.release()...))
}

// Release ends the region: its lines stay where they are, and the cursor is shown.
// The next Draw begins below them.
func (r *Region) Release() error { return r.write(r.release()) }

// Restore shows the cursor and turns line wrapping on, if anything was drawn. It is
// called when the program ends: at a ^C a terminal discards output that it has not
// shown yet, which may be that of Release.
func (r *Region) Restore() error {
	if !r.drawn {
		return nil
	}
	return r.write([]byte("\x1b[?7h\x1b[?25h"))
}

// Forget has the next Draw write all lines, at the cursor. It is called after
// another program has written on the terminal, such as the shell while this process
// was stopped.
func (r *Region) Forget() {
	r.show()
	r.shown = nil
}

// hide has the cursor and what is typed hidden.
func (r *Region) hide() {
	r.hidden, r.drawn, r.loud = true, true, r.Keyboard.Quiet()
}

// show ends what hide began.
func (r *Region) show() {
	if r.hidden {
		r.hidden = false
		r.loud()
	}
}

func (r *Region) write(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	_, err := r.Output.w.Write(p)
	return err
}

// frame returns the bytes that Draw writes, nil where nothing changed.
func (r *Region) frame(above []byte, lines []Text, cols, rows int) []byte {
	resized := len(r.shown) > 0 && cols != r.cols
	if len(above) == 0 && !resized && slices.Equal(lines, r.shown) {
		return nil
	}
	var b bytes.Buffer
	if !r.hidden {
		b.WriteString("\x1b[?25l")
		r.hide()
	}
	n := r.height(cols, rows)
	moveUp(&b, n)
	if resized || len(above) > 0 || len(r.shown) > len(lines) {
		// Row by row: where the region fills the screen, tmux would keep a copy
		// of it in its history for each "erase all below".
		b.WriteString(strings.Repeat("\x1b[2K\r\n", n))
		moveUp(&b, n)
		r.shown = nil
	}
	b.Write(above)
	if len(above) > 0 && above[len(above)-1] != '\n' {
		b.WriteString("\r\n")
	}
	// A terminal may show a character wider than runewidth says. Without wrapping,
	// text that does not fit overwrites the last column.
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

// height returns how many rows the drawn lines take now. A terminal that became
// narrower has wrapped long lines.
func (r *Region) height(cols, rows int) int {
	n := 0
	for _, l := range r.shown {
		n += max(1, (l.width+cols-1)/cols)
	}
	return min(n, rows-1)
}

// moveUp moves the cursor n rows up and to the start of the row. A terminal that
// echoed ^C has moved it to the right.
func moveUp(b *bytes.Buffer, n int) {
	b.WriteByte('\r')
	if n > 0 {
		fmt.Fprintf(b, "\x1b[%dA", n)
	}
}

// release returns the bytes that Release writes. They clear the cursor's row, in
// which a terminal may have echoed ^C.
func (r *Region) release() []byte {
	r.shown = nil
	if !r.hidden {
		return nil
	}
	r.show()
	return []byte("\r\x1b[2K\x1b[?25h")
}
