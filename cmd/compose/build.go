package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// buildFlags are those of build.
type buildFlags struct {
	build.Options
	args, ssh                 []string
	memory                    string
	push, check, print, prune bool
	withDependencies          bool
}

func (a *app) buildCommand() *cobra.Command {
	var f buildFlags
	cmd := a.command("build [OPTIONS] [SERVICE...]", "Build or rebuild services", func(cmd *cobra.Command, services []string) error {
		return a.build(cmd.Context(), f, services)
	})
	fs := cmd.Flags()
	fs.StringArrayVar(&f.args, "build-arg", nil, "Set build-time variables for services")
	fs.StringVar(&f.Builder, "builder", "", "Set builder to use")
	fs.BoolVar(&f.check, "check", false, "Check build configuration")
	fs.StringVarP(&f.memory, "memory", "m", "", "Set memory limit for the build container. Not supported by BuildKit.")
	fs.BoolVar(&f.NoCache, "no-cache", false, "Do not use cache when building the image")
	fs.BoolVar(&f.print, "print", false, "Print equivalent bake file")
	fs.StringVar(&f.Provenance, "provenance", "", "Add a provenance attestation")
	fs.BoolVar(&f.prune, "prune", false, pruneUsage)
	fs.BoolVar(&f.Pull, "pull", false, "Always attempt to pull a newer version of the image")
	fs.BoolVar(&f.push, "push", false, "Push service images")
	fs.BoolVarP(&f.Quiet, "quiet", "q", false, "Suppress the build output")
	fs.StringVar(&f.SBOM, "sbom", "", "Add a SBOM attestation")
	fs.StringArrayVar(&f.ssh, "ssh", nil, "Set SSH authentications used when building service images. (use 'default' for using your default SSH Agent)")
	fs.BoolVar(&f.withDependencies, "with-dependencies", false, "Also build dependencies (transitively)")
	for _, name := range []string{"provenance", "sbom"} {
		fs.Lookup(name).NoOptDefVal = "true"
	}
	for _, name := range []string{"parallel", "compress", "force-rm", "no-rm"} { // BuildKit leaves nothing to choose
		fs.Bool(name, true, "")
		_ = fs.MarkHidden(name)
	}
	fs.StringVar(&a.global.progress, "progress", a.global.progress, "")
	_ = fs.MarkHidden("progress")
	return cmd
}

func (a *app) build(ctx context.Context, f buildFlags, services []string) error {
	o, err := a.buildOptions(f)
	if err != nil {
		return err
	}
	if f.Quiet {
		a.global.progress = string(render.ModeQuiet)
	}
	if f.print {
		return a.printBake(ctx, f, o, services)
	}
	s, err := a.openUp(ctx, project.Selection{Services: services, NoDeps: !f.withDependencies}, nil)
	if err != nil {
		return err
	}
	defer s.Close()
	s = s.WithImages(session.ImageOptions{Build: o})
	if f.withDependencies {
		services = s.Project.ServiceNames()
	}
	if f.check {
		return a.checkBuilds(ctx, s, services)
	}
	return s.BuildImages(ctx, planner.BuildOptions{Services: services, Prune: f.prune, Push: f.push})
}

func (a *app) buildOptions(f buildFlags) (build.Options, error) {
	o := f.Options
	o.AllPlatforms = true
	o.BuildArgs = a.buildArgs(f.args)
	o.SSH = build.ParseSSH(f.ssh)
	o.Push = f.push
	if f.memory != "" {
		n, err := units.RAMInBytes(f.memory)
		if err != nil {
			return o, hint.New(fmt.Sprintf("invalid --memory %q", f.memory), "write it as 512m or 2g")
		}
		o.Memory = n
	}
	return o, nil
}

// printBake asks no engine.
func (a *app) printBake(ctx context.Context, f buildFlags, o build.Options, services []string) error {
	po := a.projectOptions(services)
	po.NoDeps = !f.withDependencies
	p, err := a.load(ctx, po)
	if err != nil {
		return err
	}
	if len(services) == 0 || f.withDependencies {
		services = p.ServiceNames()
	}
	o.LookupEnv, o.ConfigDir = a.lookupEnv, a.getenv("DOCKER_CONFIG")
	text, err := build.Bake(p, build.Buildable(p, services), build.BakeOptions{Options: o, Push: f.push, Check: f.check})
	if err != nil {
		return err
	}
	return a.writeTo("", text)
}

// checkBuilds prints what the checks found, and fails where that is something.
func (a *app) checkBuilds(ctx context.Context, s *session.Session, services []string) error {
	found, err := s.CheckBuilds(ctx, services)
	count := 0
	for _, f := range found {
		count += f.Count
		fmt.Fprintf(a.stdout, "%s\n\nCheck complete, %s\n", f.Service, countWarnings(f.Count))
		if f.Text != "" {
			fmt.Fprintf(a.stdout, "\n%s\n", f.Text)
		}
	}
	if err == nil && count > 0 {
		return &exitError{code: exitFailure}
	}
	return err
}

func countWarnings(n int) string {
	switch n {
	case 0:
		return "no warnings found."
	case 1:
		return "1 warning has been found!"
	}
	return fmt.Sprintf("%d warnings have been found!", n)
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
