package main

import (
	"crypto/rand"
	"encoding/hex"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// runFlags are those of run.
type runFlags struct {
	project.OneOff
	ttyFlags
	createFlags
	detach, noDeps, quiet bool
	entrypoint            string
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := a.command("run [OPTIONS] SERVICE [COMMAND] [ARGS...]", "Run a one-off command on a service", func(cmd *cobra.Command, args []string) error {
		f.Service, f.Command = args[0], args[1:]
		return a.runOneOff(cmd, f)
	})
	cmd.Args = needsArgs(1)
	fs := cmd.Flags()
	fs.SetInterspersed(false) // the command's own flags are its own
	fs.SetNormalizeFunc(runAliases)
	f.ttyFlags.register(fs)
	f.flags(fs)
	a.preflightFlag(fs)
	return cmd
}

func (f *runFlags) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&f.build, "build", false, "Build image before starting container")
	fs.StringArrayVar(&f.CapAdd, "cap-add", nil, "Add Linux capabilities")
	fs.StringArrayVar(&f.CapDrop, "cap-drop", nil, "Drop Linux capabilities")
	fs.BoolVarP(&f.detach, "detach", "d", false, "Run container in background and print container ID")
	fs.StringVar(&f.entrypoint, "entrypoint", "", "Override the entrypoint of the image")
	fs.StringArrayVarP(&f.Env, "env", "e", nil, "Set environment variables")
	fs.StringArrayVar(&f.EnvFiles, "env-from-file", nil, "Set environment variables from file")
	fs.StringArrayVarP(&f.Labels, "label", "l", nil, "Add or override a label")
	fs.StringVar(&f.Name, "name", "", "Assign a name to the container")
	fs.BoolVar(&f.noDeps, "no-deps", false, "Don't start linked services")
	fs.StringArrayVarP(&f.Publish, "publish", "p", nil, "Publish a container's port(s) to the host")
	fs.StringVar(&f.pull, "pull", "policy", `Pull image before running ("always"|"missing"|"never")`)
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "Don't print anything but what the command does")
	fs.BoolVar(&f.quietBuild, "quiet-build", false, "Suppress progress output from the build process")
	fs.BoolVar(&f.quietPull, "quiet-pull", false, "Pull without printing progress information")
	fs.BoolVar(&f.removeOrphans, "remove-orphans", false, removeOrphansUsage)
	fs.BoolVar(&f.AutoRemove, "rm", false, "Automatically remove the container when it exits")
	fs.BoolVarP(&f.ServicePorts, "service-ports", "P", false, "Run command with all service's ports enabled and mapped to the host")
	fs.BoolVar(&f.UseAliases, "use-aliases", false, "Use the service's network useAliases in the network(s) the container connects to")
	fs.StringVarP(&f.User, "user", "u", "", "Run as specified username or uid")
	fs.StringArrayVarP(&f.Volumes, "volume", "v", nil, "Bind mount a volume")
	fs.StringVarP(&f.WorkingDir, "workdir", "w", "", "Working directory inside the container")
}

// runAliases takes the flags' older spellings.
func runAliases(fs *pflag.FlagSet, name string) pflag.NormalizedName {
	switch name {
	case "volumes":
		name = "volume"
	case "labels":
		name = "label"
	}
	return noTTYAlias(fs, name)
}

// oneOff makes the project's one-off of the flags.
func (f *runFlags) oneOff(cmd *cobra.Command, c session.Console, dir string) (project.OneOff, error) {
	given := cmd.Flags().Changed
	switch {
	case f.ServicePorts && len(f.Publish) > 0:
		return f.OneOff, incompatible("--service-ports", "--publish")
	case given("tty") && given("no-tty"):
		return f.OneOff, incompatible("--tty", "--no-TTY")
	}
	if given("entrypoint") {
		f.Entrypoint = &f.entrypoint
	}
	f.TTY, f.Stdin = f.terminal(given, c), f.interactive
	f.Rows, f.Cols, f.Dir = c.Size.Rows, c.Size.Cols, dir
	f.Slug = newSlug()
	return f.OneOff, nil
}

// terminal tells whether the one-off gets one: where the user types at one, or
// looks at one and types nothing, whatever becomes of the output. One that is asked
// for is refused later where the user has none.
func (f *runFlags) terminal(given func(flag string) bool, c session.Console) bool {
	switch {
	case given("tty"):
		return f.tty
	case given("no-tty"):
		return !f.noTTY
	}
	return c.InTerminal || c.OutTerminal && (f.detach || !f.interactive)
}

// newSlug is a random id like the engine's.
func newSlug() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // which never fails
	return hex.EncodeToString(b)
}

func (a *app) runOneOff(cmd *cobra.Command, f runFlags) error {
	c, release := a.console()
	defer release()
	one, err := f.oneOff(cmd, c, a.dir)
	if err != nil {
		return err
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	a.stdoutTaken = true
	if f.quiet {
		a.global.progress = string(render.ModeQuiet)
	}
	s, err := a.openRun(cmd, f, one, &o)
	if err != nil {
		return err
	}
	defer s.Close()
	s = s.WithImages(session.ImageOptions{QuietPull: f.quietPull, Build: build.Options{Quiet: f.quietBuild}})
	code, err := s.Run(cmd.Context(), session.RunOptions{UpOptions: o, Detach: f.detach}, c)
	return endsWith(code, err)
}

// openRun opens a session whose project has the one-off.
func (a *app) openRun(cmd *cobra.Command, f runFlags, one project.OneOff, o *planner.UpOptions) (*session.Session, error) {
	load := a.projectOptions([]string{f.Service})
	load.NoDeps = f.noDeps
	s, err := a.open(cmd.Context(), load)
	if err != nil {
		return nil, err
	}
	p, err := s.Project.WithOneOff(cmd.Context(), one)
	if err != nil {
		return nil, err
	}
	return s.For(p), a.orphans(p, o)
}
