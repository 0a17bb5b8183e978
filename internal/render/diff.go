package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/planner"
)

// Diff writes how a project differs from its file. The error is that of the write.
//
//	shop: 2 of 3 services differ from the file
//	  ~ cache  not running: exited (137)
//	  ~ web    by hand: mem_limit 64MiB → 32MiB
//	  compose up puts it right, and compose up --repair what was changed by hand
func Diff(w io.Writer, project string, c *planner.Compared, o Options) error {
	s := diffText{Compared: c, style: o.style(w)}
	s.headline(project)
	s.entries()
	s.notes()
	s.remedy()
	return terminal.OutputOf(w).Print(&s.b)
}

// Between writes how two deployments differ. The error is that of the write.
//
//	shop: 2 services differ between @5 and @7
//	  ~ web    command serve 1 → serve 2
//	           image changed: 1f2e → 9a8b
//	  + cache  was added
func Between(w io.Writer, project string, from, to int, c *planner.Compared, o Options) error {
	s := diffText{Compared: c, style: o.style(w)}
	services, _, others := s.counts()
	text := fmt.Sprintf("%s: @%d and @%d are the same", project, from, to)
	what, n := "service", len(services)
	if n == 0 {
		what, n = "resource", others
	}
	if n > 0 {
		text = fmt.Sprintf("%s: %s %s between @%d and @%d", project, plural(n, what), agree(n, "differs", "differ"), from, to)
	}
	s.b.Line(s.style.of(terminal.Bold, text))
	s.entries()
	s.notes()
	return terminal.OutputOf(w).Print(&s.b)
}

func (s *diffText) notes() {
	for _, n := range s.Notes {
		s.line("note: " + n.Text)
		if n.Hint != "" {
			s.b.Line(terminal.Value("    "), s.style.of(terminal.Dim, "hint: "+n.Hint))
		}
	}
}

// counts are the services that differ, and how many orphans and other resources.
func (s *diffText) counts() (services map[string]bool, orphans, others int) {
	services = map[string]bool{}
	for _, d := range s.Differences {
		switch {
		case d.Reason.Code == planner.BecauseOrphan:
			orphans++
		case d.Ref.Kind == event.Container:
			services[d.Ref.Service] = true
		default:
			others++
		}
	}
	return services, orphans, others
}

// diffText is a comparison on its way out.
type diffText struct {
	*planner.Compared
	style style
	b     terminal.Buffer
}

func (s *diffText) line(text string) { s.b.Line(terminal.Value("  " + text)) }

// headline counts what differs.
func (s *diffText) headline(project string) {
	services, orphans, others := s.counts()
	text := project + ": the project is as the file says"
	switch n := len(services); {
	case n > 0 && s.Containers == 0:
		text = project + ": nothing of it is there"
	case n > 0:
		text = fmt.Sprintf("%s: %d of %s %s from the file", project, n, plural(s.Services, "service"), agree(n, "differs", "differ"))
	case others > 0:
		text = project + ": " + plural(others, "resource") + " " + agree(others, "differs", "differ") + " from the file"
	case orphans > 0:
		text = project + ": " + plural(orphans, "container") + " of services that the file does not have"
	}
	s.b.Line(s.style.of(terminal.Bold, text))
}

