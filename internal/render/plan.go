package render

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// Plan writes what a plan comes to: its changes with their reasons, in which order
// services begin, and which of them are down meanwhile. The error is that of the write.
//
//	newa: 2 recreated, 0 created, 0 removed, 1 kept; named volumes kept
//	  ~ web      healthcheck.retries 5 → 6
//	             ports.8000 18300 → 18301
//	  ~ migrate  image changed: 1f2e → 9a8b
//	             runs again
//	  order: migrate → web
//	  web stays down while it waits for migrate to complete
func Plan(w io.Writer, project string, p *plan.Plan, o Options) error {
	cols, _, _ := Size(w)
	return terminal.OutputOf(w).Print(planLines(project, p, o.style(w), cols))
}

// Plan is the function Plan for the display's own place: above what is live. With
// ModeJSON it is the text of a message, with ModeQuiet nothing.
func (r *Renderer) Plan(project string, p *plan.Plan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch d := r.d.(type) {
	case *tty:
		_ = d.messages.to.Print(planLines(project, p, d.style, d.messages.cols())) // it returns nil: the display keeps the error
		d.scheduleFrame()
	case *plain:
		_ = d.to.Print(planLines(project, p, d.style, 0))
	case *jsonLines:
		d.event(event.Message{Level: event.Info, Text: strings.TrimSuffix(planLines(project, p, false, 0).String(), "\n")})
	}
}

// planLines are the lines of a plan. What was found out about it is broken between words
// where there are so many columns; 0: it is not.
func planLines(project string, p *plan.Plan, style style, cols int) *terminal.Buffer {
	s := planText{Plan: p, sum: p.Summary(), style: style, cols: cols}
	s.headline(project)
	s.changes()
	s.order()
	s.cutOff()
	s.untouched()
	s.remarks()
	s.findings()
	return &s.b
}

// planText is a plan on its way out.
type planText struct {
	*plan.Plan
	sum   plan.Summary
	style style
	cols  int
	b     terminal.Buffer
}

// participles are the words for changes that the headline counts, in its order. Each
// also has the sign that its lines begin with.
var participles = []struct{ becomes, done, sign string }{
	{"recreate", "recreated", "~"}, {"create", "created", "+"}, {"remove", "removed", "-"},
	{"repair", "repaired", "~"}, {"start", "started", "+"}, {"restart", "restarted", "~"}, {"stop", "stopped", "-"}, {"kill", "killed", "-"},
	{"pause", "paused", "~"}, {"unpause", "unpaused", "~"},
}

// headline says how many containers change, and what becomes of data.
func (s *planText) headline(project string) {
	if len(s.sum.Changes) == 0 {
		text := project + ": nothing to do"
		if s.sum.Kept > 0 {
			text += fmt.Sprintf(" (%s as the file has it)", plural(s.sum.Kept, "container"))
		}
		s.b.Line(s.style.of(terminal.Bold, text))
		return
	}
	counts, perhaps := s.counts()
	replaces := counts["recreate"] > 0
	var parts, ifNew []string
	for i, p := range participles {
		if n := counts[p.becomes]; n > 0 || replaces && i < 3 {
			parts = append(parts, fmt.Sprintf("%d %s", n, p.done))
		}
		if n := perhaps[p.becomes]; n > 0 {
			ifNew = append(ifNew, fmt.Sprintf("%d perhaps %s", n, p.done))
		}
	}
	if parts = append(parts, ifNew...); len(parts) == 0 {
		parts = append(parts, plural(len(s.sum.Changes), "change")+", of no container")
	}
	if s.sum.Kept > 0 {
		parts = append(parts, fmt.Sprintf("%d kept", s.sum.Kept))
	}
	line := []terminal.Text{s.style.of(terminal.Bold, project+": "+strings.Join(parts, ", "))}
	lost := slices.ContainsFunc(s.sum.Changes, loses)
	switch {
	case lost:
		line = append(line, terminal.Value("; "), s.style.of(terminal.Red, "data is lost"))
	case len(s.KeptVolumes) > 0 && counts["recreate"]+counts["remove"]+perhaps["recreate"] > 0:
		line = append(line, terminal.Value("; named volumes kept"))
	}
	s.b.Line(line...)
}

// counts are the containers of each change, and those of changes that depend on what a
// pull or a build brings.
func (s *planText) counts() (sure, perhaps map[string]int) {
	sure, perhaps = map[string]int{}, map[string]int{}
	for _, c := range s.sum.Changes {
		switch {
		case c.Kind != event.Container:
		case len(c.When) > 0:
			perhaps[c.Becomes] += c.Count()
		default:
			sure[c.Becomes] += c.Count()
		}
	}
	return sure, perhaps
}

// loses tells whether data goes with the change.
func loses(c plan.Change) bool {
	return c.LosesData || c.Kind == event.Volume && c.Becomes == "remove"
}

// changes writes a line for each change, and one more for each further field.
func (s *planText) changes() {
	width := 0
	for _, c := range s.sum.Changes {
		if n := runewidth.StringWidth(s.name(c)); n <= nameWidth {
			width = max(width, n)
		}
	}
	for _, c := range s.sum.Changes {
		name := s.name(c)
		sign, color := signOf(c)
		why := s.why(c)
		pad := strings.Repeat(" ", max(0, width-runewidth.StringWidth(name)))
		first := []terminal.Text{terminal.Value("  "), s.style.of(color, sign+" "+name)}
		if len(why) > 0 && runewidth.StringWidth(name) <= nameWidth {
			first = append(first, terminal.Value(pad+"  "), why[0])
			why = why[1:]
		}
		s.b.Line(first...)
		for _, text := range why {
			s.b.Line(terminal.Value(strings.Repeat(" ", width+6)), text)
		}
	}
}

