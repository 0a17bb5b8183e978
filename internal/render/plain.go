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
	builds printer         // gets the output of builds, which Docker Compose prints to stdout
	filter terminal.Filter // of builds
	folds  *folds          // of builds; nil: their output is not folded
}

func (p *plain) event(e event.Event) {
	switch e := e.(type) {
	case event.Status:
		if p.folds != nil && e.State != event.Working {
			p.folds.ended(e.Ref)
		}
		show(p.to, terminal.Value(" "+statusLine(e)))
	case event.Output:
		if p.logs.event(e) || e.Text == "" {
			return
		}
		if line := outputLine(e, p.filter); p.folds != nil && e.Ref.Kind == event.Image {
			p.folds.line(e.Ref, line)
		} else {
			show(p.output(e.Ref.Kind), line)
		}
	default:
		if !p.logs.event(e) {
			p.messages.event(e)
		}
	}
}

func (p *plain) close() error {
	if p.folds != nil {
		p.folds.close()
	}
	return nil
}

// output returns the printer for lines that were printed for a kind of resource.
func (p *plain) output(k event.Kind) printer {
	if k == event.Image {
		return p.builds
	}
	return p.to
}

// statusLine returns a status in a line. Of a resource at work the detail is left
// out: scripts compare these lines.
func statusLine(s event.Status) string {
	line := s.Ref.String() + " " + s.Text
	if details := details(s); details != "" && s.State != event.Working {
		line += " " + firstLine(details)
	}
	return line
}

// details is what a status says behind its word.
func details(s event.Status) string {
	if s.Is != "" && s.Detail != "" {
		return s.Is + ": " + s.Detail
	}
	return s.Is + s.Detail
}

// outputLine returns a line that was printed for a service, with the service in front:
// builds of several services run at once, and BuildKit numbers the steps of each
// from 1. f is the filter for the line.
func outputLine(o event.Output, f terminal.Filter) terminal.Text {
	text := terminal.Printed(o.Text, f)
	if o.Ref.Service == "" {
		return text
	}
	return terminal.Join(terminal.Value(o.Ref.Service+" | "), text)
}

// quiet prints warnings, and the output of a failed step of a build.
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

// messages prints messages, and what watch did. On a terminal, lines are broken between
// words.
type messages struct {
	to    printer
	style style
	size  func() (cols, rows int, ok bool) // of the terminal
}

func (m messages) event(e event.Event) {
	switch e := e.(type) {
	case event.Message:
		lines := m.lines(e.Level == event.Warn, e.Text)
		show(m.to, append(lines, hintLines(e.Hint, m.cols(), m.style)...)...)
	case event.Synced:
		show(m.to, m.lines(e.Err != nil, terminal.Clean(syncedLine(e)))...)
	}
}

// cols is how long lines may be; 0: as long as they are.
func (m messages) cols() int {
	cols, _, _ := m.size()
	return cols
}

// lines returns a text as it is shown, or a warning.
func (m messages) lines(warning bool, text string) []terminal.Text {
	if !warning {
		return terminal.Lines(text, m.cols())
	}
	const front = "warning:"
	lines := terminal.Lines(front+" "+text, m.cols())
	first := strings.TrimPrefix(lines[0].String(), front)
	lines[0] = terminal.Join(m.style.of(terminal.Yellow, front), terminal.Value(first))
	return lines
}

// hintLines returns a hint as it is shown in so many columns; none where hint is "".
func hintLines(hint string, cols int, s style) []terminal.Text {
	if hint == "" {
		return nil
	}
	lines := terminal.Lines("hint: "+hint, cols)
	for i, l := range lines {
		lines[i] = s.in(terminal.Dim, l)
	}
	return lines
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSuffix(line, "\r")
}
