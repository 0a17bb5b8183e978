// Package build makes services' images: through the BuildKit that lives in the
// engine, reached over the engine's own connection, or by the classic builder
// of engines without one (Podman, old Dockers).
//
// A service's build section is first resolved into a job, which is plain data;
// the two builders turn that into their own requests. What is printed while
// building becomes event.Output; a failure names the service and, where it is
// known, the line of the Dockerfile.
package build

import (
	"context"
	"io"
	"net"
	"os"
	"sync"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"

	composetypes "github.com/compose-spec/compose-go/v2/types"
)

// Client is the part of the engine's API that builds use. Its methods are those of
// docker/docker's client, and so are their errors: errdefs tells them apart.
type Client interface {
	ClientVersion() string
	DaemonHost() string
	Ping(ctx context.Context) (types.Ping, error)
	// DialHijack opens a connection that the engine upgrades: /grpc is
	// BuildKit's control API, /session its way back to us.
	DialHijack(ctx context.Context, url, proto string, meta map[string][]string) (net.Conn, error)
	ImageBuild(ctx context.Context, tar io.Reader, o build.ImageBuildOptions) (build.ImageBuildResponse, error)
	ImageInspect(ctx context.Context, ref string, o ...client.ImageInspectOption) (image.InspectResponse, error)
	ImageTag(ctx context.Context, source, target string) error
	ImageLoad(ctx context.Context, tar io.Reader, o ...client.ImageLoadOption) (image.LoadResponse, error)
	ImageRemove(ctx context.Context, ref string, o image.RemoveOptions) ([]image.DeleteResponse, error)
	// These reach a BuildKit that buildx runs in a container.
	ContainerStart(ctx context.Context, id string, o container.StartOptions) error
	ContainerExecCreate(ctx context.Context, id string, o container.ExecOptions) (container.ExecCreateResponse, error)
	ContainerExecAttach(ctx context.Context, execID string, o container.ExecAttachOptions) (types.HijackedResponse, error)
}

var _ Client = (*client.Client)(nil)

// Options say how to build. The zero value is what `up` does.
type Options struct {
	NoCache bool // use no step of earlier builds
	Pull    bool // look for newer base images
	Quiet   bool // emit no output
	// AllPlatforms builds everything in build.platforms, as the command build
	// does. Else only the platform that the service runs on is built.
	AllPlatforms bool
	// BuildArgs go before those of the file; nil: the environment's value.
	BuildArgs map[string]*string
	// Provenance and SBOM ask for attestations, before what the file says:
	// "true", "false", or BuildKit's attributes ("mode=max"); "": the file's.
	Provenance, SBOM string
	// Builder is one that buildx has defined; "": BUILDX_BUILDER, else the engine's own.
	Builder string
	// Push sends the results to their registries. Only a Builder outside of the engine does so
	// itself (see Pushes); the caller asks the engine to push.
	Push bool
	// Memory bounds the steps of the classic builder, in bytes; 0: no bound.
	// BuildKit knows no such bound.
	Memory int64
	// SSH are agents and keys for all services, before those of the file.
	SSH []composetypes.SSHKey
	// LookupEnv reads the process's environment; nil: os.LookupEnv.
	LookupEnv func(name string) (string, bool)
	// ReadFile reads Dockerfiles for Uses; nil: it reads those of this machine.
	ReadFile func(name string) ([]byte, error)
	// Arch is the engine's processor, by Go's name; "": not known.
	Arch string
	// ConfigDir holds docker's config.json, for credentials and proxies; "":
	// DOCKER_CONFIG or ~/.docker.
	ConfigDir string
	// Identity is what a container's image label says of an image, for the one
	// platform wanted ("": none): the rule by which the engine's side observes
	// images (engine.ImageIdentity, which this package must not import). nil: the id.
	Identity func(img image.InspectResponse, platform string) string
	// Sink takes the output; nil: it is dropped.
	Sink event.Sink
}

// Result is what a build brought.
type Result struct {
	ImageID string
	// Digest is the identity of planner.Image, by Options.Identity. An unchanged
	// rebuild has the same one.
	Digest string
}

// Builder builds images of one project. Build may be called from several
// goroutines: all builds share one connection and whatever BuildKit can share.
// Close ends it.
type Builder struct {
	c Client
	p *project.Project
	o Options

	mu  sync.Mutex // guards below
	how backend    // nil: not asked yet
}

// backend is one way to build.
type backend interface {
	build(ctx context.Context, j job) (Result, error)
	close() error
}

// New returns a builder for p's services. It asks the engine nothing yet.
func New(c Client, p *project.Project, o Options) *Builder {
	if o.LookupEnv == nil {
		o.LookupEnv = os.LookupEnv
	}
	if o.Sink == nil {
		o.Sink = func(event.Event) {}
	}
	return &Builder{c: c, p: p, o: o}
}

// Build makes the image of a service under its name and its further tags.
// The images of the services that Project.BuiltFirst names must have been built before.
// The error is an *Error that names the service.
func (b *Builder) Build(ctx context.Context, service string) (Result, error) {
	res, err := b.run(ctx, service)
	if err != nil {
		return Result{}, failed(service, err)
	}
	return res, nil
}

func (b *Builder) run(ctx context.Context, service string) (Result, error) {
	j, err := resolve(b.p, service, b.o)
	if err != nil {
		return Result{}, err
	}
	how, err := b.backend(ctx)
	if err != nil {
		return Result{}, err
	}
	return how.build(ctx, j)
}

// Pushes tells whether builds push their results themselves, as Options.Push
// asked for. It is known after the first build.
func (b *Builder) Pushes() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	k, ok := b.how.(*buildkit)
	return ok && k.pushes()
}

// Close ends the connection to the engine's BuildKit. No build may be running. The error
// is that of closing the connection.
func (b *Builder) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.how == nil {
		return nil
	}
	err := b.how.close()
	b.how = nil
	return err
}

// out emits one line of a service's build.
func (b *Builder) out(j job, line string) {
	b.o.Sink(event.Output{Ref: j.ref(), Text: line})
}
