package render

import (
	"bytes"
	"io"

	"github.com/mattn/go-runewidth"
)

// Screen shows one frame after the other in the same place of a terminal: each
// in one write, as much as fits. It begins at the top of the terminal, whose
// older lines scroll away.
type Screen struct {
	w     io.Writer
	begun bool
}

// NewScreen returns a screen on the terminal w.
func NewScreen(w io.Writer) *Screen { return &Screen{w: w} }

// Show replaces the frame. The cursor rests below it.
func (s *Screen) Show(lines []string) error {
	cols, rows, ok := Size(s.w)
	ok = ok && cols > 0 && rows > 1 // some terminals do not know their size
	if ok && len(lines) > rows-1 {
		lines = lines[:rows-1]
	}
	var b bytes.Buffer
	if !s.begun {
		b.WriteString("\x1b[2J")
		s.begun = true
	}
	b.WriteString("\x1b[H")
	for _, l := range lines {
		if ok {
			l = runewidth.Truncate(l, cols, "")
		}
		b.WriteString(l + "\x1b[K\r\n")
	}
	b.WriteString("\x1b[J")
	_, err := s.w.Write(b.Bytes())
	return err
}
