package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// globalFlags stand before the command's name; --dry-run may stand behind it.
type globalFlags struct {
	files, envFiles, profiles []string
	name, dir                 string
	allResources              bool
	compatibility             bool
	allowRemote               bool
	noANSI                    bool
	noPreflight               bool
	plan                      planFlags
	parallel                  int
	ansi, progress, exitCodes string

	// Docker's own, for a binary that stands alone.
	debug         bool
	host, context string
	config        string // docker's folder
	tls           session.TLSOptions
}

// root is the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:              "compose [OPTIONS] COMMAND",
		Short:            "Define and run multi-container applications from a Compose file",
		SilenceErrors:    true,
		SilenceUsage:     true,
		TraverseChildren: true,
		Args:             unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if show, _ := cmd.Flags().GetBool("version"); show {
				return a.printVersion(versionOptions{})
			}
			return cmd.Help()
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			a.need, a.commandPath = needs[cmd.Name()], cmd.CommandPath()
			a.yes, _ = cmd.Flags().GetBool("yes") // commands that ask have it
			a.setUpDebug()
			a.setUpConfig()
			return errors.Join(a.checkDisplay(), a.checkExitCodes())
		},
		DisableFlagsInUseLine: true,
	}
	a.global.register(root.Flags()) // before the command's name; -f means another thing behind logs
	a.global.plan.register(root.PersistentFlags())
	root.Flags().BoolP("version", "v", false, "Show the version and exit")
	_ = root.Flags().MarkHidden("version")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.commands()...)
	a.setUpHelp(root)
	a.setUpCompletion(root)
	return root
}

// commands are those of the program, the one that docker asks last.
func (a *app) commands() []*cobra.Command {
	return []*cobra.Command{
		a.alphaCommand(),
		a.applyCommand(),
		a.attachCommand(),
		a.buildCommand(),
		a.commitCommand(),
		a.completionCommand(),
		a.configCommand(),
		a.cpCommand(),
		a.createCommand(),
		a.diffCommand(),
		a.downCommand(),
		a.eventsCommand(),
		a.execCommand(),
		a.explainCommand(),
		a.exportCommand(),
		a.historyCommand(),
		a.imagesCommand(),
		a.killCommand(),
		a.logsCommand(),
		a.lsCommand(),
		a.pauseCommand(),
		a.planCommand(),
		a.portCommand(),
		a.psCommand(),
		a.publishCommand(),
		a.pullCommand(),
		a.pushCommand(),
		a.restartCommand(),
		a.rmCommand(),
		a.rollbackCommand(),
		a.runCommand(),
		a.scaleCommand(),
		a.startCommand(),
		a.statsCommand(),
		a.stopCommand(),
		a.topCommand(),
		a.unpauseCommand(),
		a.upCommand(),
		a.versionCommand(),
		a.volumesCommand(),
		a.waitCommand(),
		a.watchCommand(),
		a.metadataCommand(),
	}
}

func (g *globalFlags) register(f *pflag.FlagSet) {
	f.StringArrayVarP(&g.files, "file", "f", nil, "Compose configuration files")
	f.StringArrayVar(&g.envFiles, "env-file", nil, "Specify an alternate environment file")
	f.StringArrayVar(&g.profiles, "profile", nil, "Specify a profile to enable")
	f.StringVarP(&g.name, "project-name", "p", "", "Project name")
	f.StringVar(&g.dir, "project-directory", "", "Specify an alternate working directory (default: the path of the first specified Compose file)")
	f.BoolVar(&g.allResources, "all-resources", false, "Include all resources, even those not used by services")
	f.BoolVar(&g.allowRemote, "allow-remote", false, "Fetch Compose files from git repositories and OCI registries")
	f.BoolVar(&g.compatibility, "compatibility", false, "Name containers with _ as docker-compose 1 did")
	f.IntVar(&g.parallel, "parallel", -1, "Control max parallelism, -1 for unlimited")
	f.StringVar(&g.ansi, "ansi", "auto", `Control when to print ANSI control characters ("never"|"always"|"auto")`)
	f.StringVar(&g.progress, "progress", "", `Set type of progress output ("auto"|"tty"|"plain"|"json"|"quiet")`)

	f.StringVar(&g.exitCodes, "exit-codes", "", `Exit with a code that tells what sort of failure it was ("default"|"classes")`)

	f.BoolVarP(&g.debug, "debug", "D", false, "Tell on stderr what the program does")
	f.StringVarP(&g.host, "host", "H", "", "Engine to connect to")
	f.StringVar(&g.config, "config", "", "Location of client config files")
	f.StringVarP(&g.context, "context", "c", "", "Docker context to use")
	f.BoolVar(&g.tls.TLS, "tls", false, "Use TLS; implied by --tlsverify")
	f.BoolVar(&g.tls.TLSVerify, "tlsverify", false, "Use TLS and verify the remote")
	f.StringVar(&g.tls.CA, "tlscacert", "", "Trust certs signed only by this CA")
	f.StringVar(&g.tls.Cert, "tlscert", "", "Path to TLS certificate file")
	f.StringVar(&g.tls.Key, "tlskey", "", "Path to TLS key file")

	f.StringVar(&g.dir, "workdir", "", "")
	f.Bool("verbose", false, "")
	f.BoolVar(&g.noANSI, "no-ansi", false, "")
	f.StringP("log-level", "l", "", "")
	for _, name := range []string{
		"debug", "host", "config", "context", "tls", "tlsverify", "tlscacert", "tlscert", "tlskey", "workdir", "verbose", "no-ansi", "log-level",
	} {
		_ = f.MarkHidden(name)
	}
}

// parallel is --parallel, else COMPOSE_PARALLEL_LIMIT; ≤ 0: no limit.
func (a *app) parallel(p *project.Project) int {
	if a.global.parallel > 0 {
		return a.global.parallel
	}
	n, err := strconv.Atoi(a.setting(p, "COMPOSE_PARALLEL_LIMIT"))
	if err != nil {
		return -1
	}
	return n
}

// unknownCommand refuses words that are no command, with the nearest ones.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	help := cmd.CommandPath() + " --help lists the commands"
	cmd.SuggestionsMinimumDistance = len(args[0]) / 3 // a slip of three letters is another word
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		help = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return hint.New(fmt.Sprintf("unknown command %q", args[0]), help)
}
