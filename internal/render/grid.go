package render

import (
	"io"
	"strings"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Grid writes columns for a terminal, three spaces apart, the header in
// capitals. Cells may have colours and links: what counts is the width that
// they are seen with.
func Grid(w io.Writer, header []string, rows [][]terminal.Text) error {
	titles := make([]terminal.Text, len(header))
	for i, h := range header {
		titles[i] = terminal.Value(strings.ToUpper(h))
	}
	lines := append([][]terminal.Text{titles}, rows...)
	widths := make([]int, len(header))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], cell.Width())
		}
	}
	var b terminal.Buffer
	for _, line := range lines {
		for i, cell := range line {
			b.Add(cell)
			if i < len(line)-1 {
				b.Add(terminal.Value(strings.Repeat(" ", widths[i]-cell.Width()+3)))
			}
		}
		b.End()
	}
	return terminal.OutputOf(w).Print(&b)
}

// Style is how cells of a Grid may look.
type Style struct {
	colors style
	links  bool
}

// StyleOf is the style that o allows on w. Links are no colour: NO_COLOR leaves
// them.
func StyleOf(w io.Writer, o Options) Style {
	colors := o.style(w)
	o.NoColor = false
	return Style{colors: colors, links: bool(o.style(w))}
}

// Link is a text that terminals open url for when it is clicked (OSC 8). Those
// that do not know links show the text alone; url "" is no link.
func (s Style) Link(url, text string) terminal.Text {
	t := terminal.Value(text)
	if !s.links {
		return t
	}
	return t.Link(url)
}

// State is a text about a container in the colour of its state and health, as
// the engine calls them.
func (s Style) State(state, health, text string) terminal.Text {
	switch {
	case health == "unhealthy", state == "restarting", state == "dead":
		return s.colors.of(terminal.Red, text)
	case health == "starting", state == "paused":
		return s.colors.of(terminal.Yellow, text)
	case state == "running":
		return s.colors.of(terminal.Green, text)
	}
	return s.colors.of(terminal.Dim, text)
}

// Dim is a text that matters less.
func (s Style) Dim(text string) terminal.Text { return s.colors.of(terminal.Dim, text) }

// Event is a text about an event of a container in the colour of what it means.
func (s Style) Event(action, exitCode, text string) terminal.Text {
	switch {
	case exitCode != "" && exitCode != "0", strings.HasSuffix(action, ": unhealthy"), action == "oom":
		return s.colors.of(terminal.Red, text)
	case action == "start", action == "unpause", strings.HasSuffix(action, ": healthy"):
		return s.colors.of(terminal.Green, text)
	case action == "kill", action == "stop", action == "die", action == "pause", action == "restart":
		return s.colors.of(terminal.Yellow, text)
	case strings.HasPrefix(action, "exec_"):
		return s.colors.of(terminal.Dim, text)
	}
	return terminal.Value(text)
}
