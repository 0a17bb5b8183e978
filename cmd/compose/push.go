package main

import (
	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

func (a *app) pushCommand() *cobra.Command {
	var o planner.PushOptions
	var includeDeps, quiet bool
	cmd := a.command("push [OPTIONS] [SERVICE...]", "Push service images", func(cmd *cobra.Command, args []string) error {
		if quiet {
			a.global.progress = string(render.ModeQuiet)
		}
		s, err := a.openUp(cmd.Context(), project.Selection{Services: args, NoDeps: !includeDeps}, nil)
		if err != nil {
			return err
		}
		defer s.Close()
		return s.Push(cmd.Context(), o)
	})
	fs := cmd.Flags()
	fs.BoolVar(&o.IgnoreFailures, "ignore-push-failures", false, "Push what it can and ignores images with push failures")
	fs.BoolVar(&includeDeps, "include-deps", false, "Also push images of services declared as dependencies")
	fs.BoolVarP(&quiet, "quiet", "q", false, "Push without printing progress information")
	return cmd
}
