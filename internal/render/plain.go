package render

import (
	"strings"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/progress"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// plain prints a line for each change of a resource, with the space in front
// that Docker Compose prints: " Container demo-web-1 Created".
type plain struct {
	messages
	logs   *logs
	builds printer         // takes what builds print; Docker Compose's goes to stdout
	filter terminal.Filter // of that
}

func (p *plain) event(e event.Event) {
	switch e := e.(type) {
	case event.Status:
		show(p.to, terminal.Value(" "+statusLine(e)))
	case event.Output:
		if !p.logs.event(e) && e.Text != "" {
			show(p.output(e.Ref.Kind), outputLine(e, p.filter))
		}
	default:
		if !p.logs.event(e) {
			p.messages.event(e)
		}
	}
}

func (p *plain) close() error { return nil }

// output is where the lines about a kind of resource go.
func (p *plain) output(k event.Kind) printer {
	if k == event.Image {
		return p.builds
	}
	return p.to
}

// statusLine is a status in a line: what is waited for is left out, so that the
// line is the words and nothing else.
func statusLine(s event.Status) string {
	line := s.Ref.String() + " " + s.Text
	if s.Detail != "" && s.State != event.Working {
		line += " " + firstLine(s.Detail)
	}
	return line
}

// outputLine says whose line it is: builds of several services run at once, and
// BuildKit numbers the steps of each from 1. Its colours are the builds'.
func outputLine(o event.Output, m terminal.Filter) terminal.Text {
	text := terminal.Printed(o.Text, m)
	if o.Ref.Service == "" {
		return text
	}
	return terminal.Join(terminal.Value(o.Ref.Service+" | "), text)
}

// quiet prints warnings, and the output of a build once it has failed.
type quiet struct {
	messages
	logs   *logs
	builds progress.Tails
}

func (q *quiet) event(e event.Event) {
	switch e := e.(type) {
	case event.Status:
		switch e.State {
		case event.Warning:
			show(q.to, terminal.Value(" "+statusLine(e)))
		case event.Failed:
			for _, line := range q.builds.FailedStep(e.Ref) {
				show(q.to, terminal.Printed(line, terminal.Plain))
			}
		}
	case event.Output:
		if !q.logs.event(e) {
			q.builds.Add(e)
		}
	case event.Message:
		if e.Level == event.Warn {
			q.messages.event(e)
		}
	case event.Synced:
		if e.Err != nil {
			q.messages.event(e)
		}
	default:
		q.logs.event(e)
	}
}

func (q *quiet) close() error { return nil }

// messages prints the sentences that belong to no resource.
type messages struct {
	to    printer
	style style
}

func (m messages) event(e event.Event) {
	switch e := e.(type) {
	case event.Message:
		show(m.to, m.lines(e)...)
	case event.Synced:
		line := terminal.Value(syncedLine(e))
		if e.Err != nil {
			line = m.warning(line)
		}
		show(m.to, line)
	}
}

func (m messages) warning(line terminal.Text) terminal.Text {
	return terminal.Join(m.style.of(terminal.Yellow, "warning:"), terminal.Value(" "), line)
}

// lines are a message and its hint.
func (m messages) lines(msg event.Message) []terminal.Text {
	lines := terminal.Lines(msg.Text)
	if msg.Level == event.Warn {
		lines[0] = m.warning(lines[0])
	}
	return append(lines, hintLines(msg.Hint, m.style)...)
}

// hintLines are a hint as it is shown; none where there is none.
func hintLines(hint string, s style) []terminal.Text {
	if hint == "" {
		return nil
	}
	lines := terminal.Lines("hint: " + hint)
	for i, l := range lines {
		lines[i] = s.in(terminal.Dim, l)
	}
	return lines
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSuffix(line, "\r")
}
