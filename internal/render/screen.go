package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// textLine is a line as it is written, and its columns without the colours.
type textLine struct {
	text  string
	width int
}

// screen knows what of the live region a terminal shows. The cursor rests, and
// is hidden, at the start of the row below the last line.
type screen struct {
	shown  []textLine
	cols   int // of the terminal when they were drawn
	hidden bool
}

// frame is what to write so that the terminal shows above, which scrolls away,
// and then lines; nil where it does already.
func (s *screen) frame(above []byte, lines []textLine, cols, rows int) []byte {
	resized := len(s.shown) > 0 && cols != s.cols
	if len(above) == 0 && !resized && slices.Equal(lines, s.shown) {
		return nil
	}
	var b bytes.Buffer
	if !s.hidden {
		b.WriteString("\x1b[?25l")
		s.hidden = true
	}
	n := s.height(cols, rows)
	up(&b, n)
	if resized || len(above) > 0 || len(s.shown) > len(lines) {
		// Row by row: where the region fills the screen, tmux would keep a copy
		// of it in its history for each "erase all below".
		b.WriteString(strings.Repeat("\x1b[2K\r\n", n))
		up(&b, n)
		s.shown = nil
	}
	b.Write(above)
	if len(above) > 0 && above[len(above)-1] != '\n' {
		b.WriteString("\r\n")
	}
	for i, l := range lines {
		if i >= len(s.shown) || l != s.shown[i] {
			b.WriteString("\x1b[2K" + l.text)
		}
		// With the carriage return it is also right on a terminal in raw mode.
		b.WriteString("\r\n")
	}
	s.shown, s.cols = lines, cols
	return b.Bytes()
}

// height is how many rows the region takes. A terminal that became narrower has
// broken long lines into several.
func (s *screen) height(cols, rows int) int {
	n := 0
	for _, l := range s.shown {
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

// forget has the next frame drawn whole, at the cursor: something else, such as
// the shell of a program that was stopped, has written on the terminal.
func (s *screen) forget() { s.shown, s.hidden = nil, false }

// release is what to write when the lines shall stay: they are not the region's
// any more, and the cursor is seen again, in an empty row: a terminal echoes ^C
// there.
func (s *screen) release() []byte {
	s.shown = nil
	if !s.hidden {
		return nil
	}
	s.hidden = false
	return []byte("\r\x1b[2K\x1b[?25h")
}
