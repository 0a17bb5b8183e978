package reference

import (
	"fmt"
	"strings"
)

// markdown is the page for a reader of the repository.
func (p page) markdown() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", p.path)
	b.WriteString(blocks(p.description()))
	fmt.Fprintf(&b, "\n```\n%s\n```\n", p.use)
	if len(p.aliases) > 0 {
		fmt.Fprintf(&b, "\nAlso called `%s`.\n", strings.Join(p.aliases, "`, `"))
	}
	if len(p.commands) > 0 {
		b.WriteString("\n## Commands\n\n| Command | |\n|---|---|\n")
		for _, c := range p.commands {
			fmt.Fprintf(&b, "| [%s](%s.md) | %s |\n", c.path, strings.ReplaceAll(c.path, " ", "_"), cell(c.short))
		}
	}
	for _, g := range p.options {
		markdownFlags(&b, g.title, g.flags)
	}
	if p.example != "" {
		fmt.Fprintf(&b, "\n## Examples\n\n```\n%s\n```\n", p.example)
	}
	for _, s := range p.sections {
		fmt.Fprintf(&b, "\n## %s\n\n| | |\n|---|---|\n", s.Title)
		for _, e := range s.Entries {
			fmt.Fprintf(&b, "| `%s` | %s |\n", e[0], cell(e[1]))
		}
	}
	if p.parent != "" {
		fmt.Fprintf(&b, "\nThe options that stand before the command are those of [%s](%s.md).\n",
			p.parent, strings.ReplaceAll(p.parent, " ", "_"))
	}
	return []byte(b.String())
}

func markdownFlags(b *strings.Builder, title string, flags []flag) {
	fmt.Fprintf(b, "\n## %s\n\n| Option | Value | |\n|---|---|---|\n", title)
	for _, f := range flags {
		usage := cell(f.usage)
		if f.def != "" {
			usage += fmt.Sprintf(" (default: `%s`)", cell(f.def))
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", f.names, f.value, usage)
	}
}

// cell keeps a text within a cell of a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(s)
}

// blocks writes paragraphs with their indented lines as code.
func blocks(text string) string {
	var b strings.Builder
	code := false
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		indented := strings.HasPrefix(line, "    ")
		switch {
		case indented && !code:
			b.WriteString("\n```\n")
		case !indented && code:
			b.WriteString("```\n")
			if line != "\n" {
				b.WriteString("\n")
			}
		}
		code = indented
		b.WriteString(strings.TrimPrefix(line, "    "))
	}
	if code {
		b.WriteString("```\n")
	}
	return b.String()
}