// agree is the form of a verb for so many.
func agree(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// differing is what differs alike of some resources.
type differing struct {
	kind  event.Kind
	sign  string
	names []string // of services or other resources, once for each of theirs
	of    []string // of the resources themselves
	texts []string
}

// groups join what belongs to one resource, and then the resources that differ alike.
func (s *diffText) groups() []differing {
	var each []differing
	for _, d := range s.Differences {
		name := d.Ref.Name
		if d.Ref.Kind == event.Container {
			name = d.Ref.Service
		}
		sign, texts := diffWords(d)
		i := slices.IndexFunc(each, func(g differing) bool { return g.kind == d.Ref.Kind && g.of[0] == d.Ref.Name })
		if i < 0 {
			each = append(each, differing{d.Ref.Kind, sign, []string{name}, []string{d.Ref.Name}, texts})
			continue
		}
		each[i].texts = append(each[i].texts, texts...)
	}
	var joined []differing
	for _, g := range each {
		alike := func(o differing) bool {
			return o.kind == g.kind && o.sign == g.sign && slices.Equal(o.texts, g.texts)
		}
		if i := slices.IndexFunc(joined, alike); i >= 0 {
			joined[i].names, joined[i].of = append(joined[i].names, g.names...), append(joined[i].of, g.of...)
			continue
		}
		joined = append(joined, g)
	}
	return joined
}

// diffWords are the sign of a difference and what people read of it.
func diffWords(d planner.Difference) (sign string, texts []string) {
	for _, c := range d.Reason.Changes {
		texts = append(texts, handText(d.ByHand, c))
	}
	sign = "~"
	switch d.Reason.Code {
	case planner.BecauseMissing:
		return "+", []string{"is not there"}
	case planner.BecauseAdded:
		return "+", []string{"was added"}
	case planner.BecauseTakenOut:
		return "-", []string{"was taken out"}
	case planner.BecauseOrphan:
		return "-", []string{"its service is not in the file"}
	case planner.BecauseScaledDown, planner.BecauseDuplicate, planner.BecauseInterrupted:
		sign = "-"
	}
	if len(texts) == 0 {
		texts = []string{d.Reason.String()}
	}
	return sign, texts
}

// entries writes a line for each group, and one more for each further field.
func (s *diffText) entries() {
	groups := s.groups()
	in := map[string]int{} // groups that a service is in
	for _, g := range groups {
		for _, name := range slices.Compact(slices.Sorted(slices.Values(g.names))) {
			in[string(g.kind)+name]++
		}
	}
	width := 0
	for i := range groups {
		width = max(width, min(nameWidth, runewidth.StringWidth(groups[i].title(in))))
	}
	for _, g := range groups {
		title := g.title(in)
		color := map[string]terminal.Color{"+": terminal.Green, "~": terminal.Yellow, "-": terminal.Red}[g.sign]
		first := []terminal.Text{terminal.Value("  "), s.style.of(color, g.sign+" "+title)}
		rest := g.texts
		if w := runewidth.StringWidth(title); w <= nameWidth {
			first = append(first, terminal.Value(strings.Repeat(" ", width-w)+"  "+rest[0]))
			rest = rest[1:]
		}
		s.b.Line(first...)
		for _, text := range rest {
			s.b.Line(terminal.Value(strings.Repeat(" ", width+6) + text))
		}
	}
}

// title is who differs: "web ×2, cache". Where containers of one service differ each in
// its own way, they have their own names.
func (g differing) title(in map[string]int) string {
	var names []string
	for i, name := range g.names {
		if g.kind == event.Container && (in[string(g.kind)+name] > 1 || name == "") {
			name = g.of[i]
		}
		names = append(names, name)
	}
	var parts []string
	for i := 0; i < len(names); {
		n := 1
		for i+n < len(names) && names[i+n] == names[i] {
			n++
		}
		parts = append(parts, names[i])
		if n > 1 {
			parts[len(parts)-1] += fmt.Sprintf(" ×%d", n)
		}
		i += n
	}
	title := strings.Join(parts, ", ")
	if g.kind != event.Container {
		title = strings.ToLower(string(g.kind)) + " " + title
	}
	return title
}

// remedy says what puts it right.
func (s *diffText) remedy() {
	byHand, others, orphans := false, false, false
	for _, d := range s.Differences {
		orphan := d.Reason.Code == planner.BecauseOrphan
		byHand = byHand || d.ByHand
		others = others || !d.ByHand && !orphan
		orphans = orphans || orphan
	}
	if orphans {
		s.line("compose up --remove-orphans removes what the file does not have")
	}
	switch {
	case byHand && others:
		s.line("compose up puts it right, with --repair also what was changed by hand")
	case byHand:
		s.line("compose up --repair puts it right; up leaves it")
	case others:
		s.line("compose up puts it right")
	}
}
