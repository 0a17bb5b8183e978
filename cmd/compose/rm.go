package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/planner"
)

func (a *app) rmCommand() *cobra.Command {
	var o planner.RmOptions
	cmd := a.command("rm [OPTIONS] [SERVICE...]", "Remove stopped service containers", func(cmd *cobra.Command, args []string) error {
		s, err := a.openRunning(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		o.Services = args
		return s.Rm(cmd.Context(), o, func(names []string) (bool, error) { return a.agreeToRemove(cmd.Context(), names, o) })
	})
	fs := cmd.Flags()
	fs.BoolVarP(&o.Force, "force", "f", false, "Don't ask to confirm removal")
	fs.BoolVarP(&o.Stop, "stop", "s", false, "Stop the containers, if required, before removing")
	fs.BoolVarP(&o.Volumes, "volumes", "v", false, "Remove any anonymous volumes attached to containers")
	fs.BoolP("all", "a", false, "")
	_ = fs.MarkHidden("all") // of no effect since docker-compose 1.8
	return cmd
}

// agreeToRemove says what goes and, without --force, asks. Unlike other
// questions this one takes its answer from a pipe too.
func (a *app) agreeToRemove(ctx context.Context, names []string, o planner.RmOptions) (bool, error) {
	if err := a.list([]string{"Going to remove " + strings.Join(names, ", ")}); err != nil {
		return false, err
	}
	if o.Force {
		return true, nil
	}
	answer, err := a.ask(ctx, a.stdout, "Are you sure? [yN]")
	return truthy(answer), err
}
