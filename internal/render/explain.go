package render

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/docker/go-units"

	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/planner"
)

// Explain writes an explanation as text: the answer first, then its causes with
// hints, what the service needs, and what `up` would do. The error is that of the
// write.
//
//	web does not run: exit code 3
//
//	  demo-web-1, ended 2 minutes ago after 12 seconds
//	    hint: its last lines may say why
//	    its last line:
//	    | cannot open /etc/web.conf
//
//	  needs
//	    ✔ db (service_healthy) runs
//
//	  up would start demo-web-1
func Explain(w io.Writer, e *planner.Explanation, o Options) error {
	if o.Now == nil {
		o.Now = time.Now
	}
	x := explanation{e: e, style: o.style(w), now: o.Now()}
	x.line("", x.style.in(terminal.Bold, x.style.of(verdictColor(e.Verdict), e.Summary)))
	x.causes("", "  ")
	for _, c := range e.Containers {
		x.container(c)
	}
	x.waits()
	x.next()
	return terminal.OutputOf(w).Print(&x.b)
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
	b     terminal.Buffer
}

func (x *explanation) line(indent string, texts ...terminal.Text) {
	x.b.Line(append([]terminal.Text{terminal.Value(indent)}, texts...)...)
}

// causes writes the causes of a container with their hints; container "" is for those
// of the whole service. Of a cause that the summary ends with, the hint alone is
// written.
func (x *explanation) causes(container, indent string) {
	for _, c := range x.e.Causes {
		if c.Container != container {
			continue
		}
		if !strings.HasSuffix(x.e.Summary, c.Text) {
			x.line(indent, terminal.Value(c.Text))
		}
		if c.Hint != "" {
			x.line(indent, x.style.of(terminal.Dim, "hint: "+c.Hint))
		}
	}
}

func (x *explanation) container(c planner.Examined) {
	x.line("")
	x.line("  ", x.style.of(terminal.Bold, c.Name), terminal.Value(", "+x.state(c)))
	x.causes(c.Name, "    ")
	if c.Verdict != planner.VerdictRunning && c.Probe != nil && c.Status == planner.Running {
		x.probe(c.Probe, "    ")
	}
	if len(c.Logs) > 0 {
		x.line("    ", terminal.Value(fmt.Sprintf("its last %s:", counted(len(c.Logs), "line"))))
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

// probe writes a health check and its latest output.
func (x *explanation) probe(p *planner.Probe, indent string) {
	if p.Test != "" {
		x.line(indent, terminal.Value("its health check, run "+x.ago(p.Ended)+": "+p.Test))
	}
	if p.Output != "" {
		x.quote(strings.Split(p.Output, "\n"), indent)
	}
}

func (x *explanation) quote(lines []string, indent string) {
	for _, l := range lines {
		x.line(indent, x.style.of(terminal.Dim, "|"), terminal.Value(" "), terminal.Printed(l, terminal.Plain))
	}
}

func (x *explanation) waits() {
	if len(x.e.WaitsFor) == 0 {
		return
	}
	x.line("")
	x.line("  ", terminal.Value("needs"))
	for _, w := range x.e.WaitsFor {
		mark := x.style.of(terminal.Green, "✔")
		if !w.Met {
			mark = x.style.of(terminal.Red, "✘")
		}
		text := fmt.Sprintf(" %s (%s) %s", w.Service, w.Condition, w.Text)
		if !w.Required {
			text += ", and can be done without"
		}
		x.line("    ", mark, terminal.Value(text))
		if !w.Met && w.Probe != nil {
			x.probe(w.Probe, "      ")
		}
	}
}

// next writes what `up` would do.
func (x *explanation) next() {
	if !x.e.NextKnown {
		return
	}
	x.line("")
	if len(x.e.Next) == 0 {
		x.line("  ", terminal.Value("up would leave it as it is"))
		return
	}
	for _, c := range x.e.Next {
		text := fmt.Sprintf("up would %s %s", c.Verb, c.Name)
		if c.Reason.Code != planner.BecauseMissing && c.Reason.Code != planner.BecauseNotRunning { // the verb says so
			text += ": " + c.Reason.String()
		}
		if len(c.When) > 0 {
			text += ", if " + strings.Join(c.When, " or ") + " turns out to be another image"
		}
		x.line("  ", terminal.Value(text))
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
