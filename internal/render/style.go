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
	return terminal.OutputOf(w).Size()
}

// IsTerminal tells whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	return terminal.OutputOf(w).IsTerminal()
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

// in returns text in the colour.
func (s style) in(c terminal.Color, text terminal.Text) terminal.Text {
	if !s {
		return text
	}
	return text.In(c)
}

// of returns a string in the colour.
func (s style) of(c terminal.Color, text string) terminal.Text {
	return s.in(c, terminal.Value(text))
}

// filter is that of what programs printed.
func (s style) filter() terminal.Filter {
	if s {
		return terminal.Colored
	}
	return terminal.Plain
}

// printer takes lines: an Output, or what shows them above a live region.
type printer interface {
	Print(*terminal.Buffer) error
}

// show prints lines. Who could be told that it failed? The next write fails too.
func show(p printer, lines ...terminal.Text) {
	var b terminal.Buffer
	b.Lines(lines...)
	_ = p.Print(&b)
}
