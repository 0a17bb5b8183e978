package progress

import (
	"regexp"
	"strings"
)

// Steps folds what a build prints into one line: the step that spoke last, and
// what it said. It knows the plain forms of BuildKit,
//
//	#5 [2/3] RUN go build ./...
//	#5 0.094 internal/goos
//	#5 DONE 3.1s
//
// and of the classic builder ("Step 2/3 : RUN go build ./...").
type Steps struct {
	Line string // what is shown: the step and what it said; "": nothing yet

	names map[string]string // by number: "[2/3]"
}

var (
	vertexLine = regexp.MustCompile(`^(#\d+) (.*)$`)
	stepName   = regexp.MustCompile(`^\[([^\]]*)\] `)
	stepHead   = regexp.MustCompile(`^(#\d+ (\d+\.\d+ )?)?`)
	stepTime   = regexp.MustCompile(`^\d+\.\d+ `)
	stepEnd    = regexp.MustCompile(`^(DONE|CACHED|CANCELED|ERROR)\b`)
	oldStep    = regexp.MustCompile(`^Step (\d+/\d+) : (.*)$`)
)

// add takes a line in. Ends of steps say nothing new. clean takes control
// sequences out.
func (s *Steps) add(line string, clean func(string) string) {
	line = strings.TrimSpace(line)
	// Of a line that overwrites itself, as progress bars do, the last is seen.
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
		if s.names == nil {
			s.names = map[string]string{}
		}
		said = strings.TrimPrefix(said, "[internal] ")
		s.names[number] = strings.TrimSuffix(stepName.FindString(said), " ")
		s.Line = said
		return
	}
	said = stepTime.ReplaceAllString(said, "")
	if strings.TrimSpace(said) != "" {
		s.Line = strings.TrimSpace(s.names[number] + " " + said)
	}
}
