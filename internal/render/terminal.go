package render

import (
	"io"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// ANSI says whether a terminal's control sequences are used.
type ANSI string

// The values of --ansi.
const (
	ANSIAuto   ANSI = "auto"   // where the stream is a terminal
	ANSIAlways ANSI = "always" // also on a pipe
	ANSINever  ANSI = "never"  // no colours, and no live region unless asked for
)

// Size returns the columns and rows of the terminal that w is, where it knows
// them. A writer is one if it is a file that the system says so of, or if it
// has a method Size with these results.
func Size(w io.Writer) (cols, rows int, ok bool) {
	switch w := w.(type) {
	case interface{ Size() (int, int, bool) }:
		return w.Size()
	default:
		size, ok := terminal.SizeOf(w)
		return int(size.Cols), int(size.Rows), ok
	}
}

// IsTerminal tells whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	if terminal.Is(w) {
		return true
	}
	_, _, ok := Size(w)
	return ok
}

// resolve turns ModeAuto into the mode it stands for.
func (o Options) resolve(m Mode) Mode {
	switch {
	case m != ModeAuto:
		return m
	case o.ANSI == ANSIAlways, o.ANSI != ANSINever && IsTerminal(o.Err):
		return ModeTTY
	}
	return ModePlain
}

// style is how w may be written to.
func (o Options) style(w io.Writer) style {
	switch {
	case o.NoColor, o.ANSI == ANSINever:
		return false
	case o.ANSI == ANSIAlways:
		return true
	}
	return style(IsTerminal(w))
}

// style colours text, or leaves it as it is.
type style bool

// color is the parameter of a terminal's colour sequence.
type color string

const (
	bold   color = "1"
	dim    color = "2"
	red    color = "31"
	green  color = "32"
	yellow color = "33"
	blue   color = "34"
)

// in returns text in the colour.
func (s style) in(c color, text string) string {
	if !s || c == "" || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}
