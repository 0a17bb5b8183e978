package main

import (
	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) pullCommand() *cobra.Command {
	var o planner.PullOptions
	var includeDeps, quiet bool
	cmd := a.command("pull [OPTIONS] [SERVICE...]", "Pull service images", func(cmd *cobra.Command, args []string) error {
		if err := oneOfThese("--policy", o.Policy, "missing", "always"); err != nil {
			return err
		}
		s, err := a.openUp(cmd.Context(), project.Selection{Services: args, NoDeps: !includeDeps}, nil)
		if err != nil {
			return err
		}
		defer s.Close()
		return s.WithImages(session.ImageOptions{QuietPull: quiet}).Pull(cmd.Context(), o)
	})
	fs := cmd.Flags()
	fs.BoolVar(&o.IgnoreBuildable, "ignore-buildable", false, "Ignore images that can be built")
	fs.BoolVar(&o.IgnoreFailures, "ignore-pull-failures", false, "Pull what it can and ignores images with pull failures")
	fs.BoolVar(&includeDeps, "include-deps", false, "Also pull services declared as dependencies")
	fs.StringVar(&o.Policy, "policy", "", `Apply pull policy ("missing"|"always")`)
	fs.BoolVar(&o.Prune, "prune", false, pruneUsage)
	fs.BoolVarP(&quiet, "quiet", "q", false, "Pull without printing progress information")
	for _, name := range []string{"parallel", "no-parallel"} { // what they ask for is how it is done
		fs.Bool(name, false, "")
		_ = fs.MarkHidden(name)
	}
	return cmd
}
