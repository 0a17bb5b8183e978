package build

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
	bkclient "github.com/moby/buildkit/client"
	"github.com/moby/buildkit/session/grpchijack"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/frames"
)

// connectBuilder connects to a BuildKit outside of the engine, as buildx has defined
// it. Several nodes of an instance are for several platforms: the first one
// builds here.
func (b *Builder) connectBuilder(ctx context.Context, i instance) (*buildkit, error) {
	node := i.Nodes[0]
	var c *bkclient.Client
	var err error
	switch i.Driver {
	case "remote":
		c, err = bkclient.New(ctx, node.Endpoint, tlsOptions(node.DriverOpts)...)
	case "docker-container":
		c, err = b.dialContainer(ctx, i.Name, node)
	default:
		return nil, hint.New(fmt.Sprintf("the builder %q has the driver %s", i.Name, i.Driver), "the drivers docker, docker-container and remote work")
	}
	if err != nil {
		return nil, fmt.Errorf("connecting to the builder %q: %w", i.Name, err)
	}
	if _, err := c.ListWorkers(ctx); err != nil {
		_ = c.Close()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, hint.Wrap(fmt.Errorf("the builder %q does not answer: %w", i.Name, err), "start it: docker buildx inspect --bootstrap "+i.Name)
	}
	return &buildkit{
		b: b, c: c, external: true,
		locals: newLocalSessions(sharedFolders(b.p), grpchijack.Dialer(c.ControlClient())),
	}, nil
}

// tlsOptions read what "docker buildx create --driver-opt" takes for remote
// builders. https://docs.docker.com/build/builders/drivers/remote/
func tlsOptions(o map[string]string) []bkclient.ClientOpt {
	var list []bkclient.ClientOpt
	if o["cacert"] != "" || o["servername"] != "" {
		list = append(list, bkclient.WithServerConfig(o["servername"], o["cacert"]))
	}
	if o["cert"] != "" || o["key"] != "" {
		list = append(list, bkclient.WithCredentials(o["cert"], o["key"]))
	}
	return list
}

// containerPrefix begins the names of the containers that buildx runs BuildKit in.
const containerPrefix = "buildx_buildkit_"

// dialContainer reaches the BuildKit in a container through an exec in it, and
// starts the container where it is stopped.
func (b *Builder) dialContainer(ctx context.Context, builder string, n instanceNode) (*bkclient.Client, error) {
	c, err := b.nodeEngine(n)
	if err != nil {
		return nil, err
	}
	name := containerPrefix + n.Name
	if err := c.ContainerStart(ctx, name, container.StartOptions{}); errdefs.IsNotFound(err) {
		return nil, hint.New(fmt.Sprintf("its container %s is not there", name), "start it: docker buildx inspect --bootstrap "+builder)
	} else if err != nil {
		return nil, err
	}
	k, err := bkclient.New(ctx, "", bkclient.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		run, err := c.ContainerExecCreate(ctx, name, container.ExecOptions{
			Cmd: []string{"buildctl", "dial-stdio"}, AttachStdin: true, AttachStdout: true, AttachStderr: true,
		})
		if err != nil {
			return nil, err
		}
		attached, err := c.ContainerExecAttach(ctx, run.ID, container.ExecAttachOptions{})
		if err != nil {
			return nil, err
		}
		return newExecConn(attached), nil
	}))
	if err != nil {
		return nil, err
	}
	// It may have been started this moment. Whether it is up then, the caller asks.
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	_ = k.Wait(ctx)
	return k, nil
}

// startTime is how long a BuildKit may take from the start of its container.
const startTime = 15 * time.Second

// nodeEngine is the engine that a node's container is in: this one, where the
// node names a docker context.
func (b *Builder) nodeEngine(n instanceNode) (Client, error) {
	if !strings.Contains(n.Endpoint, "://") || n.Endpoint == b.c.DaemonHost() {
		return b.c, nil
	}
	return client.NewClientWithOpts(client.WithHost(n.Endpoint), client.WithAPIVersionNegotiation())
}

// execConn is the connection to a process in a container: what it writes to its
// standard output, without the engine's framing. Its error output is dropped: a
// broken connection tells enough.
type execConn struct {
	net.Conn
	out *io.PipeReader
}

func newExecConn(attached types.HijackedResponse) *execConn {
	r, w := io.Pipe()
	go func() { // ends with the connection
		err := frames.Split(w, io.Discard, attached.Reader)
		w.CloseWithError(err) // nil is the end of the stream
	}()
	return &execConn{Conn: attached.Conn, out: r}
}

func (c *execConn) Read(p []byte) (int, error) { return c.out.Read(p) }

// Close ends the goroutine as well, whichever side it waits for.
func (c *execConn) Close() error {
	_ = c.out.Close() // always nil
	return c.Conn.Close()
}

// loading is a result's way from a BuildKit outside of the engine into the engine:
// an archive that the one writes and the other reads at the same time.
type loading struct {
	w    *io.PipeWriter
	done chan error
}

func (k *buildkit) load(ctx context.Context) *loading {
	r, w := io.Pipe()
	l := &loading{w: w, done: make(chan error, 1)}
	go func() {
		err := k.loadFrom(ctx, r)
		_ = r.CloseWithError(err) // always nil
		l.done <- err
	}()
	return l
}

func (l *loading) output(map[string]string) (io.WriteCloser, error) { return l.w, nil }

// wait returns when the engine has the image; at once where nothing was written.
// A nil loading is none.
func (l *loading) wait() error {
	if l == nil {
		return nil
	}
	_ = l.w.Close() // always nil
	return <-l.done
}

// loadFrom has the engine take an archive with an image. Without a first byte
// nothing is asked of it: there was no result.
func (k *buildkit) loadFrom(ctx context.Context, r io.Reader) error {
	first := make([]byte, 1)
	if _, err := io.ReadFull(r, first); err != nil {
		return nil
	}
	resp, err := k.b.c.ImageLoad(ctx, io.MultiReader(strings.NewReader(string(first)), r), client.ImageLoadWithQuiet(true))
	if err != nil {
		return fmt.Errorf("loading the image into the engine: %w", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return fmt.Errorf("loading the image into the engine: %w", err)
	}
	return nil
}

var _ net.Conn = (*execConn)(nil)
