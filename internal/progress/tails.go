package progress

import (
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// Tails are the latest lines that builds and hooks printed, at most 50 of each
// resource, with their control sequences.
type Tails map[event.Ref][]string

// tailLines is how many lines of a build are kept for the case that it fails.
const tailLines = 50

// Add keeps a line.
func (t Tails) Add(o event.Output) {
	lines := append(t[o.Ref], o.Text)
	t[o.Ref] = lines[max(0, len(lines)-tailLines):]
}

// FailedStep returns what the failed step of an image's build printed, or all
// lines that are kept of the build where they do not say which step failed.
func (t Tails) FailedStep(image event.Ref) []string { return failedStep(t[image]) }

// failedStep finds the step by BuildKit's line "#5 ERROR: ...".
func failedStep(lines []string) []string {
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
