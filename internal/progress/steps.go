package progress

import (
	"regexp"
	"strings"
)

// Steps is what a build printed last, in one line. It is read from the plain output
// of BuildKit,
//
//	#5 [2/3] RUN go build ./...
//	#5 0.094 internal/goos
//	#5 DONE 3.1s
//
// and of the classic builder ("Step 2/3 : RUN go build ./...").
type Steps struct {
	// Line is the step and what it printed, "[2/3] internal/goos"; "": nothing yet.
	Line string `json:"line,omitempty"`
	// Names are the steps' names by their numbers: "[2/3]" by "#5".
	Names map[string]string `json:"names,omitempty"`
}

var (
	vertexLine = regexp.MustCompile(`^(#\d+) (.*)$`)
	stepName   = regexp.MustCompile(`^\[([^\]]*)\] `)
	stepHead   = regexp.MustCompile(`^(#\d+ (\d+\.\d+ )?)?`)
	stepTime   = regexp.MustCompile(`^\d+\.\d+ `)
	stepEnd    = regexp.MustCompile(`^(DONE|CACHED|CANCELED|ERROR)\b`)
	oldStep    = regexp.MustCompile(`^Step (\d+/\d+) : (.*)$`)
)

// add takes a line that the build printed. Lines that say that a step ended leave
// Line as it is. clean returns a line without control sequences.
func (s *Steps) add(line string, clean func(string) string) {
	line = strings.TrimSpace(line)
	// A progress bar overwrites itself after a carriage return: its last text counts.
	if at := strings.LastIndexByte(line, '\r'); at >= 0 {
		line = stepHead.FindString(line) + strings.TrimLeft(line[at+1:], " ")
	}
	line = strings.TrimSpace(clean(line))
	if m := oldStep.FindStringSubmatch(line); m != nil {
		s.Line = "[" + m[1] + "] " + m[2]
		return
	}
	m := vertexLine.FindStringSubmatch(line)
	if m == nil {
		if line != "" && !strings.HasPrefix(line, "--->") {
			s.Line = line
		}
		return
	}
	number, said := m[1], m[2]
	if stepEnd.MatchString(said) || said == "..." {
		return
	}
	if name := stepName.FindString(said); name != "" {
		if s.Names == nil {
			s.Names = map[string]string{}
		}
		said = strings.TrimPrefix(said, "[internal] ")
		s.Names[number] = strings.TrimSuffix(stepName.FindString(said), " ")
		s.Line = said
		return
	}
	said = stepTime.ReplaceAllString(said, "")
	if strings.TrimSpace(said) != "" {
		s.Line = strings.TrimSpace(s.Names[number] + " " + said)
	}
}
