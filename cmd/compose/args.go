package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/hint"
)

// takesArgs refuses a command line with fewer than low or more than high
// arguments.
func takesArgs(low, high int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if low <= len(args) && len(args) <= high {
			return nil
		}
		text := fmt.Sprintf("accepts between %d and %d arg(s), received %d", low, high, len(args))
		if low == high {
			text = fmt.Sprintf("accepts %d arg(s), received %d", low, len(args))
		}
		return hint.New(text, cmd.UseLine())
	}
}

// needsArgs refuses a call with fewer arguments, in Docker Compose's words.
func needsArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= n {
			return nil
		}
		return hint.New(fmt.Sprintf("requires at least %d arg(s), only received %d", n, len(args)),
			cmd.UseLine())
	}
}
