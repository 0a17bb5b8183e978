package main

import (
	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/planner"
)

func (a *app) killCommand() *cobra.Command {
	var o planner.KillOptions
	cmd := a.command("kill [OPTIONS] [SERVICE...]", "Force stop service containers", func(cmd *cobra.Command, args []string) error {
		s, err := a.openRunning(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		o.Services = args
		o.RemoveOrphans = o.RemoveOrphans || truthy(a.setting(s.Project, "COMPOSE_REMOVE_ORPHANS"))
		return s.Kill(cmd.Context(), o)
	})
	fs := cmd.Flags()
	fs.BoolVar(&o.RemoveOrphans, "remove-orphans", false, removeOrphansUsage)
	fs.StringVarP(&o.Signal, "signal", "s", "SIGKILL", "SIGNAL to send to the container")
	return cmd
}
