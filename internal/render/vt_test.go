package render_test

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// vt is a terminal: it understands what the live region writes, breaks lines
// that are too long, scrolls, and fails on what it does not know.
type vt struct {
	mu         sync.Mutex // guards below
	cols, rows int
	scrolled   []string   // rows that left at the top
	cells      [][]string // a wide rune takes its cell and an empty one
	x, y       int
	hidden     bool
	writes     int
	bytes      int
	unknown    []string // sequences that it should not have got
}

func newVT(cols, rows int) *vt {
	v := &vt{cols: cols, rows: rows}
	for range rows {
		v.cells = append(v.cells, blank(cols))
	}
	return v
}

func blank(cols int) []string { return strings.Split(strings.Repeat(" ", cols), "") }

func (v *vt) Size() (int, int, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.cols, v.rows, true
}

func (v *vt) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.writes++
	v.bytes += len(p)
	for s := string(p); s != ""; {
		s = s[v.take(s):]
	}
	return len(p), nil
}

// take carries out what s begins with and returns its length.
func (v *vt) take(s string) int {
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

func (v *vt) put(r string) {
	w := runewidth.StringWidth(r)
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

func (v *vt) down() {
	if v.y++; v.y == v.rows {
		v.y--
		v.scrolled = append(v.scrolled, text(v.cells[0]))
		v.cells = append(v.cells[1:], blank(v.cols))
	}
}

func (v *vt) escape(s string) int {
	end := strings.IndexAny(s[2:], "ABCDHJKhlm") + 3
	var n int
	fmt.Sscanf(s[2:end-1], "%d", &n)
	switch seq := s[:end]; {
	case seq == "\x1b[?25l":
		v.hidden = true
	case seq == "\x1b[?25h":
		v.hidden = false
	case seq == "\x1b[2K":
		v.cells[v.y] = blank(v.cols)
	case strings.HasSuffix(seq, "A"):
		v.y = max(0, v.y-max(n, 1))
	case strings.HasSuffix(seq, "m"):
	default:
		v.unknown = append(v.unknown, fmt.Sprintf("%q", seq))
	}
	return end
}

func text(row []string) string { return strings.TrimRight(strings.Join(row, ""), " ") }

// resize makes the window wider or narrower, as terminals do that break lines
// anew; the rows at its bottom stay in sight.
func (v *vt) resize(cols int) {
	v.mu.Lock()
	defer v.mu.Unlock()
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

// screen is what one sees, without the empty rows at the end.
func (v *vt) screen() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var b strings.Builder
	for _, row := range v.cells {
		b.WriteString(text(row) + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// all is what scrolled away and the screen.
func (v *vt) all() string {
	return strings.Join(append(v.scrolled, ""), "\n") + v.screen()
}