// nameWidth is how many columns names take at most before their reasons go below them.
const nameWidth = 30

// name is who changes: "web", "web ×3, worker", "network demo_default".
func (s *planText) name(c plan.Change) string {
	name := affectedNames(c.Of)
	if c.Kind != event.Container {
		name = strings.ToLower(string(c.Kind)) + " " + name
	}
	return name
}

func signOf(c plan.Change) (sign string, color terminal.Color) {
	sign = "+"
	for _, p := range participles {
		if p.becomes == c.Becomes {
			sign = p.sign
		}
	}
	if loses(c) {
		return sign, terminal.Red
	}
	return sign, map[string]terminal.Color{"+": terminal.Green, "~": terminal.Yellow, "-": terminal.Red}[sign]
}

// why are the texts of a change: what is done where its sign does not say it, the
// fields that differ, the reason, what it depends on.
func (s *planText) why(c plan.Change) []terminal.Text {
	var texts []terminal.Text
	add := func(text string) { texts = append(texts, terminal.Value(text)) }
	said := map[string]string{"+": "create", "~": "recreate", "-": "remove"}
	did := c.Becomes
	if sign, _ := signOf(c); said[sign] == did {
		did = ""
	}
	for _, r := range c.Reasons {
		for _, field := range r.Changes {
			add(handText(r.Code == planner.BecauseByHand, field))
		}
		switch {
		case len(r.Changes) > 0 || obvious(c, r):
		case r.Code == planner.BecauseDependencyRestart && did == "restart":
			add("restarts with " + r.Detail)
			did = ""
		default:
			add(strings.TrimPrefix(did+": "+r.String(), ": "))
			did = ""
		}
	}
	if did != "" {
		texts = append([]terminal.Text{terminal.Value(did)}, texts...)
	}
	if len(c.When) > 0 {
		add("if " + refNames(c.When) + " turns out to be new")
	}
	if c.Again {
		add("runs again")
	}
	if loses(c) {
		texts = append(texts, s.style.of(terminal.Red, "its data is lost"))
	}
	return texts
}

// obvious tells of a reason that it says nothing beyond the change's sign and word.
func obvious(c plan.Change, r plan.Reason) bool {
	switch r.Code {
	case planner.BecauseRequested, planner.BecauseBuildRequested:
		return r.Detail == ""
	case planner.BecauseMissing:
		return c.Becomes == "create"
	case planner.BecauseNotRunning, planner.BecausePausedByHand:
		return true
	case planner.BecauseImageChanged:
		return r.Detail == "" && len(c.When) > 0
	}
	return false
}

// fieldText is one field's change: "ports.8000 18300 → 18301".
func fieldText(c plan.FieldChange) string {
	const hidden = "•••"
	if c.Old == "" && c.New == "" {
		return c.Field + " " + hidden + " → " + hidden
	}
	return c.Field + " " + cmp.Or(c.Old, "none") + " → " + cmp.Or(c.New, "none")
}

func refNames(refs []event.Ref) string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = strings.ToLower(string(r.Kind)) + " " + r.Name
	}
	return strings.Join(names, " or ")
}

// order writes in which order services begin, and which are down meanwhile.
func (s *planText) order() {
	var stages []string
	for _, names := range s.sum.Stages {
		stages = append(stages, strings.Join(names, ", "))
	}
	if len(stages) > 0 {
		s.line("order: " + strings.Join(stages, " → "))
	}
	for _, o := range s.sum.Outages {
		verb := " stays down while it waits for "
		if len(o.Services) > 1 {
			verb = " stay down while they wait for "
		}
		s.line(strings.Join(o.Services, ", ") + verb + strings.Join(o.Until, " and "))
	}
}

// remarks writes what is left out, what has to be agreed to, and what else there is to
// know.
func (s *planText) remarks() {
	for _, skip := range s.Skipped {
		s.line("left out: " + skip.Ref.String() + ": " + skip.Why)
	}
	s.altered()
	for _, ask := range s.Asks {
		s.b.Line(terminal.Value("  "), s.style.of(terminal.Red, "asks: "+ask.Text))
	}
	for _, n := range s.Notes {
		s.line("note: " + n.Text)
		if n.Hint != "" {
			s.b.Line(terminal.Value("    "), s.style.of(terminal.Dim, "hint: "+n.Hint))
		}
	}
}

// findings writes what would fail, and what may go wrong.
func (s *planText) findings() {
	colors := map[plan.Level]terminal.Color{plan.Refused: terminal.Red, plan.Warned: terminal.Yellow}
	for _, f := range s.Findings {
		for _, l := range terminal.Lines("  "+f.Title(), s.cols) {
			s.b.Line(s.style.in(colors[f.Level], l))
		}
		if f.Hint != "" {
			for _, l := range terminal.Lines("    hint: "+f.Hint, s.cols) {
				s.b.Line(s.style.in(terminal.Dim, l))
			}
		}
	}
}

func (s *planText) line(text string) { s.b.Line(terminal.Value("  " + text)) }

// handText is a field's change, and whether it was made by hand.
func handText(byHand bool, c plan.FieldChange) string {
	if byHand {
		return "by hand: " + fieldText(c)
	}
	return fieldText(c)
}

// altered writes what was changed by hand and stays.
func (s *planText) altered() {
	if len(s.Altered) == 0 {
		return
	}
	s.line("changed by hand, which up leaves and up --repair puts right:")
	for _, a := range s.Altered {
		name := a.Ref.Name
		if a.Ref.Kind != event.Container {
			name = strings.ToLower(string(a.Ref.Kind)) + " " + name
		}
		for _, c := range a.Changes {
			s.line("  " + name + "  " + fieldText(c))
		}
	}
}
