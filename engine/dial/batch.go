package dial

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/api"
)

// batchClient is docker's client for an engine on this machine. It reads logs
// that are not followed in batches: the engine writes them line by line, and
// would spend most of its time on waking this program for each.
type batchClient struct {
	*client.Client
	past func() (*client.Client, error)
}

// inBatches makes a batchClient of c where its engine has a local socket.
func (d dialer) inBatches(c *client.Client) api.Client {
	path, local := strings.CutPrefix(c.DaemonHost(), "unix://")
	if !local {
		return c
	}
	return &batchClient{Client: c, past: sync.OnceValues(func() (*client.Client, error) {
		transport := &http.Transport{
			ReadBufferSize: 32 << 10, // what a line-by-line writer fills in a pause
			// An idle connection is read as well, lest its end be missed.
			DisableKeepAlives: true,
		}
		calls := &http.Client{Transport: transport, CheckRedirect: client.CheckRedirect}
		past, err := client.NewClientWithOpts(append(d.over(calls, c.ClientVersion()),
			client.WithHost(c.DaemonHost()),
			client.WithDialContext(func(ctx context.Context, _, _ string) (net.Conn, error) { return dialBatches(ctx, path) }),
		)...)
		calls.Transport = Bounded(transport) // the options want docker's own
		return past, err
	})}
}

// ContainerLogs reads a log as docker's client does.
func (b *batchClient) ContainerLogs(ctx context.Context, id string, o container.LogsOptions) (io.ReadCloser, error) {
	if o.Follow {
		return b.Client.ContainerLogs(ctx, id, o)
	}
	past, err := b.past()
	if err != nil {
		return nil, err
	}
	return past.ContainerLogs(ctx, id, o)
}
