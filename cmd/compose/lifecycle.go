package main

import (
	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/planner"
)

func (a *app) downCommand() *cobra.Command {
	var o planner.DownOptions
	cmd := a.command("down [OPTIONS] [SERVICES]", "Stop and remove containers, networks", func(cmd *cobra.Command, args []string) error {
		if err := oneOfThese("--rmi", o.Images, "local", "all"); err != nil {
			return err
		}
		s, err := a.openRunning(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		o.Services = args
		o.RemoveOrphans = o.RemoveOrphans || truthy(a.setting(s.Project, "COMPOSE_REMOVE_ORPHANS"))
		o.Timeout = seconds(cmd, "timeout")
		if err := s.Down(cmd.Context(), o); err != nil {
			return err
		}
		a.afterDown(cmd.Context(), s, o)
		return nil
	})
	fs := cmd.Flags()
	fs.BoolVar(&o.RemoveOrphans, "remove-orphans", false, removeOrphansUsage)
	fs.StringVar(&o.Images, "rmi", "", `Remove images used by services ("local": only those without a custom tag|"all")`)
	timeoutFlag(fs)
	fs.BoolVarP(&o.Volumes, "volumes", "v", false, "Remove named volumes declared in the Compose file and anonymous volumes attached to containers")
	return cmd
}

func (a *app) stopCommand() *cobra.Command {
	cmd := a.command("stop [OPTIONS] [SERVICE...]", "Stop services", func(cmd *cobra.Command, args []string) error {
		s, err := a.openRunning(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		return s.Stop(cmd.Context(), planner.LifecycleOptions{Services: args, Timeout: seconds(cmd, "timeout")})
	})
	timeoutFlag(cmd.Flags())
	return cmd
}

func (a *app) startCommand() *cobra.Command {
	var f upFlags
	cmd := a.command("start [OPTIONS] [SERVICE...]", "Start services", func(cmd *cobra.Command, args []string) error {
		s, err := a.openRunning(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		ctx, cancel := f.bounded(cmd.Context())
		defer cancel()
		return f.timedOut(ctx, s.Start(ctx, planner.LifecycleOptions{Services: args, Wait: f.wait}))
	})
	cmd.Flags().BoolVar(&f.wait, "wait", false, "Wait for services to be running|healthy")
	cmd.Flags().IntVar(&f.waitTimeout, "wait-timeout", 0, "Maximum duration in seconds to wait")
	return cmd
}

func (a *app) restartCommand() *cobra.Command {
	var o planner.LifecycleOptions
	cmd := a.command("restart [OPTIONS] [SERVICE...]", "Restart service containers", func(cmd *cobra.Command, args []string) error {
		s, err := a.openRunning(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		o.Services, o.Timeout = args, seconds(cmd, "timeout")
		return s.Restart(cmd.Context(), o)
	})
	cmd.Flags().BoolVar(&o.NoDeps, "no-deps", false, "Don't restart dependent services")
	timeoutFlag(cmd.Flags())
	return cmd
}
