package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/planner"
)

// onlyAbsent tells whether nothing but an up is missing to a service: it goes without
// saying why it has no container.
func onlyAbsent(e *planner.Explanation) bool {
	return e.Verdict == planner.VerdictAbsent && !slices.ContainsFunc(e.Causes, func(c planner.Cause) bool {
		return c.Code != planner.CauseNoContainer && c.Code != planner.CauseImageMissing
	})
}

// sum writes how the project fares, in a line; on a terminal that is too narrow for it, in
// several, which do not break inside of a part.
func (x *explanation) sum(all Explained, w io.Writer) {
	names := map[planner.Verdict][]string{}
	for _, e := range all.Services {
		names[e.Verdict] = append(names[e.Verdict], e.Service)
	}
	run := len(names[planner.VerdictRunning])
	verb := "run"
	if run == 1 {
		verb = "runs"
	}
	parts := []string{fmt.Sprintf("%s: %d of %s %s", all.Project, run, counted(len(all.Services), "service"), verb)}
	for _, v := range verdictWords {
		if of := names[v.verdict]; len(of) > 0 {
			slices.Sort(of)
			parts = append(parts, v.word+": "+several(of))
		}
	}
	if x.b.Len() > 0 {
		x.line("")
	}
	cols, _, ok := Size(w)
	line := parts[0]
	for _, part := range parts[1:] {
		if ok && runewidth.StringWidth(line+"; "+part) >= cols {
			x.line("", x.style.of(terminal.Bold, line+";"))
			line = "  " + part
			continue
		}
		line += "; " + part
	}
	x.line("", x.style.of(terminal.Bold, line))
}

// verdictWords are what the verdicts but the good one are called in a list of services.
var verdictWords = []struct {
	verdict planner.Verdict
	word    string
}{
	{planner.VerdictFailed, "failed"}, {planner.VerdictRestarting, "restarting"}, {planner.VerdictUnhealthy, "unhealthy"},
	{planner.VerdictRefused, "cannot run"}, {planner.VerdictWaiting, "waiting"}, {planner.VerdictAbsent, "not created"},
	{planner.VerdictStopped, "stopped"}, {planner.VerdictPaused, "paused"}, {planner.VerdictOff, "off"},
	{planner.VerdictStarting, "starting"}, {planner.VerdictEnded, "ended"},
}

// several names the first of the names.
func several(names []string) string {
	const most = 6
	text := strings.Join(names[:min(most, len(names))], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" +%d", more)
	}
	return text
}

// rest writes a line for each service that waits for another, and what up would do with
// those that are well.
func (x *explanation) rest(all []*planner.Explanation) {
	x.brief = true
	for _, e := range all {
		x.e = e
		if !e.Well() && !onlyAbsent(e) {
			x.say("  ", e.Summary, verdictColor(e.Verdict))
		}
	}
	for _, e := range all {
		if x.e = e; e.Well() {
			x.lines("  ", x.changes())
		}
	}
}
