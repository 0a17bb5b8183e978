package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/diagnostic"
)

// flagError adds to cobra's complaint about a flag what was probably meant.
func flagError(cmd *cobra.Command, err error) error {
	help := cmd.CommandPath() + " --help lists the flags"
	if unknown := new(pflag.NotExistError); errors.As(err, &unknown) {
		help = unknownFlagHint(cmd, unknown.GetSpecifiedName(), help)
	}
	return hint.New(err.Error(), help)
}

// unknownFlagHint says of a flag that the command does not have where it belongs, or
// which ones are spelt nearly so.
func unknownFlagHint(cmd *cobra.Command, name, otherwise string) string {
	root := cmd.Root()
	if global := lookup(root.Flags(), name); global != nil && cmd != root {
		flag := dashed(name)
		below := strings.TrimPrefix(cmd.CommandPath(), root.CommandPath())
		return flag + " stands before the command: " + root.CommandPath() + " " + flag + valueOf(global) + below
	}
	if near := diagnostic.Nearest(name, flagNames(cmd)); len(name) > 1 && len(near) > 0 {
		for i := range near {
			near[i] = dashed(near[i])
		}
		return "did you mean " + strings.Join(near, " or ") + "?"
	}
	return otherwise
}

// lookup finds a flag by its name or its letter; nil: there is none.
func lookup(flags *pflag.FlagSet, name string) *pflag.Flag {
	if len(name) == 1 {
		return flags.ShorthandLookup(name)
	}
	return flags.Lookup(name)
}

// flagNames are the command's own flags and the global ones, less what is not shown.
func flagNames(cmd *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	}
	cmd.Flags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	return names
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// valueOf stands for the value that a flag takes; "": it takes none.
func valueOf(f *pflag.Flag) string {
	if f.NoOptDefVal != "" {
		return ""
	}
	return " " + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
}
