package render

import (
	"fmt"
	"strings"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// quoting is how lines that a program printed are quoted.
type quoting struct {
	style style
	cols  int  // 0: lines are as long as they are
	cut   bool // longer ones are cut off, not broken
}

// quoted returns lines that a program printed; one that comes several times in a row once,
// with the number.
func quoted(lines []string, indent string, q quoting) (texts []terminal.Text) {
	front := terminal.Join(terminal.Value(indent), q.style.of(terminal.Dim, "|"), terminal.Value(" "))
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n] == lines[0] {
			n++
		}
		line := lines[0]
		if q.cols > 0 { // a tab is as wide as where it stands makes it
			line = strings.ReplaceAll(line, "\t", "    ")
		}
		text, count := terminal.Printed(line, terminal.Plain), terminal.Text{}
		if n > 1 {
			count = q.style.of(terminal.Dim, fmt.Sprintf(" (%d×)", n))
		}
		if q.cut {
			text = text.Shorten(q.cols - front.Width() - count.Width())
		}
		parts := behind(front, text.String(), q.cols)
		last := len(parts) - 1
		parts[last] = terminal.Join(parts[last], count)
		texts = append(texts, parts...)
		lines = lines[n:]
	}
	return texts
}

// behind returns a text, which is clean, behind another one, broken between words where it takes more than
// so many columns; 0: it is one line. Further lines stand below the text, with two spaces.
func behind(front terminal.Text, text string, cols int, colors ...terminal.Color) (lines []terminal.Text) {
	if cols > 0 {
		cols = max(cols-front.Width(), 1)
	}
	for _, part := range terminal.Broken(text, cols, 2) {
		line := terminal.Printed(part, terminal.Plain)
		for _, c := range colors {
			line = line.In(c)
		}
		lines = append(lines, terminal.Join(front, line))
		front = spaces(front.Width())
	}
	return lines
}
