package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// plain prints a line for each change of a resource, with the space in front
// that Docker Compose prints: " Container demo-web-1 Created".
type plain struct {
	messages
	logs   *logs
	builds io.Writer // what builds print; Docker Compose's goes to stdout
}

func (p *plain) event(e event.Event) {
	switch e := e.(type) {
	case event.Status:
		fmt.Fprintln(p.w, " "+statusLine(e))
	case event.Output:
		if !p.logs.event(e) && e.Text != "" {
			fmt.Fprintln(p.output(e.Ref.Kind), outputLine(e))
		}
	default:
		if !p.logs.event(e) {
			p.messages.event(e)
		}
	}
}

func (p *plain) close() error { return nil }

// output is where the lines about a kind of resource go.
func (p *plain) output(k event.Kind) io.Writer {
	if k == event.Image {
		return p.builds
	}
	return p.w
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
// BuildKit numbers the steps of each from 1. It may be coloured, and clears no
// screen: this display is for terminals as well.
func outputLine(o event.Output) string {
	text := string(appendClean(nil, []byte(o.Text), cleaning{colors: true}))
	if o.Ref.Service == "" {
		return text
	}
	return o.Ref.Service + " | " + text
}

// quiet prints warnings, and the output of a build once it has failed.
type quiet struct {
	messages
	logs   *logs
	builds tails
}

func (q *quiet) event(e event.Event) {
	switch e := e.(type) {
	case event.Status:
		switch e.State {
		case event.Warning:
			fmt.Fprintln(q.w, " "+statusLine(e))
		case event.Failed:
			for _, line := range failing(q.builds[e.Ref]) {
				fmt.Fprintln(q.w, cleanText(line))
			}
		}
	case event.Output:
		if !q.logs.event(e) {
			q.builds.add(e)
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
	w     io.Writer
	style style
}

func (m messages) event(e event.Event) {
	switch e := e.(type) {
	case event.Message:
		fmt.Fprint(m.w, m.text(e))
	case event.Synced:
		line := syncedLine(e)
		if e.Err != nil {
			line = m.style.in(yellow, "warning:") + " " + line
		}
		fmt.Fprintln(m.w, line)
	}
}

// text is a message with its hint, and a line end after each.
func (m messages) text(msg event.Message) string {
	text := msg.Text
	if msg.Level == event.Warn {
		text = m.style.in(yellow, "warning:") + " " + text
	}
	text += "\n"
	if msg.Hint != "" {
		text += m.style.in(dim, "hint: "+msg.Hint) + "\n"
	}
	return text
}

// tails are the last lines that builds printed, by image.
type tails map[event.Ref][]string

// tailLines is how many lines of a build are kept for the case that it fails.
const tailLines = 50

func (t tails) add(o event.Output) {
	lines := append(t[o.Ref], o.Text)
	t[o.Ref] = lines[max(0, len(lines)-tailLines):]
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSuffix(line, "\r")
}
