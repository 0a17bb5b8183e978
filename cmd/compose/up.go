package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/follow"
	"github.com/compose-orchestrator/compose/session/watching"
)

// createFlags are those that up and create share.
type createFlags struct {
	build, noBuild, quietBuild, quietPull bool
	pull                                  string
	forceRecreate, noRecreate             bool
	removeOrphans, prune, yes             bool
	scale                                 []string
}

func (f *createFlags) register(fs *pflag.FlagSet) {
	fs.BoolVar(&f.build, "build", false, "Build images before starting containers")
	fs.BoolVar(&f.noBuild, "no-build", false, "Don't build an image, even if it's policy")
	fs.BoolVar(&f.quietPull, "quiet-pull", false, "Pull without printing progress information")
	fs.StringVar(&f.pull, "pull", "", `Pull image before running ("always"|"missing"|"never"|"build")`)
	fs.BoolVar(&f.forceRecreate, "force-recreate", false, "Recreate containers even if their configuration and image haven't changed")
	fs.BoolVar(&f.noRecreate, "no-recreate", false, "If containers already exist, don't recreate them")
	fs.BoolVar(&f.removeOrphans, "remove-orphans", false, removeOrphansUsage)
	fs.BoolVar(&f.prune, "prune", false, pruneUsage)
	fs.StringArrayVar(&f.scale, "scale", nil, "Scale SERVICE to NUM instances; overrides the scale setting in the Compose file")
	fs.BoolVarP(&f.yes, "yes", "y", false, `Assume "yes" as answer to all prompts`)
}

// answers says who answers the questions of the plan.
func (f *createFlags) answers() session.Answers {
	if f.yes {
		return session.AnswerYes
	}
	return session.AnswerAsked
}

// options are the planner's, less what up alone has.
func (f *createFlags) options() (planner.UpOptions, error) {
	o := planner.UpOptions{RemoveOrphans: f.removeOrphans, PruneImages: f.prune}
	switch {
	case f.build && f.noBuild:
		return o, incompatible("--build", "--no-build")
	case f.forceRecreate && f.noRecreate:
		return o, incompatible("--force-recreate", "--no-recreate")
	}
	switch {
	case f.build:
		o.Build = planner.BuildAlways
	case f.noBuild:
		o.Build = planner.BuildNever
	}
	switch {
	case f.forceRecreate:
		o.Recreate = planner.RecreateForce
	case f.noRecreate:
		o.Recreate, o.RecreateDeps = planner.RecreateNever, planner.RecreateNever
	}
	if f.pull == "policy" { // the service's own
		return o, nil
	}
	o.Pull = f.pull
	return o, oneOfThese("--pull", f.pull, "always", "missing", "never", "build")
}

// orphans adds what the variables say of orphans.
func (a *app) orphans(p *project.Project, o *planner.UpOptions) error {
	flag := o.RemoveOrphans
	o.RemoveOrphans = flag || truthy(a.setting(p, "COMPOSE_REMOVE_ORPHANS"))
	o.IgnoreOrphans = truthy(a.setting(p, "COMPOSE_IGNORE_ORPHANS"))
	if flag && o.IgnoreOrphans {
		return incompatible("--remove-orphans", "COMPOSE_IGNORE_ORPHANS")
	}
	return nil
}

// replicas reads SERVICE=NUM arguments.
func replicas(args []string) (map[string]int, error) {
	wanted := map[string]int{}
	for _, arg := range args {
		name, number, _ := strings.Cut(arg, "=")
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || name == "" {
			return nil, hint.New(fmt.Sprintf("invalid scale specifier: %s", arg), "write SERVICE=NUM, such as web=3")
		}
		wanted[name] = n
	}
	return wanted, nil
}

// upFlags are those of up.
type upFlags struct {
	createFlags
	detach, noStart, noDeps, recreateDeps, freshVolumes bool
	wait, watch, repair                                 bool
	config                                              configFlag
	waitTimeout                                         int
	noColor, noPrefix, timestamps                       bool
	follow                                              follow.Options
}

