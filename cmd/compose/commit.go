package main

import (
	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/session"
)

func (a *app) commitCommand() *cobra.Command {
	var o session.CommitOptions
	pause := true
	cmd := a.command("commit [OPTIONS] SERVICE [REPOSITORY[:TAG]]", "Create a new image from a service container's changes", func(cmd *cobra.Command, args []string) error {
		o.Service, o.Running = args[0], !pause
		if len(args) > 1 {
			o.Reference = args[1]
		}
		s, err := a.openNamed(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		return s.Commit(cmd.Context(), o)
	})
	cmd.Args = takesArgs(1, 2)
	fs := cmd.Flags()
	fs.StringVarP(&o.Author, "author", "a", "", `Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")`)
	fs.StringArrayVarP(&o.Changes, "change", "c", nil, "Apply Dockerfile instruction to the created image")
	indexFlag(fs, &o.Index)
	fs.StringVarP(&o.Comment, "message", "m", "", "Commit message")
	fs.BoolVarP(&pause, "pause", "p", true, "Pause container during commit")
	return cmd
}
