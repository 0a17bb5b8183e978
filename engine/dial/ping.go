package dial

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/planner"
)

// client makes docker's client for a target without talking to it, and the
// address of the engine's ping.
func (d dialer) client(t target) (c *client.Client, ping string, err error) {
	transport := &http.Transport{
		// A log comes in pieces of 100 bytes: many of them at once. 4 KiB cost a fifth more.
		ReadBufferSize: 16 << 10,
		// As many as the steps that run at once, lest each opens its own.
		MaxIdleConns: 32, MaxIdleConnsPerHost: 32, IdleConnTimeout: 30 * time.Second,
	}
	calls := &http.Client{Transport: transport, CheckRedirect: client.CheckRedirect}
	o := d.over(calls, d.options.Getenv(client.EnvOverrideAPIVersion))
	switch scheme, _, _ := strings.Cut(t.host, "://"); scheme {
	case "ssh":
		host, dial, err := sshDialer(t)
		if err != nil {
			return nil, "", err
		}
		o = append(o, client.WithHost(host), client.WithDialContext(dial))
	case "unix", "npipe", "fd":
		o = append(o, client.WithHost(t.host))
	default:
		if transport.TLSClientConfig, err = t.tls.config(); err != nil {
			return nil, "", err
		}
		o = append(o, client.WithHost(t.host))
	}
	if c, err = client.NewClientWithOpts(o...); err != nil {
		return nil, "", fmt.Errorf("engine host %q: %w", t.host, err)
	}
	calls.Transport = bounded{conflicts{calls.Transport}} // the options want docker's own
	u, err := pingURL(c.DaemonHost())
	if err != nil {
		return nil, "", err
	}
	if transport.TLSClientConfig != nil {
		u.Scheme = "https"
	}
	return c, u.String(), nil
}

// over are the options of a client that calls by another. version "" is what
// greet settles.
func (d dialer) over(calls *http.Client, version string) []client.Opt {
	return []client.Opt{
		client.WithHTTPClient(calls),
		client.WithUserAgent("compose"),
		client.WithHTTPHeaders(d.headers),
		client.WithVersion(version),
	}
}

// greet pings the engine, settles the API version and describes it. It reads
// the headers itself: docker's client does not give the Server header away,
// and the calls that name engine and version cost fifteen times a ping.
func (d dialer) greet(ctx context.Context, c *client.Client, ping string, conn *Conn) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, ping, nil)
	if err != nil {
		return err
	}
	for k, v := range d.headers {
		req.Header.Set(k, v)
	}
	resp, err := c.HTTPClient().Do(req)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	if err := resp.Body.Close(); err != nil {
		return err
	}
	api := resp.Header.Get("Api-Version")
	if api == "" {
		return fmt.Errorf("what answers there is no container engine (HTTP status %s)", resp.Status)
	}
	c.NegotiateAPIVersionPing(types.Ping{APIVersion: api})
	if versions.LessThan(c.ClientVersion(), minAPIVersion) {
		return hint.New(fmt.Sprintf("the engine at %s speaks API %s, and at least %s is needed", conn.Host, c.ClientVersion(), minAPIVersion),
			"update the engine: Docker 20.10 or Podman 4 is enough")
	}
	conn.BuildKit = resp.Header.Get("Builder-Version") == string(build.BuilderBuildKit)
	conn.Engine = describe(resp.Header)
	conn.Engine.APIVersion, conn.Engine.Remote = c.ClientVersion(), conn.Remote
	if own := resp.Header.Get("Libpod-Api-Version"); own != "" {
		root := strings.TrimSuffix(ping, "/_ping") + "/v" + url.PathEscape(own) + "/libpod"
		podmans := libpod{root: root, client: c.HTTPClient(), headers: d.headers}
		conn.Client, conn.Checks = podman{conn.Client, podmans}, podmans
	}
	if conn.Remote {
		conn.Engine.Host = conn.Host
		return askArch(ctx, c, &conn.Engine)
	}
	return nil
}

// describe reads the headers of a ping. A local engine's processor is taken to
// be this program's.
func describe(h http.Header) planner.Engine {
	e := planner.Engine{Name: "docker", OS: h.Get("Ostype"), Arch: runtime.GOARCH}
	product, _, _ := strings.Cut(h.Get("Server"), " ") // "Docker/28.5.2 (linux)"
	name, version, _ := strings.Cut(product, "/")
	e.Version = version
	if name == "Libpod" || h.Get("Libpod-Api-Version") != "" {
		e.Name = "podman"
	}
	if e.OS == "" {
		e.OS = "linux"
	}
	return e
}

// askArch completes the description of an engine on another machine.
func askArch(ctx context.Context, c api.Reader, e *planner.Engine) error {
	v, err := c.ServerVersion(ctx)
	if err != nil {
		return fmt.Errorf("asking the engine for its version: %w", err)
	}
	e.OS, e.Arch = v.Os, v.Arch
	if e.Version == "" {
		e.Version = v.Version
	}
	return nil
}

// pingURL is the unversioned address of the ping at a host.
func pingURL(daemonHost string) (*url.URL, error) {
	host, err := client.ParseHostURL(daemonHost)
	if err != nil {
		return nil, err
	}
	u := &url.URL{Scheme: "http", Host: client.DummyHost, Path: "/_ping"}
	if host.Scheme != "unix" && host.Scheme != "npipe" {
		u.Host, u.Path = host.Host, strings.TrimSuffix(host.Path, "/")+"/_ping"
	}
	if host.Scheme == "https" {
		u.Scheme = "https"
	}
	return u, nil
}
