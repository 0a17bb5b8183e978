// Package dial finds the container engine and connects with it: by a host, a docker
// context, ssh, TLS, or the sockets of Docker and Podman.
package dial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/planner"
)

// minAPIVersion is the oldest API that this program talks: that of Docker 20.10
// and of Podman 4.
const minAPIVersion = "1.41"

// Options say which engine to talk to. The zero value looks where docker
// does, and then further.
type Options struct {
	Host      string // --host
	Context   string // --context
	ConfigDir string // docker's; "": $DOCKER_CONFIG or ~/.docker
	TLS       TLSOptions
	// Getenv reads the environment; nil: os.Getenv.
	Getenv func(string) string
	// Sink hears when another engine than the usual one is taken; may be nil.
	Sink event.Sink
	// FindOnly starts no Podman service where nothing answers.
	FindOnly bool
}

// TLSOptions are docker's flags of these names. Paths left empty are those that
// docker defaults to, below $DOCKER_CERT_PATH or the configuration folder.
type TLSOptions struct {
	TLS       bool // --tls
	TLSVerify bool // --tlsverify; implies TLS
	CA        string
	Cert      string
	Key       string
}

// Conn is a connection to an engine that has answered.
type Conn struct {
	Client api.Client
	Engine planner.Engine
	Host   string // as configured: "ssh://me@build", "unix:///run/docker.sock"
	Remote bool   // ssh, or tcp to another machine
	// From says where the host was found: "DOCKER_HOST", `context "prod"`,
	// "the default socket".
	From string
	// BuildKit tells that the engine builds with BuildKit by default.
	BuildKit bool
	// Checks runs health checks; nil: the engine does.
	Checks api.HealthChecker

	stop func() error // ends what Dial started; nil: nothing
}

// Close lets idle connections go and ends the Podman service that Dial started. The error
// says that this could not be ended.
func (c *Conn) Close() error {
	err := c.Client.Close()
	if c.stop != nil {
		err = errors.Join(err, c.stop())
		c.stop = nil
	}
	return err
}

// Dial finds the engine and asks it once what it is. What is named by option,
// DOCKER_HOST, DOCKER_CONTEXT or docker's configuration is taken or fails; with
// nothing named the sockets of Docker, of rootless Docker and of Podman are
// tried in turn, and at last a Podman service is started for as long as the
// Conn is open. With CONTAINER_HOST its engine is tried in place of Podman's sockets,
// and no service is started. Where nothing answered the error says what was tried.
func Dial(ctx context.Context, o Options) (*Conn, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	cfg, err := readDialConfig(o)
	if err != nil {
		return nil, err
	}
	named, err := namedTarget(o, cfg)
	if err != nil {
		return nil, err
	}
	d := dialer{options: o, headers: cfg.Headers}
	if named != nil {
		return d.explicit(ctx, *named)
	}
	targets, err := searchedTargets(o)
	if err != nil {
		return nil, err
	}
	return d.search(ctx, targets)
}

// target is a place where an engine may answer.
type target struct {
	host string
	from string
	tls  tlsSource
	over string // the program at the other end of ssh; "": docker
}

// dialer carries what all attempts of one Dial share.
type dialer struct {
	options Options
	headers map[string]string
	// patience is how long an engine may take to answer; 0: answerWithin.
	patience time.Duration
}

// answerWithin is long for a machine that is busy, or whose engine is started by the
// first that asks.
const answerWithin = 30 * time.Second

// explicit dials the one host that somebody asked for.
func (d dialer) explicit(ctx context.Context, t target) (*Conn, error) {
	conn, err := d.dial(ctx, t)
	if err == nil || ctx.Err() != nil || !isConnectFailure(err) {
		return conn, err
	}
	return nil, &noEngineError{Named: true, Tried: []attempt{{Host: t.host, From: t.from, Err: err}}}
}

// search dials one target after the other, then starts Podman.
func (d dialer) search(ctx context.Context, targets []target) (*Conn, error) {
	var tried []attempt
	for _, t := range targets {
		conn, err := d.dial(ctx, t)
		if err == nil {
			d.tellChoice(conn, tried)
			return conn, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		tried = append(tried, attempt{Host: t.host, From: t.from, Err: err})
	}
	machines := otherMachines(d.options.Getenv)
	if d.options.FindOnly || d.options.Getenv(containerHost) != "" {
		return nil, &noEngineError{Tried: tried, Machines: machines}
	}
	conn, attempt := d.startPodman(ctx)
	if conn != nil {
		d.tellChoice(conn, tried)
		return conn, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, &noEngineError{Tried: append(tried, attempt), Machines: machines}
}

// tellChoice says which engine was taken where one before it is there but does
// not let us in: people should not wonder where their containers are.
func (d dialer) tellChoice(c *Conn, tried []attempt) {
	if d.options.Sink == nil {
		return
	}
	for _, a := range tried {
		if a.missing() {
			continue
		}
		d.options.Sink(event.Message{
			Level: event.Warn,
			Text:  fmt.Sprintf("using %s (%s): %s", c.Host, c.From, a),
			Hint:  "set DOCKER_HOST to choose an engine",
		})
		return
	}
}

// dial connects to a target. Where ssh leads to a machine without docker, it tries
// podman there.
func (d dialer) dial(ctx context.Context, t target) (*Conn, error) {
	conn, err := d.connect(ctx, t)
	if err != nil && withoutDocker(err) && ctx.Err() == nil {
		t.over = "podman"
		if conn, second := d.connect(ctx, t); second == nil || !withoutDocker(second) {
			return conn, second
		}
	}
	return conn, err
}

// connect pings a target: one call, which also negotiates the version.
func (d dialer) connect(ctx context.Context, t target) (*Conn, error) {
	if err := statSocket(t.host); err != nil {
		return nil, err
	}
	c, ping, err := d.client(t)
	if err != nil {
		return nil, err
	}
	conn := &Conn{Client: complete{cancellable{d.inBatches(c)}}, Host: t.host, Remote: isRemote(t.host), From: t.from}
	if err := d.inTime(ctx, t, func(ctx context.Context) error { return d.greet(ctx, c, ping, conn) }); err != nil {
		_ = c.Close()
		return nil, err
	}
	return conn, nil
}

// inTime bounds the first answer of an engine. Over ssh it does not: there somebody
// may have to type a password, and ssh bounds the rest itself.
func (d dialer) inTime(ctx context.Context, t target, ask func(context.Context) error) error {
	scheme, _, _ := strings.Cut(t.host, "://")
	if scheme == "ssh" {
		return ask(ctx)
	}
	patience := cmp.Or(d.patience, answerWithin)
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := ask(bounded)
	if err != nil && ctx.Err() == nil && bounded.Err() != nil {
		return &net.OpError{Op: "ping", Net: scheme, Err: fmt.Errorf("something listens there and has not answered for %s", patience)}
	}
	return err
}
