package session

import (
	"context"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/dial"
	"github.com/compose-orchestrator/compose/engine/do"
	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/project"
)

// ConnectOptions say which engine is meant, as docker's flags and variables do.
type ConnectOptions = dial.Options

// TLSOptions are docker's flags about TLS.
type TLSOptions = dial.TLSOptions

// Connection is an engine that has answered: what is asked of it as a whole, and what
// sessions of its projects are made with.
type Connection struct{ conn *dial.Conn }

// Connect finds the engine and connects with it. Close it after use. The error says
// which engine was tried, and what to do.
func Connect(ctx context.Context, o ConnectOptions) (*Connection, error) {
	conn, err := dial.Dial(ctx, o)
	if err != nil {
		return nil, err
	}
	return &Connection{conn}, nil
}

// NoEngine stands for an engine that has nothing. Sessions of it are for dry runs of what
// creates and starts containers: they observe an empty project.
func NoEngine() *Connection { return &Connection{} }

// Close lets idle connections go, and ends what Connect started. The error is that of
// either.
func (c *Connection) Close() error {
	if c.conn == nil {
		return nil
	}
	return c.conn.Close()
}

// Host is the engine's address: "unix:///var/run/docker.sock"; "" for NoEngine.
func (c *Connection) Host() string {
	if c.conn == nil {
		return ""
	}
	return c.conn.Client.DaemonHost()
}

// New returns a session at this engine: its configuration's Reader, Client and Engine
// are the connection's, without a Client in a dry run; so are its Checks. Close ends what
// it started.
func (c *Connection) New(of Config) *Session {
	if c.conn == nil {
		of.DryRun = true
		return New(of)
	}
	of.Reader, of.Client, of.Engine = api.ReadOnly(c.conn.Client), c.conn.Client, c.conn.Engine
	of.Checks = c.conn.Checks
	if of.DryRun {
		of.Client = nil
	}
	return New(of)
}

// Projects are the engine's, in the order of their names. The error says that the
// engine does not answer, as those of the following do.
func (c *Connection) Projects(ctx context.Context, o ProjectsOptions) ([]ListedProject, error) {
	return list.Projects(ctx, c.conn.Client, o)
}

// Origins say of all containers which project they are of, and where it came from.
func (c *Connection) Origins(ctx context.Context) ([]project.Origin, error) {
	return observe.Origins(ctx, c.conn.Client)
}

// Digests asks registries through the engine. configDir is docker's folder; "": its
// default.
func (c *Connection) Digests(configDir string) project.DigestFunc {
	return do.Digests(api.ReadOnly(c.conn.Client), configDir)
}

// Generate makes a project of existing containers, by their names or ids. The error says
// which there is not, too.
func (c *Connection) Generate(ctx context.Context, containers []string, o GenerateOptions) (*project.Project, error) {
	model, err := list.Generate(ctx, c.conn.Client, containers, o)
	if err != nil {
		return nil, err
	}
	return &project.Project{Project: model}, nil
}

// Unreachable tells whether an error is that there is no engine, or that it went away.
func Unreachable(err error) bool { return dial.Unreachable(err) }

// Lost tells of a lost connection what the user can do about it, and gives other errors
// back as they are.
func Lost(err error) error { return dial.Lost(err) }
