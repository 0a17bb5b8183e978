package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// helpOf is a command's help in so many columns; 0: its lines do not break.
func helpOf(cmd *cobra.Command, cols int) string {
	p := &helpPage{cols: cols}
	for i, line := range strings.Split("Usage:  "+cmd.UseLine(), "\n") {
		if i > 0 {
			line = "        " + strings.TrimSpace(line)
		}
		p.text(line, 10)
	}
	p.line("")
	for line := range strings.SplitSeq(strings.TrimSpace(cmp.Or(cmd.Long, cmd.Short)), "\n") {
		if strings.HasPrefix(line, " ") { // a command
			p.command(line, 0)
			continue
		}
		p.text(line, 0)
	}
	if len(cmd.Aliases) > 0 {
		p.title("Aliases:")
		p.text("  "+cmd.NameAndAliases(), 2)
	}
	if cmd.HasAvailableSubCommands() {
		p.title("Commands:")
		p.commands(cmd)
	}
	p.groups(cmd)
	if global := shownFlags(cmd.InheritedFlags()); len(global) > 0 {
		p.title("Global Options:")
		p.flags(global)
		p.line("")
		p.text("--file, --profile and others stand before the command: see '"+cmd.Root().CommandPath()+" --help'.", 0)
	}
	if list := examples[exampleKey(cmd)]; len(list) > 0 {
		p.title("Examples:")
		p.examples(cmd.Root().CommandPath(), list)
	}
	if cmd.HasAvailableSubCommands() {
		p.line("")
		p.text("Run '"+cmd.CommandPath()+" COMMAND --help' for more information on a command.", 0)
	}
	return p.b.String()
}

// helpPage is help on its way out.
type helpPage struct {
	cols int // 0: lines do not break
	b    strings.Builder
}

func (p *helpPage) line(text string) { p.b.WriteString(text + "\n") }

func (p *helpPage) title(text string) { p.line("\n" + text) }

// text adds a text. Where it breaks, further lines are indented by so many columns.
func (p *helpPage) text(text string, indent int) {
	for _, line := range terminal.Broken(text, p.cols, indent) {
		p.line(line)
	}
}

// command adds a command line. Where it breaks a shell reads it as one.
func (p *helpPage) command(line string, indent int) {
	lines := terminal.Broken(line, max(p.cols-len(` \`), 0), indent)
	for i, line := range lines {
		if i < len(lines)-1 && !strings.HasSuffix(line, "|") {
			line += ` \`
		}
		p.line(line)
	}
}

// commands lists those below one, with what they are for.
func (p *helpPage) commands(cmd *cobra.Command) {
	width := 0
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			width = max(width, len(c.Name()))
		}
	}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			p.text(fmt.Sprintf("  %-*s  %s", width, c.Name(), c.Short), width+4)
		}
	}
}

// groups lists the command's own flags by what they are about.
func (p *helpPage) groups(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	for _, g := range groupsOf(cmd) {
		p.title(g.title + ":")
		p.flags(g.flags)
	}
}

// shownFlags are those that are not hidden, by name.
func shownFlags(set *pflag.FlagSet) (list []*pflag.Flag) {
	set.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && f.Deprecated == "" {
			list = append(list, f)
		}
	})
	return list
}

const (
	// besideNames is from how many columns on what flags do stands beside their names.
	besideNames = 72
	// nameColumn is how wide names are at most that something stands beside.
	nameColumn = 34
)

// flags lists flags. What they do stands beside their names or, on a narrow terminal,
// below them.
func (p *helpPage) flags(list []*pflag.Flag) {
	const below = 10
	width := 0
	for _, f := range list {
		if n := len(flagName(f)); n <= nameColumn {
			width = max(width, n)
		}
	}
	for _, f := range list {
		name, usage := flagName(f), flagUsage(f)
		switch {
		case p.cols > 0 && p.cols < besideNames:
			p.text(name, 6)
			p.text(strings.Repeat(" ", below)+usage, below)
		case len(name) > width:
			p.line(name)
			p.text(strings.Repeat(" ", width+3)+usage, width+3)
		default:
			p.text(fmt.Sprintf("%-*s   %s", width, name, usage), width+3)
		}
	}
}

// flagName is "  -d, --detach" or "      --scale stringArray".
func flagName(f *pflag.Flag) string {
	name := "      --" + f.Name
	if f.Shorthand != "" && f.ShorthandDeprecated == "" {
		name = "  -" + f.Shorthand + ", --" + f.Name
	}
	if value, _ := pflag.UnquoteUsage(f); value != "" {
		name += " " + value
		if f.NoOptDefVal != "" {
			name += fmt.Sprintf("[=%q]", f.NoOptDefVal)
		}
	}
	return name
}

// flagUsage is what a flag does, and its value where it is not given.
func flagUsage(f *pflag.Flag) string {
	_, usage := pflag.UnquoteUsage(f)
	switch f.DefValue {
	case "", "false", "0", "[]", "0s":
		return usage
	}
	if f.Value.Type() == "string" {
		return usage + fmt.Sprintf(" (default %q)", f.DefValue)
	}
	return usage + " (default " + f.DefValue + ")"
}
