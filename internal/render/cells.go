package render

import (
	"io"
	"strings"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Style is whether cells of a table have colours and links.
type Style struct {
	colors style
	links  bool
}

// StyleOf returns the style that o allows on w. NO_COLOR turns off colours, and not
// links.
func StyleOf(w io.Writer, o Options) Style {
	colors := o.style(w)
	o.NoColor = false
	return Style{colors: colors, links: bool(o.style(w))}
}

// Link returns text as a link to url (OSC 8) where links are allowed. Terminals
// without links show the text alone; url "" adds no link.
func (s Style) Link(url, text string) terminal.Text {
	t := terminal.Value(text)
	if !s.links {
		return t
	}
	return t.Link(url)
}

// State returns text in the colour of a container's state and health. Both are words
// of the engine's API: "running", "unhealthy".
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

// Dim returns text in a weaker colour.
func (s Style) Dim(text string) terminal.Text { return s.colors.of(terminal.Dim, text) }

// Event returns text in the colour of a container's event. action and exitCode are
// those of the engine's API: "die", "137".
func (s Style) Event(action, exitCode string, text terminal.Text) terminal.Text {
	switch {
	case exitCode != "" && exitCode != "0", strings.HasSuffix(action, ": unhealthy"), action == "oom":
		return s.colors.in(terminal.Red, text)
	case action == "start", action == "unpause", strings.HasSuffix(action, ": healthy"):
		return s.colors.in(terminal.Green, text)
	case action == "kill", action == "stop", action == "die", action == "pause", action == "restart":
		return s.colors.in(terminal.Yellow, text)
	case strings.HasPrefix(action, "exec_"):
		return s.colors.in(terminal.Dim, text)
	}
	return text
}
