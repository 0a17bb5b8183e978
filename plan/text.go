package plan

import (
	"fmt"
	"io"
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// WriteText writes the plan for people and for golden files: one line a step in
// the plan's order, then the notes. It names ids of images alone, so that the same
// plan reads the same on every machine.
//
//	1 pull Image nginx:2: missing
//	2 create Container demo-web-1 (replacing): config changed: image: nginx:1 → nginx:2 [after 1]
//	note: found orphan container demo-old-1
//	  hint: remove it with --remove-orphans
//
// A plan without steps says "nothing to do". The error is w's.
func (p *Plan) WriteText(w io.Writer) error {
	var b strings.Builder
	if len(p.Steps) == 0 {
		b.WriteString("nothing to do\n")
	}
	for _, s := range p.Steps {
		b.WriteString(s.text())
		b.WriteByte('\n')
	}
	for _, k := range p.Skipped {
		fmt.Fprintf(&b, "skip %s: %s\n", k.Ref, k.Why)
	}
	for _, a := range p.Asks {
		b.WriteString("ask: " + a.Text + "\n")
	}
	for _, n := range p.Notes {
		b.WriteString("note: " + n.Text + "\n")
		if n.Hint != "" {
			b.WriteString("  hint: " + n.Hint + "\n")
		}
	}
	for _, f := range p.Findings {
		b.WriteString(f.Title() + "\n")
		if f.Hint != "" {
			b.WriteString("  hint: " + f.Hint + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// text is the step's line, without its end.
func (s Step) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s %s", s.ID, verb(s.Action), s.Action.Resource())
	if d := details(s.Action); len(d) > 0 {
		b.WriteString(" (" + strings.Join(d, ", ") + ")")
	}
	if r := s.Reason.String(); r != "" {
		b.WriteString(": " + r)
	}
	if len(s.After) > 0 {
		ids := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(s.After)), ","), "[]")
		b.WriteString(" [after " + ids + "]")
	}
	for i, r := range s.When {
		b.WriteString([]string{" [when ", " or "}[min(i, 1)] + whenText(s.When, i) + r.Name)
	}
	if len(s.When) > 0 {
		b.WriteString(" changed]")
	}
	if s.Optional {
		b.WriteString(" [optional]")
	}
	if s.LosesData {
		b.WriteString(" [loses data]")
	}
	return b.String()
}

// whenText is the kind in front of a name of When, where it is not that of the
// name before.
func whenText(when []event.Ref, i int) string {
	if i > 0 && when[i-1].Kind == when[i].Kind {
		return ""
	}
	return strings.ToLower(string(when[i].Kind)) + " "
}

// String is the reason in words: "config changed: image: nginx:1 → nginx:2".
func (r Reason) String() string {
	parts := []string{string(r.Code)}
	if r.Detail != "" {
		parts = append(parts, r.Detail)
	}
	changes := make([]string, len(r.Changes))
	for i, c := range r.Changes {
		changes[i] = c.String()
	}
	if len(changes) > 0 {
		parts = append(parts, strings.Join(changes, "; "))
	}
	return strings.TrimPrefix(strings.Join(parts, ": "), ": ")
}

// Short is the reason in a few words: its first change, and how many more there are,
// "image: nginx:1 → nginx:2 +1"; else what it is about, "forced".
func (r Reason) Short() string {
	switch {
	case len(r.Changes) > 1:
		return fmt.Sprintf("%s +%d", r.Changes[0], len(r.Changes)-1)
	case len(r.Changes) == 1:
		return r.Changes[0].String()
	case r.Detail != "":
		return string(r.Code) + ": " + r.Detail
	}
	return string(r.Code)
}

// String is the change in words: "ports: 80 → 8080"; a side that is not there
// reads "none".
func (c FieldChange) String() string {
	side := func(s string) string {
		if s == "" {
			return "none"
		}
		return s
	}
	if c.Old == "" && c.New == "" { // a secret: its length is not shown either
		return c.Field + " changed"
	}
	return c.Field + ": " + side(c.Old) + " → " + side(c.New)
}

// details are what an action's options add to its verb and resource.
func details(a Action) []string {
	var d []string
	if ref := a.Resource(); ref.Kind == event.Container && ref.Old != "" {
		d = append(d, "old")
	}
	if a, ok := a.(Detailed); ok {
		d = append(d, a.Details()...)
	}
	return d
}
