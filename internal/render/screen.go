package render

import (
	"io"
	"sync"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Screen shows one frame after the other in the same place of a terminal, below
// what is there: each in one write of the lines that changed.
type Screen struct {
	mu     sync.Mutex // guards below
	screen terminal.Region
}

// NewScreen returns a screen on the terminal w. It is closed in the end.
func NewScreen(w io.Writer) *Screen {
	return &Screen{screen: terminal.Region{Output: terminal.OutputOf(w)}}
}

// Room is what a frame may take.
func (s *Screen) Room() FitTo {
	cols, rows := sizeOf(s.screen.Output)
	return FitTo{Cols: cols - 1, Rows: max(rows-1, 1)}
}

// Show replaces the frame, as far as it fits. The cursor rests below it.
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

// Leave leaves the terminal to others while during runs: the cursor is seen, and
// frames wait.
func (s *Screen) Leave(during func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.screen.Release() // the next frame's failure tells
	during()
}

// Redraw has the next frame drawn whole, below what something else has written
// on the terminal meanwhile.
func (s *Screen) Redraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.screen.Forget()
}

// Close leaves the last frame, and the cursor as it was.
func (s *Screen) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.Release()
}

// sizeOf is a terminal's size, or what is usual where it does not know it.
func sizeOf(w io.Writer) (cols, rows int) {
	cols, rows, ok := Size(w)
	if !ok || cols <= 0 || rows <= 0 {
		return 80, 24
	}
	return cols, rows
}