func (a *app) upCommand() *cobra.Command {
	var f upFlags
	cmd := a.command("up [OPTIONS] [SERVICE...]", "Create and start containers", func(cmd *cobra.Command, args []string) error {
		return a.up(cmd, f, args)
	})
	fs := cmd.Flags()
	f.registerPlanned(fs)
	a.preflightFlag(fs)
	fs.BoolVarP(&f.detach, "detach", "d", false, "Detached mode: Run containers in the background")
	fs.IntVar(&f.waitTimeout, "wait-timeout", 0, "Maximum duration in seconds to wait for the project to be running|healthy")
	fs.BoolVar(&f.quietBuild, "quiet-build", false, "Suppress the build output")
	fs.BoolVar(&f.noColor, "no-color", false, "Produce monochrome output")
	fs.BoolVar(&f.noPrefix, "no-log-prefix", false, "Don't print prefix in logs")
	fs.BoolVar(&f.timestamps, "timestamps", false, "Show timestamps")
	fs.StringArrayVar(&f.follow.Services, "attach", nil, "Restrict attaching to the specified services")
	fs.StringArrayVar(&f.follow.Not, "no-attach", nil, "Do not attach (stream logs) to the specified services")
	fs.BoolVar(&f.follow.Dependencies, "attach-dependencies", false, "Automatically attach to log output of dependent services")
	fs.BoolVar(&f.follow.AbortOnExit, "abort-on-container-exit", false, "Stops all containers if any container was stopped")
	fs.BoolVar(&f.follow.AbortOnFailure, "abort-on-container-failure", false, "Stops all containers if any container exited with failure")
	fs.StringVar(&f.follow.ExitCodeFrom, "exit-code-from", "", "Return the exit code of the selected service container. Implies --abort-on-container-exit")
	fs.BoolVarP(&f.watch, "watch", "w", false, "Watch source code and rebuild/refresh containers when files are updated.")
	f.config.register(fs)
	fs.Bool("menu", false, "Enable interactive shortcuts when running attached (default: on a terminal; also COMPOSE_MENU)")
	return cmd
}

// registerPlanned registers those that the plan depends on.
func (f *upFlags) registerPlanned(fs *pflag.FlagSet) {
	f.register(fs)
	fs.BoolVar(&f.noStart, "no-start", false, "Don't start the services after creating them")
	fs.BoolVar(&f.noDeps, "no-deps", false, "Don't start linked services")
	fs.BoolVar(&f.recreateDeps, "always-recreate-deps", false, "Recreate dependent containers")
	fs.BoolVarP(&f.freshVolumes, "renew-anon-volumes", "V", false, "Recreate anonymous volumes instead of retrieving data from the previous containers")
	fs.BoolVar(&f.repair, "repair", false, "Put right what was changed by hand: limits, networks, names, copied configs (see diff)")
	fs.BoolVar(&f.wait, "wait", false, "Wait for services to be running|healthy. Implies detached mode")
	timeoutFlag(fs)
}

func (a *app) up(cmd *cobra.Command, f upFlags, services []string) error {
	o, err := f.plan(cmd)
	if err != nil {
		return err
	}
	since := time.Now()
	a.logs = render.LogOptions{NoPrefix: f.noPrefix, NoColor: f.noColor, Timestamps: f.timestamps, Split: true}
	selection := project.Selection{Services: services, NoDeps: f.noDeps}
	s, err := a.openUp(cmd.Context(), selection, f.scale)
	if err != nil {
		return err
	}
	defer s.Close()
	if len(s.Project.Services) == 0 && !a.global.allResources {
		return hint.New("no service selected", noServiceHint(s.Project))
	}
	if err := a.orphans(s.Project, &o); err != nil {
		return err
	}
	s = s.WithImages(session.ImageOptions{QuietPull: f.quietPull, Build: build.Options{Quiet: f.quietBuild}})
	up := session.UpOptions{UpOptions: o, Answers: f.answers()}
	if a.global.plan.output != "" {
		return a.savePlan(cmd.Context(), s, up, a.asked(selection, f.scale))
	}
	if f.detach || f.noStart || f.wait || a.global.plan.dryRun {
		ctx, cancel := f.bounded(cmd.Context())
		defer cancel()
		return a.afterUp(cmd.Context(), s, f.timedOut(ctx, s.Up(ctx, up)))
	}
	menu := a.wantsMenu(s.Project, cmd.Flags().Lookup("menu"))
	// What an attached up started goes with its terminal, or with who reads it.
	defer a.hangUp(terminal.BrokenPipe)()
	if f.watch || menu {
		if s, err = a.watchWithUp(cmd.Context(), s, &f, o, reload{services: services, noDeps: f.noDeps, since: since}); err != nil {
			return err
		}
	}
	f.follow.Timeout = o.Timeout
	f.follow.Timestamps = f.timestamps
	if menu {
		m := a.menu(upKeys, nil)
		m.keys.know(s.Project)
		f.follow.Menu = m
		f.follow.OpenURL = a.openURL
	}
	code, err := follow.Up(cmd.Context(), s, up, f.follow)
	if err != nil && !wasInterrupted(cmd.Context()) {
		err = a.afterUp(cmd.Context(), s, err)
	}
	return endsWith(code, err)
}

// watchWithUp adds what --watch does, or what the menu may begin to do. It returns the
// session of the project as it is to be brought up.
func (a *app) watchWithUp(ctx context.Context, s *session.Session, f *upFlags, up planner.UpOptions, r reload) (_ *session.Session, err error) {
	if r.scale, err = replicas(f.scale); err != nil {
		return nil, err
	}
	o, err := a.watchOptions(f.config, r.services, r)
	if err != nil {
		return nil, err
	}
	o.Prune, o.RemoveOrphans = true, up.RemoveOrphans
	if f.watch {
		if s, err = watching.ReadWhole(ctx, s, o); err != nil {
			return nil, err
		}
	}
	w := watching.NewToggle(s.Project, o)
	if f.follow.CanWatch = w; f.watch {
		f.follow.Watch = w
	}
	return s, nil
}

