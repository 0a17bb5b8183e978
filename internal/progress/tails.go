package progress

import (
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// Tails are the last lines that builds printed, by image.
type Tails map[event.Ref][]string

// tailLines is how many lines of a build are kept for the case that it fails.
const tailLines = 50

// Add takes a line in.
func (t Tails) Add(o event.Output) {
	lines := append(t[o.Ref], o.Text)
	t[o.Ref] = lines[max(0, len(lines)-tailLines):]
}

// Failing are the lines of the step that the build of an image failed in, or all
// where they do not tell.
func (t Tails) Failing(image event.Ref) []string { return failing(t[image]) }

// failing are the lines of the step that a build failed in, or all where they do
// not tell.
func failing(lines []string) []string {
	for i := len(lines) - 1; i >= 0; i-- {
		m := vertexLine.FindStringSubmatch(lines[i])
		if m == nil || !strings.HasPrefix(m[2], "ERROR") {
			continue
		}
		var of []string
		for _, l := range lines {
			if strings.HasPrefix(l, m[1]+" ") {
				of = append(of, l)
			}
		}
		return of
	}
	return lines
}
