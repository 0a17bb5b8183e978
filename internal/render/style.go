package render

import (
	"io"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// ANSI is whether control sequences are written: colours, and cursor movement.
type ANSI string

// The values of --ansi.
const (
	ANSIAuto   ANSI = "auto"   // where the stream is a terminal
	ANSIAlways ANSI = "always" // also on a pipe
	ANSINever  ANSI = "never"  // no colours, and no live region unless asked for
)

// Size returns the columns and rows of a terminal. ok is false where w is none, and
// where its size is not known. A writer counts as a terminal if it is a file that is
// one, or if it has a method Size with these results, of which ok is true.
func Size(w io.Writer) (cols, rows int, ok bool) {
	return terminal.OutputOf(w).Size()
}

// IsTerminal tells whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	return terminal.OutputOf(w).IsTerminal()
}

// resolve returns m, or the mode that is used for ModeAuto.
func (o Options) resolve(m Mode) Mode {
	switch {
	case m != ModeAuto:
		return m
	case o.ANSI == ANSIAlways, o.ANSI != ANSINever && IsTerminal(o.Err):
		return ModeTTY
	}
	return ModePlain
}

// style returns whether what is written to w is coloured.
func (o Options) style(w io.Writer) style {
	switch {
	case o.NoColor, o.ANSI == ANSINever:
		return false
	case o.ANSI == ANSIAlways:
		return true
	}
	return style(IsTerminal(w))
}

// style is true where text is coloured.
type style bool

// in returns text in a colour.
func (s style) in(c terminal.Color, text terminal.Text) terminal.Text {
	if !s {
		return text
	}
	return text.In(c)
}

// of returns a string as a text in a colour.
func (s style) of(c terminal.Color, text string) terminal.Text {
	return s.in(c, terminal.Value(text))
}

// filter returns what a terminal gets of lines that programs printed.
func (s style) filter() terminal.Filter {
	if s {
		return terminal.Colored
	}
	return terminal.Plain
}

// printer prints lines: a terminal.Output, or aboveRegion.
type printer interface {
	Print(*terminal.Buffer) error
}

// show prints lines. An error is dropped: it could only be written to the same
// stream.
func show(p printer, lines ...terminal.Text) {
	var b terminal.Buffer
	b.Lines(lines...)
	_ = p.Print(&b)
}
