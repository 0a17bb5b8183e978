package render

import (
	"bytes"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
)

// Grid writes columns for a terminal, three spaces apart, the header in
// capitals. Cells may have colours and links: what counts is the width that
// they are seen with.
func Grid(w io.Writer, header []string, rows [][]string) error {
	for i, h := range header {
		header[i] = strings.ToUpper(h)
	}
	lines := append([][]string{header}, rows...)
	widths := make([]int, len(header))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], seenWidth(cell))
		}
	}
	var b bytes.Buffer
	for _, line := range lines {
		for i, cell := range line {
			b.WriteString(cell)
			if i < len(line)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-seenWidth(cell)+3))
			}
		}
		b.WriteByte('\n')
	}
	_, err := w.Write(b.Bytes())
	return err
}

func seenWidth(cell string) int { return runewidth.StringWidth(cleanText(cell)) }

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
func (s Style) Link(url, text string) string {
	if !s.links || url == "" {
		return text
	}
	return "\x1b]8;;" + url + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

// State is a text about a container in the colour of its state and health, as
// the engine calls them.
func (s Style) State(state, health, text string) string {
	switch {
	case health == "unhealthy", state == "restarting", state == "dead":
		return s.colors.in(red, text)
	case health == "starting", state == "paused":
		return s.colors.in(yellow, text)
	case state == "running":
		return s.colors.in(green, text)
	}
	return s.colors.in(dim, text)
}

// Dim is a text that matters less.
func (s Style) Dim(text string) string { return s.colors.in(dim, text) }

// Event is a text about an event of a container in the colour of what it means.
func (s Style) Event(action, exitCode, text string) string {
	switch {
	case exitCode != "" && exitCode != "0", strings.HasSuffix(action, ": unhealthy"), action == "oom":
		return s.colors.in(red, text)
	case action == "start", action == "unpause", strings.HasSuffix(action, ": healthy"):
		return s.colors.in(green, text)
	case action == "kill", action == "stop", action == "die", action == "pause", action == "restart":
		return s.colors.in(yellow, text)
	case strings.HasPrefix(action, "exec_"):
		return s.colors.in(dim, text)
	}
	return text
}
