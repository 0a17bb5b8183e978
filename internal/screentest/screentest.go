// Package screentest is a terminal for tests: what a program writes to it can be
// looked at as people see it.
package screentest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Terminal understands what this program's displays write: it breaks lines that
// are too long, scrolls, and takes note of what it does not know. It is an
// io.Writer; its methods are safe for concurrent use.
type Terminal struct {
	mu         sync.Mutex // guards below
	cols, rows int
	scrolled   []string   // rows that left at the top
	cells      [][]string // a wide rune takes its cell and an empty one
	x, y       int
	hidden     bool
	nowrap     bool // long lines do not break
	writes     int
	unknown    []string // sequences that it should not have got
	rest       []byte   // the beginning of what a Write broke off in
}

// New returns a terminal of so many columns and rows.
func New(cols, rows int) *Terminal {
	v := &Terminal{cols: cols, rows: rows}
	for range rows {
		v.cells = append(v.cells, blank(cols))
	}
	return v
}

func blank(cols int) []string { return strings.Split(strings.Repeat(" ", cols), "") }

// Size is in columns and rows.
func (v *Terminal) Size() (int, int, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.cols, v.rows, true
}

// Write carries out what a program writes. The error is always nil.
func (v *Terminal) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.writes++
	v.rest = append(v.rest, p...)
	for len(v.rest) > 0 && !partial(v.rest) {
		v.rest = v.rest[v.take(string(v.rest)):]
	}
	return len(p), nil
}

// partial tells of a sequence or character whose end is still to come: a
// pseudo-terminal hands on as much as it has.
func partial(b []byte) bool {
	if b[0] == 0x1b {
		return len(b) < 2 || b[1] == '[' && !bytes.ContainsAny(b[2:], finals) || b[1] == ']' && !bytes.Contains(b, []byte(stringEnd))
	}
	return !utf8.FullRune(b)
}

// A link begins and ends with linkStart, an address and stringEnd.
const linkStart, stringEnd = "\x1b]8;;", "\x1b\\"

// finals are the last characters of sequences.
const finals = "ABCDHJKhlm"

// take carries out what s begins with and returns its length.
func (v *Terminal) take(s string) int {
	switch r, n := utf8.DecodeRuneInString(s); r {
	case '\r':
		v.x = 0
		return 1
	case '\n':
		// As a terminal in its usual mode does: the start of the next row.
		v.x = 0
		v.down()
		return 1
	case 0x1b:
		return v.escape(s)
	default:
		if r < 0x20 {
			v.unknown = append(v.unknown, fmt.Sprintf("%q", r))
			return n
		}
		v.put(s[:n])
		return n
	}
}

func (v *Terminal) put(r string) {
	w := runewidth.StringWidth(r)
	if v.nowrap {
		v.x = min(v.x, v.cols-w)
	}
	if v.x+w > v.cols {
		v.x = 0
		v.down()
	}
	for i := range w {
		v.cells[v.y][v.x+i] = ""
	}
	if w > 0 {
		v.cells[v.y][v.x] = r
	}
	v.x += w
}

func (v *Terminal) down() {
	if v.y++; v.y == v.rows {
		v.y--
		v.scrolled = append(v.scrolled, text(v.cells[0]))
		v.cells = append(v.cells[1:], blank(v.cols))
	}
}

func (v *Terminal) escape(s string) int {
	if strings.HasPrefix(s, linkStart) { // it is not seen
		return strings.Index(s, stringEnd) + len(stringEnd)
	}
	end := strings.IndexAny(s[2:], finals) + 3
	var n int
	fmt.Sscanf(s[2:end-1], "%d", &n)
	switch seq := s[:end]; {
	case seq == "\x1b[?25l":
		v.hidden = true
	case seq == "\x1b[?25h":
		v.hidden = false
	case seq == "\x1b[2K":
		v.cells[v.y] = blank(v.cols)
	case seq == "\x1b[?7l":
		v.nowrap = true
	case seq == "\x1b[?7h":
		v.nowrap = false
	case strings.HasSuffix(seq, "A"):
		v.y = max(0, v.y-max(n, 1))
	case strings.HasSuffix(seq, "m"):
	default:
		v.unknown = append(v.unknown, fmt.Sprintf("%q", seq))
	}
	return end
}

func text(row []string) string { return strings.TrimRight(strings.Join(row, ""), " ") }

// Resize makes the window wider or narrower, higher or lower, as terminals do
// that break lines anew; the rows at its bottom stay in sight.
func (v *Terminal) Resize(cols, height int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.rows = height
	var rows [][]string
	cursor := 0
	for y, row := range v.cells {
		if y == v.y {
			cursor = len(rows)
		}
		line := []rune(text(row))
		for first := true; first || len(line) > 0; first = false {
			n := min(cols, len(line))
			part := blank(cols)
			for i, r := range line[:n] {
				part[i] = string(r)
			}
			rows = append(rows, part)
			line = line[n:]
		}
	}
	for cursor >= v.rows {
		v.scrolled = append(v.scrolled, text(rows[0]))
		rows = rows[1:]
		cursor--
	}
	for len(rows) < v.rows {
		rows = append(rows, blank(cols))
	}
	v.cells, v.cols, v.y, v.x = rows[:v.rows], cols, cursor, 0
}

// Screen is what one sees, without the empty rows at the end.
func (v *Terminal) Screen() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var b strings.Builder
	for _, row := range v.cells {
		b.WriteString(text(row) + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// All is what scrolled away and the screen.
func (v *Terminal) All() string {
	return strings.Join(append(v.Scrolled(), ""), "\n") + v.Screen()
}

// Hidden tells whether the cursor is.
func (v *Terminal) Hidden() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.hidden
}

// Writes is how many there were.
func (v *Terminal) Writes() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.writes
}

// Scrolled are the rows that left at the top.
func (v *Terminal) Scrolled() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.scrolled)
}

// Unknown are the sequences that it should not have got.
func (v *Terminal) Unknown() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.unknown)
}
