package render

import (
	"io"
	"sync"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Screen shows frames one after the other in the same place of a terminal, below
// the present contents. A frame is one write of the lines that changed. Methods are
// safe for concurrent use.
type Screen struct {
	mu     sync.Mutex // guards below
	screen terminal.Region
}

// NewScreen returns a screen on the terminal w. What is typed at keys, which may be nil,
// does not show while there is a frame. The caller closes the screen.
func NewScreen(w io.Writer, keys *terminal.Keyboard) *Screen {
	return &Screen{screen: terminal.Region{Output: terminal.OutputOf(w), Keyboard: keys}}
}

// Room returns the columns and rows that a frame may take.
func (s *Screen) Room() FitTo {
	cols, rows := sizeOf(s.screen.Output)
	return FitTo{Cols: cols - 1, Rows: max(rows-1, 1)}
}

// Show replaces the frame. Lines and columns that do not fit are cut off. The error
// is that of the write.
func (s *Screen) Show(lines []terminal.Text) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	cols, rows := sizeOf(s.screen.Output)
	if most := max(rows-1, 1); len(lines) > most {
		lines = lines[:most]
	}
	shown := make([]terminal.Text, len(lines))
	for i, l := range lines {
		shown[i] = l.Cut(cols - 1)
	}
	return s.screen.Draw(&terminal.Buffer{}, shown, cols, rows)
}

// Leave calls during, while another program has the terminal: the cursor is shown,
// and Show waits until during returns.
func (s *Screen) Leave(during func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.screen.Release() // where it fails the next Show fails too
	during()
}

// Redraw has the next Show draw all lines, below the cursor. It is called after
// another program has written on the terminal.
func (s *Screen) Redraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.screen.Forget()
}

// Close leaves the last frame on the terminal and shows the cursor. The error is
// that of the write.
func (s *Screen) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.Release()
}

// sizeOf returns a terminal's size, or 80 columns and 24 rows where it is not known.
func sizeOf(w io.Writer) (cols, rows int) {
	cols, rows, ok := Size(w)
	if !ok || cols <= 0 || rows <= 0 {
		return 80, 24
	}
	return cols, rows
}
