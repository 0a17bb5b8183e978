package main

import (
	"fmt"

	"github.com/spf13/cobra"
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
		return &usageError{text: text, hint: "compose " + cmd.Use}
	}
}
