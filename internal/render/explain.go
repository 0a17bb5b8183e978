package render

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/docker/go-units"

	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/planner"
)

// Explained are explanations of a project's services, in the order in which they are
// read.
type Explained struct {
	Project  string
	Services []*planner.Explanation
	// Asked are the services that the user named; the others are what these wait for.
	// None: it is about the project. What is wrong by itself is then told in full, and of
	// the others a line each, behind one that sums up.
	Asked []string
}

// Explain writes explanations as text: of each service the answer first, then its
// causes with hints, what it needs, and what `up` would do. What was told once is not told
// again. On a terminal, lines are broken between words; where several services are told in
// full, what programs printed is cut off instead. The error is that of the write.
//
//	db is unhealthy: its health check failed 3 times in a row, the last time with exit code 2
//
//	  demo-db-1, runs (unhealthy), started 2 minutes ago
//	    its health check, run 3 seconds ago: pg_isready
//	    | no response (3×)
//
//	demo: 1 of 3 services runs; unhealthy: db; waiting: web
//	  web waits for db, which is unhealthy
func Explain(w io.Writer, all Explained, o Options) error {
	if o.Now == nil {
		o.Now = time.Now
	}
	whole := len(all.Asked) == 0
	x := explanation{style: o.style(w), now: o.Now(), told: map[string]bool{}}
	x.cols, _, _ = Size(w)
	var inFull, rest []*planner.Explanation
	for _, e := range all.Services {
		if whole && (e.Well() || e.Root != "" || onlyAbsent(e)) {
			rest = append(rest, e)
			continue
		}
		inFull = append(inFull, e)
	}
	x.several = len(inFull) > 1
	for _, e := range inFull {
		if x.b.Len() > 0 {
			x.line("")
		}
		x.brief = !slices.Contains(all.Asked, e.Service)
		x.full(e)
	}
	if whole {
		x.sum(all, w)
		x.rest(rest)
	}
	return terminal.OutputOf(w).Print(&x.b)
}

// full writes all that is known of a service.
func (x *explanation) full(e *planner.Explanation) {
	x.e = e
	x.say("", e.Summary, verdictColor(e.Verdict), terminal.Bold)
	x.causes("", "  ")
	x.lastChange()
	x.containers()
	x.waits()
	x.next()
}

func verdictColor(v planner.Verdict) terminal.Color {
	switch v {
	case planner.VerdictRunning, planner.VerdictEnded:
		return terminal.Green
	case planner.VerdictStarting, planner.VerdictPaused, planner.VerdictStopped, planner.VerdictOff:
		return terminal.Yellow
	}
	return terminal.Red
}

type explanation struct {
	e     *planner.Explanation
	style style
	now   time.Time
	cols  int // of the terminal; 0: lines are as long as they are
	b     terminal.Buffer
	told  map[string]bool // health checks that were written
	brief bool            // what goes without saying is left out
	// several services are told in full.
	several bool
}

func (x *explanation) line(indent string, texts ...terminal.Text) {
	x.b.Line(append([]terminal.Text{terminal.Value(indent)}, texts...)...)
}

// say writes a sentence.
func (x *explanation) say(indent, text string, colors ...terminal.Color) {
	if !x.style {
		colors = nil
	}
	x.b.Lines(behind(terminal.Value(indent), terminal.Clean(text), x.cols, colors...)...)
}

func (x *explanation) lines(indent string, texts []string) {
	for _, text := range texts {
		x.say(indent, text)
	}
}

// causes writes the causes of a container with their hints; container "" is for those
// of the whole service. Of a cause that the summary ends with, the hint alone is
// written, and nothing of a wait, which the summary tells.
func (x *explanation) causes(container, indent string) {
	for _, c := range x.e.Causes {
		if c.Container != container || c.Code == planner.CauseDependency {
			continue
		}
		if !strings.HasSuffix(x.e.Summary, strings.TrimPrefix(c.Text, "it ")) {
			x.say(indent, c.Text)
		}
		if c.Hint != "" {
			x.say(indent, "hint: "+c.Hint, terminal.Dim)
		}
	}
}

// containers writes the containers, those that fare alike as one.
func (x *explanation) containers() {
	all := x.e.Containers
	for len(all) > 0 {
		n := 1
		for n < len(all) && x.alike(all[0]) == x.alike(all[n]) {
			n++
		}
		name := all[0].Name
		if n > 1 {
			name = fmt.Sprintf("%s to %s (%d×)", name, all[n-1].Name, n)
		}
		x.container(name, all[0])
		all = all[n:]
	}
}

// alike is equal for containers of which the same is to be said.
func (x *explanation) alike(c planner.Examined) string {
	parts := append([]string{x.state(c), string(c.Verdict)}, c.Logs...)
	for _, cause := range x.e.Causes {
		if cause.Container == c.Name {
			parts = append(parts, cause.Text, cause.Hint)
		}
	}
	if c.Probe != nil {
		parts = append(parts, c.Probe.Test, c.Probe.Output)
	}
	return strings.Join(parts, "\n")
}

