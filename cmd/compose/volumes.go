package main

import (
	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) volumesCommand() *cobra.Command {
	var format string
	var quiet bool
	cmd := a.command("volumes [OPTIONS] [SERVICE...]", "List volumes", func(cmd *cobra.Command, args []string) error {
		s, err := a.openListed(cmd.Context(), args)
		if err != nil {
			return err
		}
		defer s.Close()
		volumes, err := s.Volumes(cmd.Context(), args)
		if err != nil {
			return err
		}
		if quiet {
			var names []string
			for _, v := range volumes {
				names = append(names, v.Name)
			}
			return a.names(names)
		}
		if a.forPeople(cmd) {
			return a.showVolumes(cmd.Context(), s, volumes)
		}
		return render.Listing[session.ListedVolume]{Items: volumes, Columns: volumeColumns, Lines: true}.Write(a.stdout, format)
	})
	cmd.Flags().StringVar(&format, "format", "table", `Format output: "table", "json", a Go template, or "table TEMPLATE"`)
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "Only display volume names")
	return cmd
}

var volumeColumns = []render.Column[session.ListedVolume]{
	{Field: "Driver", Text: func(v session.ListedVolume) string { return v.Driver }},
	{Field: "Name", Header: "Volume name", Text: func(v session.ListedVolume) string { return v.Name }},
}
