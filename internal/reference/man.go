package reference

import (
	"fmt"
	"strings"
)

// man is the page in the man(7) macros.
func (p page) man(version string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %q 1 \"\" %q %q\n", strings.ToUpper(p.joined("-")), "compose "+version, "Compose Manual")
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", escape(p.joined("-")), escape(p.short))
	program, rest, _ := strings.Cut(p.use, " ")
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n%s\n", escape(program), escape(rest))
	b.WriteString(".SH DESCRIPTION\n" + paragraphs(p.description()))
	if len(p.aliases) > 0 {
		fmt.Fprintf(&b, ".PP\nAlso called \\fB%s\\fR.\n", escape(strings.Join(p.aliases, ", ")))
	}
	if len(p.commands) > 0 {
		b.WriteString(".SH COMMANDS\n")
		for _, c := range p.commands {
			fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", escape(strings.ReplaceAll(c.path, " ", "-")), escape(c.short))
		}
	}
	for _, g := range p.options {
		manFlags(&b, strings.ToUpper(g.title), g.flags)
	}
	if p.example != "" {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", escape(p.example))
	}
	for _, s := range p.sections {
		fmt.Fprintf(&b, ".SH %s\n", strings.ToUpper(s.Title))
		for _, e := range s.Entries {
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", escape(e[0]), escape(e[1]))
		}
	}
	if p.parent != "" {
		fmt.Fprintf(&b, ".SH SEE ALSO\n.BR %s (1)\n", escape(strings.ReplaceAll(p.parent, " ", "-")))
	}
	return []byte(b.String())
}

func manFlags(b *strings.Builder, title string, flags []flag) {
	fmt.Fprintf(b, ".SH %s\n", title)
	for _, f := range flags {
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR", escape(f.names))
		if f.value != "" {
			fmt.Fprintf(b, " \\fI%s\\fR", escape(f.value))
		}
		fmt.Fprintf(b, "\n%s", escape(f.usage))
		if f.def != "" {
			fmt.Fprintf(b, " (default: %s)", escape(f.def))
		}
		b.WriteString("\n")
	}
}

// paragraphs sets indented lines as they are, and the others as text.
func paragraphs(text string) string {
	var b strings.Builder
	code := false
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		line = strings.TrimRight(line, "\n")
		if indented := strings.HasPrefix(line, "    "); indented != code {
			b.WriteString(map[bool]string{true: ".RS 4\n.nf\n", false: ".fi\n.RE\n"}[indented])
			code = indented
		}
		if line == "" {
			b.WriteString(".PP\n")
			continue
		}
		b.WriteString(escape(strings.TrimPrefix(line, "    ")) + "\n")
	}
	if code {
		b.WriteString(".fi\n.RE\n")
	}
	return b.String()
}

// escape keeps text from being taken for requests: backslashes, hyphens that
// are to be copied, and a dot or a quote at the beginning of a line.
func escape(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
