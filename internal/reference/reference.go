// Package reference writes what a tree of commands says of itself as manual
// pages and as Markdown. The same tree gives the same bytes.
package reference

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Section is text that no command carries, for the page of the root. Its
// entries are name and meaning.
type Section struct {
	Title   string
	Entries [][2]string
}

// Group is flags below their title.
type Group struct {
	Title string
	Flags []*pflag.Flag
}

// Book is what the pages are made of.
type Book struct {
	Root *cobra.Command
	// Version stands at the foot of the manual pages.
	Version string
	// Groups are a command's own flags by what they are about; nil: all are "Options".
	Groups func(*cobra.Command) []Group
	// Sections come last on the root's page.
	Sections []Section
}

// Files are the pages by path: "man/compose-up.1", "reference/compose_up.md".
func (b Book) Files() map[string][]byte {
	files := map[string][]byte{}
	for _, cmd := range visible(b.Root) {
		p := b.page(cmd)
		files["man/"+p.joined("-")+".1"] = p.man(b.Version)
		files["reference/"+p.joined("_")+".md"] = p.markdown()
	}
	return files
}

// visible are a command and all below it that are not hidden, in the tree's
// order.
func visible(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			all = append(all, visible(sub)...)
		}
	}
	return all
}

// page is a command as both formats need it.
type page struct {
	path        string // "compose up"
	use         string // "compose up [OPTIONS] [SERVICE...]"
	short, long string
	example     string
	aliases     []string
	options     []group // the last are the global ones
	commands    []entry // below this one
	parent      string  // the path of the one above, or ""
	sections    []Section
}

// group is options below their title.
type group struct {
	title string
	flags []flag
}

type entry struct{ path, short string }

// flag is an option. Value is the name of its argument, "" where it has none.
type flag struct{ names, value, usage, def string }

func (b Book) page(cmd *cobra.Command) page {
	p := page{
		path: cmd.CommandPath(), use: cmd.UseLine(), short: cmd.Short, long: cmd.Long, example: cmd.Example,
		options: b.options(cmd),
	}
	for _, alias := range cmd.Aliases {
		p.aliases = append(p.aliases, cmd.Parent().CommandPath()+" "+alias)
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			p.commands = append(p.commands, entry{sub.CommandPath(), sub.Short})
		}
	}
	if cmd.HasParent() {
		p.parent = cmd.Parent().CommandPath()
	} else {
		p.sections = b.Sections
	}
	return p
}

// options are the command's groups of flags that have any.
func (b Book) options(cmd *cobra.Command) []group {
	var own []Group
	if b.Groups != nil {
		own = b.Groups(cmd)
	} else {
		own = []Group{{"Options", listed(cmd.NonInheritedFlags())}}
	}
	var all []group
	for _, g := range append(own, Group{"Global options", listed(cmd.InheritedFlags())}) {
		if f := flags(g.Flags); len(f) > 0 {
			all = append(all, group{g.Title, f})
		}
	}
	return all
}

func listed(set *pflag.FlagSet) (all []*pflag.Flag) {
	set.VisitAll(func(f *pflag.Flag) { all = append(all, f) })
	return all
}

// flags are those that help shows; every command has --help.
func flags(of []*pflag.Flag) []flag {
	var all []flag
	for _, f := range of {
		if f.Hidden || f.Name == "help" {
			continue
		}
		value, usage := pflag.UnquoteUsage(f)
		value = strings.Replace(value, "stringArray", "string...", 1) // may be given several times
		out := flag{names: "--" + f.Name, value: value, usage: usage}
		if f.Shorthand != "" {
			out.names = "-" + f.Shorthand + ", " + out.names
		}
		switch f.DefValue {
		case "", "false", "0", "[]", "0s":
		default:
			out.def = f.DefValue
		}
		all = append(all, out)
	}
	return all
}

func (p page) joined(sign string) string { return strings.ReplaceAll(p.path, " ", sign) }

// description is the long text, or the short one.
func (p page) description() string {
	if p.long != "" {
		return p.long
	}
	return p.short
}
