package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// alphaCommand holds what Docker Compose calls experimental.
func (a *app) alphaCommand() *cobra.Command {
	cmd := a.command("alpha COMMAND", "Experimental commands", func(cmd *cobra.Command, _ []string) error { return cmd.Help() })
	cmd.Args = unknownCommand
	cmd.AddCommand(a.generateCommand(), a.vizCommand())
	return cmd
}

func (a *app) vizCommand() *cobra.Command {
	var o project.GraphOptions
	var spaces bool
	var size int
	cmd := a.command("viz [OPTIONS]", "Generate a graphviz graph from your compose file", func(cmd *cobra.Command, _ []string) error {
		p, err := project.Load(cmd.Context(), a.projectOptions(nil), a.sink)
		if err != nil {
			return err
		}
		if size < 0 {
			return hint.New(fmt.Sprintf("invalid --indentation-size %d", size), "give a number from 0 on")
		}
		o.Indent = strings.Repeat("\t", size)
		if spaces {
			o.Indent = strings.Repeat(" ", size)
		}
		_, err = io.WriteString(a.stdout, p.Graph(o))
		return err
	})
	cmd.Args = cobra.NoArgs
	fs := cmd.Flags()
	fs.BoolVar(&o.Image, "image", false, "Include service's image name in output graph")
	fs.IntVar(&size, "indentation-size", 1, "Number of tabs or spaces to use for indentation")
	fs.BoolVar(&o.Networks, "networks", false, "Include service's attached networks in output graph")
	fs.BoolVar(&o.Ports, "ports", false, "Include service's exposed ports in output graph")
	fs.BoolVar(&spaces, "spaces", false, "Indent with spaces instead of tabs")
	return cmd
}

func (a *app) generateCommand() *cobra.Command {
	var format, name, dir string
	cmd := a.command("generate [OPTIONS] CONTAINER...", "Generate a Compose file from existing containers", func(cmd *cobra.Command, args []string) error {
		if err := oneFormatOf(format, string(project.YAML), string(project.JSON)); err != nil {
			return err
		}
		if len(args) == 0 {
			return hint.New("at least one container must be specified", "docker ps --all lists the containers")
		}
		conn, err := a.dial(cmd.Context())
		if err != nil {
			return err
		}
		model, err := list.Generate(cmd.Context(), conn.Client, args, list.GenerateOptions{Name: name, Dir: dir})
		if err != nil {
			return err
		}
		text, err := (&project.Project{Project: model}).Marshal(project.MarshalOptions{Format: project.Format(format)})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(a.stdout, strings.TrimRight(string(text), "\n"))
		return err
	})
	fs := cmd.Flags()
	fs.StringVar(&format, "format", "yaml", `Format the output ("yaml"|"json")`)
	fs.StringVar(&name, "name", "", "Project name to set in the Compose file")
	fs.StringVar(&dir, "project-dir", "", "Directory of the file: what is mounted from below it is written as a relative path")
	return cmd
}