// noServiceHint says why a file leaves nothing to bring up.
func noServiceHint(p *project.Project) string {
	if profiles := profileNames(p); len(profiles) > 0 {
		return "all services have profiles, and none is on: --profile turns one of " + strings.Join(profiles, ", ") + " on"
	}
	return "the file has no services"
}

// plan checks the flags against each other and makes the planner's options.
func (f *upFlags) plan(cmd *cobra.Command) (planner.UpOptions, error) {
	o, err := f.options()
	if err != nil {
		return o, err
	}
	aborts := f.follow.AbortOnExit || f.follow.AbortOnFailure || f.follow.ExitCodeFrom != ""
	switch {
	case f.recreateDeps && f.noRecreate:
		return o, incompatible("--always-recreate-deps", "--no-recreate")
	case f.repair && f.noRecreate:
		return o, incompatible("--repair", "--no-recreate")
	case f.detach && aborts:
		return o, incompatible("--detach", "--abort-on-container-exit, --abort-on-container-failure or --exit-code-from")
	case f.wait && aborts:
		return o, incompatible("--wait", "--abort-on-container-exit, --abort-on-container-failure or --exit-code-from")
	case f.watch && (f.detach || f.wait || f.noStart):
		return o, incompatible("--watch", "--detach, --wait or --no-start")
	case f.watch && aborts: // a rebuild ends containers
		return o, incompatible("--watch", "--abort-on-container-exit, --abort-on-container-failure or --exit-code-from")
	case f.follow.AbortOnExit && f.follow.AbortOnFailure:
		return o, incompatible("--abort-on-container-exit", "--abort-on-container-failure")
	case f.follow.Dependencies && len(f.follow.Services) > 0:
		return o, incompatible("--attach", "--attach-dependencies")
	case f.detach && (f.follow.Dependencies || len(f.follow.Services) > 0):
		return o, incompatible("--detach", "--attach or --attach-dependencies")
	case f.wait && (f.follow.Dependencies || len(f.follow.Services) > 0):
		return o, incompatible("--wait", "--attach or --attach-dependencies")
	}
	if f.recreateDeps {
		o.RecreateDeps = planner.RecreateForce
	}
	o.NoStart, o.Wait, o.FreshVolumes, o.Repair = f.noStart, f.wait, f.freshVolumes, f.repair
	o.Timeout = seconds(cmd, "timeout")
	return o, nil
}

// bounded is the context of a detached up: with --wait-timeout it ends.
func (f *upFlags) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if !f.wait || f.waitTimeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Duration(f.waitTimeout)*time.Second)
}

// timedOut words the end of --wait-timeout.
func (f *upFlags) timedOut(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != context.DeadlineExceeded {
		return err
	}
	return hint.New(fmt.Sprintf("application not healthy after %ds", f.waitTimeout),
		"compose ps shows the states, compose logs the reasons")
}

func (a *app) createCommand() *cobra.Command {
	var f createFlags
	cmd := a.command("create [OPTIONS] [SERVICE...]", "Create containers for a service", func(cmd *cobra.Command, args []string) error {
		o, err := f.options()
		if err != nil {
			return err
		}
		o.NoStart = true
		s, err := a.openUp(cmd.Context(), project.Selection{Services: args}, f.scale)
		if err != nil {
			return err
		}
		defer s.Close()
		if err := a.orphans(s.Project, &o); err != nil {
			return err
		}
		return s.WithImages(session.ImageOptions{QuietPull: f.quietPull}).Up(cmd.Context(), session.UpOptions{UpOptions: o, Answers: f.answers()})
	})
	f.register(cmd.Flags())
	a.preflightFlag(cmd.Flags())
	return cmd
}

func (a *app) scaleCommand() *cobra.Command {
	var noDeps bool
	cmd := a.command("scale [SERVICE=REPLICAS...]", "Scale services", func(cmd *cobra.Command, args []string) error {
		wanted, err := replicas(args)
		if err != nil {
			return err
		}
		names := slices.Sorted(maps.Keys(wanted))
		s, err := a.openUp(cmd.Context(), project.Selection{Services: names, NoDeps: noDeps}, nil)
		if err != nil {
			return err
		}
		defer s.Close()
		return s.Scale(cmd.Context(), wanted, planner.UpOptions{IgnoreOrphans: true})
	})
	cmd.Args = needsArgs(1)
	cmd.Flags().BoolVar(&noDeps, "no-deps", false, "Don't start linked services")
	return cmd
}
