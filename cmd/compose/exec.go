package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/session"
)

// execFlags are those of exec.
type execFlags struct {
	session.ExecOptions
	ttyFlags
	env []string
}

func (a *app) execCommand() *cobra.Command {
	var f execFlags
	cmd := a.command("exec [OPTIONS] SERVICE COMMAND [ARGS...]", "Execute a command in a running container", func(cmd *cobra.Command, args []string) error {
		f.Service, f.Command = args[0], args[1:]
		return a.exec(cmd, f)
	})
	cmd.Args = needsArgs(2)
	fs := cmd.Flags()
	fs.SetInterspersed(false) // the command's own flags are its own
	fs.SetNormalizeFunc(noTTYAlias)
	fs.BoolVarP(&f.Detach, "detach", "d", false, "Detached mode: Run command in the background")
	fs.StringArrayVarP(&f.env, "env", "e", nil, "Set environment variables")
	indexFlag(fs, &f.Index)
	fs.BoolVar(&f.Privileged, "privileged", false, "Give extended privileges to the process")
	fs.StringVarP(&f.User, "user", "u", "", "Run the command as this user")
	fs.StringVarP(&f.WorkingDir, "workdir", "w", "", "Path to workdir directory for this command")
	f.register(fs)
	_ = fs.MarkHidden("interactive")
	return cmd
}

// noTTYAlias takes the flag's older spelling.
func noTTYAlias(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "no-TTY" {
		name = "no-tty"
	}
	return pflag.NormalizedName(name)
}

func (a *app) exec(cmd *cobra.Command, f execFlags) error {
	s, err := a.openNamed(cmd.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	c, release := a.console()
	defer release()
	defer a.hangUp()()
	f.TTY, f.Stdin = f.wanted(cmd.Flags(), c), f.interactive
	f.Env = a.variables(f.env)
	code, err := s.Exec(cmd.Context(), f.ExecOptions, c)
	return endsWith(code, err)
}