func (x *explanation) container(name string, c planner.Examined) {
	x.line("")
	x.line("  ", x.style.of(terminal.Bold, name), terminal.Value(", "+x.state(c)))
	x.causes(c.Name, "    ")
	if c.Verdict != planner.VerdictRunning && c.Probe != nil && c.Status == planner.Running {
		x.probe(c.Probe, "    ")
	}
	if len(c.Logs) > 0 {
		x.line("    ", terminal.Value(fmt.Sprintf("its last %s:", lastLines(len(c.Logs)))))
		x.quote(c.Logs, "    ")
	}
}

// state returns "runs (healthy), started 3 hours ago", or "ended 2 minutes ago after 4
// seconds".
func (x *explanation) state(c planner.Examined) string {
	switch {
	case c.Status.Runs():
		text := map[planner.Status]string{planner.Running: "runs", planner.Paused: "is paused"}[c.Status]
		if c.Health != planner.NoHealth {
			text += " (" + string(c.Health) + ")"
		}
		if !c.Started.IsZero() {
			text += ", started " + x.ago(c.Started)
		}
		return text
	case c.Status == planner.Restarting:
		return "is being restarted"
	case c.Started.IsZero() || c.Finished.IsZero():
		return string(c.Status)
	}
	return "ended " + x.ago(c.Finished) + " after " + duration(c.Finished.Sub(c.Started))
}

func (x *explanation) ago(t time.Time) string { return duration(x.now.Sub(t)) + " ago" }

func duration(d time.Duration) string { return strings.ToLower(units.HumanDuration(max(0, d))) }

// probe writes a health check and its latest output, once.
func (x *explanation) probe(p *planner.Probe, indent string) {
	key := p.Test + "\n" + p.Output
	if x.told[key] {
		return
	}
	x.told[key] = true
	if p.Test != "" {
		x.say(indent, "its health check, run "+x.ago(p.Ended)+": "+p.Test)
	}
	if p.Output != "" {
		x.quote(strings.Split(p.Output, "\n"), indent)
	}
}

// quote writes lines that a program printed.
func (x *explanation) quote(lines []string, indent string) {
	x.b.Lines(quoted(lines, indent, quoting{style: x.style, cols: x.cols, cut: x.several && x.cols > 0})...)
}

func (x *explanation) waits() {
	unmet := slices.ContainsFunc(x.e.WaitsFor, func(w planner.Wait) bool { return !w.Met })
	all := x.e.WaitsFor
	told := len(all) == 1 && x.e.Root != "" // by the answer
	if len(all) == 0 || told || x.brief && !unmet {
		return
	}
	x.line("")
	x.line("  ", terminal.Value("needs"))
	for _, w := range all {
		mark := x.style.of(terminal.Green, "✔")
		if !w.Met {
			mark = x.style.of(terminal.Red, "✘")
		}
		text := fmt.Sprintf("%s (%s) %s", w.Service, w.Condition, w.Text)
		if !w.Required {
			text += ", and can be done without"
		}
		x.b.Lines(behind(terminal.Join(terminal.Value("    "), mark, terminal.Value(" ")), terminal.Clean(text), x.cols)...)
		if !w.Met && w.Probe != nil {
			x.probe(w.Probe, "      ")
		}
	}
}

// next writes what `up` would do.
func (x *explanation) next() {
	changes := x.changes()
	switch {
	case len(changes) > 0:
		x.line("")
		x.lines("  ", changes)
	case x.e.NextKnown && !x.brief && len(x.e.Containers) > 0:
		x.line("")
		x.line("  ", terminal.Value("up would leave it as it is"))
	}
}

// changes are what `up` would change, equal changes as one.
func (x *explanation) changes() []string {
	type folded struct {
		planner.Change
		why  string
		more int
	}
	var all []folded
	for _, c := range x.e.Next {
		why := whyChanged(c)
		if x.brief && (why == "" || c.Reason.Code == planner.BecausePausedByHand) {
			continue // it is to run, and does not
		}
		if i := slices.IndexFunc(all, func(f folded) bool { return f.Verb == c.Verb && f.why == why }); i >= 0 {
			all[i].more++
			continue
		}
		all = append(all, folded{c, why, 0})
	}
	var texts []string
	for _, f := range all {
		text := "up would " + f.Verb + " " + f.Name
		if f.more > 0 {
			text += fmt.Sprintf(" and %d more", f.more)
		}
		texts = append(texts, text+f.why)
	}
	return texts
}

// whyChanged is ": " and the reason of a change, where its verb does not say it.
func whyChanged(c planner.Change) string {
	text := ""
	if c.Reason.Code != planner.BecauseMissing && c.Reason.Code != planner.BecauseNotRunning {
		text += ": " + c.Reason.String()
	}
	if len(c.When) > 0 {
		text += ", if " + strings.Join(c.When, " or ") + " turns out to be another image"
	}
	return text
}

// lastLines is "line", or "3 lines".
func lastLines(n int) string {
	if n == 1 {
		return "line"
	}
	return counted(n, "line")
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
