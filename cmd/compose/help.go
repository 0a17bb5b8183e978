package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/render"
)

// setUpHelp lays help out as docker does: people search it for "Usage:  docker
// compose". On a terminal its lines break between words, elsewhere they do not break.
func (a *app) setUpHelp(root *cobra.Command) {
	setExamples(root)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		cols, _, _ := render.Size(a.stdout)
		_, _ = io.WriteString(cmd.OutOrStdout(), helpOf(cmd, cols)) // nobody can be told
	})
	root.SetHelpCommand(helpCommand(root))
}

// helpCommand is "help COMMAND", which is the same as COMMAND --help.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND]",
		Short:  "Help about any command",
		Hidden: true,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			at, _, err := root.Find(args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var names []string
			for _, c := range at.Commands() {
				if c.IsAvailableCommand() {
					names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			at, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(root, args)
			}
			at.InitDefaultHelpFlag()
			return at.Help()
		},
	}
}
