package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/collector"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// app is one call of the program: its streams, its environment, and what the
// global flags say. The engine is dialled when a command first asks for it, and
// nothing is dialled or read for --help.
type app struct {
	name           string // how the user calls it: "docker compose"; "": compose
	stdin          io.Reader
	streams        project.Streams // what was read of it and of pipes, for when the project is read again
	stdout, stderr *terminal.Output
	environ        []string
	dir            string
	now            func() time.Time // the display's clock; nil: time.Now

	global globalFlags
	logs   render.LogOptions // how the command prints logs
	need   project.Need      // what the command needs of the project's files

	// planID is the id of the saved plan that is carried out, and back the deployment that
	// a rollback goes back to; "" and 0: the command is none of these. They are set before
	// the session is opened.
	planID string
	back   int

	commandPath string   // "compose up"
	args        []string // as the program was called
	classes     classes  // of what went wrong

	yes        bool // --yes: every question has that answer
	completing bool // for the shell: nothing is printed or started
	conn       *session.Connection
	force      context.Context // ends at the second interrupt
	// interrupt ends the command as a signal does.
	interrupt   context.CancelCauseFunc
	stdoutTaken bool // it is a container's alone: what belongs to logs goes to stderr
	// diverted takes the signals in this command's place; nil: nobody does.
	diverted atomic.Pointer[chan os.Signal]
	asks     atomic.Pointer[menu] // has the terminal's keys; nil: nobody does

	fetching sync.RWMutex     // held for reading while a remote file is fetched
	agreedTo []project.Demand // what the project's remote files ask for

	endStrays func() // after it nothing comes from openStrays's file; nil: it is not open

	keying sync.Once // guards key
	key    project.ContentKey

	typing sync.Once // guards keys
	keys   *terminal.Keyboard

	hangUps atomic.Int32 // how many take the signals of hangUp

	began atomic.Bool // a plan that has something to do

	opening sync.Mutex       // guards below
	out     *render.Renderer // progress, messages and logs; nil before first use
	screen  *render.Screen   // of a command that fills one; nil: it does not
}

// run carries out one command line and returns the process's exit code.
func (a *app) run(args []string) int {
	a.args = args
	ctx, stop := a.interruptible()
	defer stop()
	panics := true
	defer func() {
		if panics { // what it says is read on a terminal that is as it was
			a.leaveTerminal(func() {})
		}
	}()
	root := a.root()
	a.show(root)
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	if a.onActions() {
		a.stdout.GuardCommands()
		a.stderr.GuardCommands()
	}
	err := a.unknownService(ctx, root.ExecuteContext(ctx))
	if hint.Of(err) == "" && errors.As(err, new(*pflag.NotExistError)) {
		err = flagError(root, err) // cobra returns those before the command's name as they are
	}
	if closed := a.close(); err == nil {
		err = closed
	}
	a.fetching.Lock() // a fetch that was given up takes its folders away; none begins any more
	panics = false
	return a.exit(ctx, err)
}

// close ends the display and the connection.
func (a *app) close() error {
	if a.endStrays != nil {
		a.endStrays()
	}
	a.opening.Lock() // a load that was given up may warn yet
	out := a.out
	a.opening.Unlock()
	var err error
	if out != nil {
		err = out.Close()
	}
	if a.conn != nil {
		err = errors.Join(err, a.conn.Close())
	}
	return err
}

// getenv reads the environment the program was called with.
func (a *app) getenv(name string) string {
	value, _ := a.lookupEnv(name)
	return value
}

func (a *app) lookupEnv(name string) (string, bool) {
	for i := len(a.environ) - 1; i >= 0; i-- {
		if key, value, ok := strings.Cut(a.environ[i], "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

// setting reads a COMPOSE_ variable, which may also stand in the project's .env
// file; p may be nil.
func (a *app) setting(p *project.Project, name string) string {
	if value, ok := a.lookupEnv(name); ok || p == nil {
		return value
	}
	return p.Environment[name]
}

// sink takes events to the display, which it opens at the first one.
func (a *app) sink(e event.Event) {
	if s, ok := e.(event.Status); ok && s.State == event.Failed {
		_ = a.classes.note(s.Err, exitService)
	}
	if m, ok := e.(event.Message); ok && m.Level == event.Debug && !a.global.debug {
		return
	}
	if p, ok := e.(event.Planned); ok && len(p.Refs) > 0 {
		a.began.Store(true)
	}
	a.display().Event(e)
}

// dial connects to the engine, once.
func (a *app) dial(ctx context.Context) (*session.Connection, error) {
	if a.conn != nil {
		return a.conn, nil
	}
	if a.global.plan.offline {
		a.conn = session.NoEngine()
		return a.conn, nil
	}
	conn, err := session.Connect(ctx, session.ConnectOptions{
		Host:    a.global.host,
		Context: a.global.context,
		TLS:     a.global.tls,
		Getenv:  a.getenv,
		Sink:    a.sink,

		FindOnly: a.completing,
	})
	if a.classes.note(err, exitEngine) != nil {
		return nil, err
	}
	a.conn = conn
	return conn, nil
}

// projectOptions are the global flags as the loader takes them.
func (a *app) projectOptions(services []string) project.Options {
	return project.Options{
		Files:         a.global.files,
		EnvFiles:      a.global.envFiles,
		Profiles:      a.global.profiles,
		Name:          a.global.name,
		Dir:           a.global.dir,
		WorkDir:       a.dir,
		Environ:       a.environ,
		AllResources:  a.global.allResources,
		Compatibility: a.compatibility(),
		Remote:        a.remote(),
		Stdin:         a.stdin,
		Streams:       &a.streams,
		Need:          a.need,
		Services:      services,
		ContentKey:    a.contentKey,
		BeforeParse:   collector.Room,
	}
}

func (a *app) compatibility() bool {
	return a.global.compatibility || truthy(a.getenv("COMPOSE_COMPATIBILITY"))
}

// truthy reads a boolean variable as docker's tools do.
func truthy(value string) bool {
	switch strings.ToLower(value) {
	case "1", "true", "yes", "on", "y", "t":
		return true
	}
	return false
}

// warn tells something that belongs to no resource.
func (a *app) warn(format string, args ...any) {
	a.sink(event.Message{Level: event.Warn, Text: fmt.Sprintf(format, args...)})
}

// command is a cobra command that takes the app's manners: errors and usage
// are printed in one place.
func (a *app) command(use, short string, run func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, RunE: run,
		SilenceErrors: true, SilenceUsage: true, DisableFlagsInUseLine: true,
	}
}
