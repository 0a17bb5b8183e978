package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/watching"
)

// watchFlags are those of watch.
type watchFlags struct {
	configFlag
	noUp, prune, quiet bool
}

// configFlag is --apply-config, of watch and up.
type configFlag struct{ apply string }

func (f *configFlag) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.apply, "apply-config", "ask", `What a change of the project's own files does while watching ("ask"|"auto"|"off")`)
}

func (f *configFlag) value() (watching.ApplyConfig, error) {
	switch v := watching.ApplyConfig(f.apply); v {
	case watching.ApplyAsk, watching.ApplyAuto, watching.ApplyOff:
		return v, nil
	}
	return "", hint.New(fmt.Sprintf("invalid --apply-config %q", f.apply), "the values are ask, auto and off")
}

func (a *app) watchCommand() *cobra.Command {
	var f watchFlags
	cmd := a.command("watch [OPTIONS] [SERVICE...]", "Watch build context for service and rebuild/refresh containers when files are updated", func(cmd *cobra.Command, services []string) error {
		return a.watch(cmd, f, services)
	})
	fs := cmd.Flags()
	fs.BoolVar(&f.noUp, "no-up", false, "Do not build & start services before watching")
	fs.BoolVar(&f.prune, "prune", true, "Prune dangling images on rebuild")
	fs.BoolVar(&f.quiet, "quiet", false, "hide build output")
	f.register(fs)
	return cmd
}

func (a *app) watch(cmd *cobra.Command, f watchFlags, services []string) error {
	o, err := a.watchOptions(f.configFlag, services, reload{services: services, since: time.Now()})
	if err != nil {
		return err
	}
	o.Prune = f.prune
	s, err := a.open(cmd.Context(), a.projectOptions(services))
	if err != nil {
		return err
	}
	defer s.Close()
	s = s.WithImages(session.ImageOptions{Build: build.Options{Quiet: f.quiet}})
	up := &session.UpOptions{UpOptions: planner.UpOptions{Build: planner.BuildAlways, Pull: "missing"}}
	if err := a.orphans(s.Project, &up.UpOptions); err != nil {
		return err
	}
	if o.RemoveOrphans = up.RemoveOrphans; f.noUp {
		up = nil
	}
	return watching.Watch(cmd.Context(), s, up, o)
}

// reload says how the project was loaded, for when it is loaded again.
type reload struct {
	services []string
	scale    map[string]int
	noDeps   bool
	since    time.Time // when it began to be read
}

// watchOptions are those of watch and up --watch.
func (a *app) watchOptions(f configFlag, services []string, r reload) (watching.Options, error) {
	apply, err := f.value()
	if err != nil {
		return watching.Options{}, err
	}
	return watching.Options{
		Outputs:  a.outputs,
		ShowPlan: func(project string, p *plan.Plan) { a.display().Plan(project, p) },
		Since:    r.since,
		Services: services,
		Apply:    apply,
		Reload: func(ctx context.Context) (*project.Project, error) {
			o := a.projectOptions(r.services)
			o.NoDeps, o.Offline = r.noDeps, true
			o.Agree = a.agreeAgain
			p, err := project.Load(ctx, o, a.sink)
			if err != nil || len(r.scale) == 0 {
				return p, err
			}
			return p.WithScale(r.scale)
		},
	}, nil
}
