package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

func (a *app) pullCommand() *cobra.Command {
	var o planner.PullOptions
	var includeDeps, quiet bool
	cmd := a.command("pull [OPTIONS] [SERVICE...]", "Pull service images", func(cmd *cobra.Command, args []string) error {
		if o.Policy != "" && o.Policy != "missing" && o.Policy != "always" {
			return &usageError{text: fmt.Sprintf("invalid --policy %q", o.Policy), hint: "the values are missing and always"}
		}
		s, err := a.openUp(cmd.Context(), args, nil, project.Selection{Services: args, NoDeps: !includeDeps})
		if err != nil {
			return err
		}
		defer s.Close()
		s.QuietPull = quiet
		return s.Pull(cmd.Context(), o)
	})
	fs := cmd.Flags()
	fs.BoolVar(&o.IgnoreBuildable, "ignore-buildable", false, "Ignore images that can be built")
	fs.BoolVar(&o.IgnoreFailures, "ignore-pull-failures", false, "Pull what it can and ignores images with pull failures")
	fs.BoolVar(&includeDeps, "include-deps", false, "Also pull services declared as dependencies")
	fs.StringVar(&o.Policy, "policy", "", `Apply pull policy ("missing"|"always")`)
	fs.BoolVarP(&quiet, "quiet", "q", false, "Pull without printing progress information")
	for _, name := range []string{"parallel", "no-parallel"} { // what they ask for is how it is done
		fs.Bool(name, false, "")
		_ = fs.MarkHidden(name)
	}
	return cmd
}

func (a *app) buildCommand() *cobra.Command {
	var noCache, pull, quiet bool
	var args, ssh []string
	cmd := a.command("build [OPTIONS] [SERVICE...]", "Build or rebuild services", func(cmd *cobra.Command, services []string) error {
		s, err := a.openUp(cmd.Context(), services, nil, project.Selection{Services: services, NoDeps: true})
		if err != nil {
			return err
		}
		defer s.Close()
		s.Build.NoCache, s.Build.Pull, s.Build.Quiet = noCache, pull, quiet
		s.Build.AllPlatforms = true
		s.Build.BuildArgs = a.buildArgs(args)
		s.Build.SSH = build.ParseSSH(ssh)
		return s.BuildImages(cmd.Context(), services)
	})
	fs := cmd.Flags()
	fs.BoolVar(&noCache, "no-cache", false, "Do not use cache when building the image")
	fs.BoolVar(&pull, "pull", false, "Always attempt to pull a newer version of the image")
	fs.BoolVarP(&quiet, "quiet", "q", false, "Suppress the build output")
	fs.StringArrayVar(&args, "build-arg", nil, "Set build-time variables for services")
	fs.StringArrayVar(&ssh, "ssh", nil, "Set SSH authentications used when building service images")
	for _, name := range []string{"parallel", "compress", "force-rm", "no-rm"} { // BuildKit leaves nothing to choose
		fs.Bool(name, true, "")
		_ = fs.MarkHidden(name)
	}
	addLater(cmd, []string{"check", "print", "push", "with-dependencies"}, []string{"builder", "provenance", "sbom"})
	fs.StringP("memory", "m", "", "")
	_ = fs.MarkHidden("memory")
	return cmd
}

// buildArgs reads KEY=value and KEY, which takes the environment's value.
func (a *app) buildArgs(args []string) map[string]*string {
	out := map[string]*string{}
	for _, arg := range args {
		name, value, given := strings.Cut(arg, "=")
		if given {
			out[name] = &value
		} else if value, ok := a.lookupEnv(name); ok {
			out[name] = &value
		}
	}
	return out
}
