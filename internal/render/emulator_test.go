package render_test

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// emulator is a terminal as people have it, which takes note of all that a
// foreign text must not get out of it. It is an io.Writer and a terminal to the
// program.
type emulator struct {
	*vt.Emulator
	cols, rows int
	did        []string
}

func newEmulator(cols, rows int) *emulator {
	e := &emulator{Emulator: vt.NewEmulator(cols, rows), cols: cols, rows: rows}
	note := func(format string, args ...any) { e.did = append(e.did, fmt.Sprintf(format, args...)) }
	mode := func(what string) func(ansi.Mode) {
		return func(m ansi.Mode) {
			if m != ansi.ModeAutoWrap && m != ansi.ModeTextCursorEnable {
				note("%s mode %v", what, m)
			}
		}
	}
	e.SetCallbacks(vt.Callbacks{
		Bell:             func() { note("rang") },
		Title:            func(s string) { note("title %q", s) },
		IconName:         func(s string) { note("icon name %q", s) },
		AltScreen:        func(bool) { note("another screen") },
		CursorStyle:      func(vt.CursorStyle, bool) { note("cursor's style") },
		CursorColor:      func(color.Color) { note("cursor's color") },
		BackgroundColor:  func(color.Color) { note("background") },
		ForegroundColor:  func(color.Color) { note("foreground") },
		WorkingDirectory: func(s string) { note("folder %q", s) },
		EnableMode:       mode("set"),
		DisableMode:      mode("ended"),
	})
	for _, cmd := range []int{4, 8, 9, 52, 777, 1337} {
		e.RegisterOscHandler(cmd, func(data []byte) bool { note("OSC %q", data); return true })
	}
	e.SetLogger(logger(func(format string, args ...any) {
		if !strings.HasPrefix(format, "setting mode") { // the callbacks hear of it
			note(format, args...)
		}
	}))
	return e
}

// logger hears of sequences that the emulator does not know.
type logger func(format string, args ...any)

func (l logger) Printf(format string, args ...any) { l(format, args...) }

// Size makes it a terminal.
func (e *emulator) Size() (int, int, bool) { return e.cols, e.rows, true }

// Write is a pseudo-terminal's, in its usual mode.
func (e *emulator) Write(p []byte) (int, error) {
	_, err := e.Emulator.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), err
}

// WriteString is Write.
func (e *emulator) WriteString(s string) (int, error) { return e.Write([]byte(s)) }

// row is what stands in a row.
func (e *emulator) row(y int) string {
	var b strings.Builder
	for x := 0; x < e.cols; x++ {
		if c := e.CellAt(x, y); c != nil {
			b.WriteString(c.Content)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// screen is what stands in the rows above the cursor's.
func (e *emulator) screen() []string {
	var rows []string
	for y := range e.CursorPosition().Y {
		rows = append(rows, e.row(y))
	}
	return rows
}

// check fails where the terminal did more than to show.
func (e *emulator) check(t *testing.T, what string) {
	t.Helper()
	for _, did := range e.did {
		t.Errorf("%s: the terminal did more than to show: %s", what, did)
	}
	if at := e.CursorPosition(); at.X != 0 {
		t.Errorf("%s: the cursor is in column %d in the end", what, at.X)
	}
	if e.CursorHidden() {
		t.Errorf("%s: the cursor is hidden in the end", what)
	}
}

// TestEmulatorNotices: what the tests rely on is noticed.
func TestEmulatorNotices(t *testing.T) {
	for _, s := range []string{
		"\x1b]0;title\a", "\x1b]52;c;aGk=\a", "\x1b]8;;http://x\x1b\\", "\a", "\x1b[?1049h", "\x1b[?2004h", "\x1b]7;file:///\a", "\x1b]11;#fff\a",
	} {
		e := newEmulator(80, 5)
		io.WriteString(e, s)
		if len(e.did) == 0 {
			t.Errorf("%q is not noticed", s)
		}
	}
	e := newEmulator(80, 5)
	io.WriteString(e, "a\nb\n")
	if got := strings.Join(e.screen(), "|"); got != "a|b" {
		t.Errorf("got %q", got)
	}
}
