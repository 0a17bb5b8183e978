package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/planner"
)

func (a *app) waitCommand() *cobra.Command {
	var down bool
	cmd := a.command("wait SERVICE [SERVICE...] [OPTIONS]", "Block until containers of all (or specified) services stop", func(cmd *cobra.Command, args []string) error {
		open := a.openNamed
		if down {
			open = a.openRunning // the file's hooks are run too
		}
		s, err := open(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		code, err := s.Wait(cmd.Context(), args, func(id string, code int) {
			fmt.Fprintf(a.stdout, "container %q exited with status code %d\n", id, code)
		})
		if err == nil && down {
			err = s.Down(cmd.Context(), planner.DownOptions{RemoveOrphans: true})
		}
		return endsWith(code, err)
	})
	cmd.Args = needsArgs(1)
	cmd.Flags().BoolVar(&down, "down-project", false, "Take the project down once the containers have stopped")
	return cmd
}
