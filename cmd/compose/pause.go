package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/session"
)

func (a *app) pauseCommand() *cobra.Command {
	return a.onServices("pause [SERVICE...]", "Pause services", (*session.Session).Pause)
}

func (a *app) unpauseCommand() *cobra.Command {
	return a.onServices("unpause [SERVICE...]", "Unpause services", (*session.Session).Unpause)
}

// onServices is a command without flags that does one thing to services.
func (a *app) onServices(use, short string, do func(*session.Session, context.Context, []string) error) *cobra.Command {
	return a.command(use, short, func(cmd *cobra.Command, args []string) error {
		s, err := a.openRunning(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		return do(s, cmd.Context(), args)
	})
}
