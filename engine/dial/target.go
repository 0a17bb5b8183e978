package dial

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	dockercontext "github.com/docker/cli/cli/context"
	"github.com/docker/cli/cli/context/store"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/regular"
)

// dockerEndpoint is the name of the engine's endpoint in a docker context.
const dockerEndpoint = "docker"

// containerHost is the variable that says which engine podman talks to.
const containerHost = "CONTAINER_HOST"

// dialConfig is the part of docker's config.json that dialling needs.
// Credentials in the same file are not looked at: they cost time.
type dialConfig struct {
	CurrentContext string            `json:"currentContext"`
	Headers        map[string]string `json:"HttpHeaders"`
}

// configDir is docker's configuration folder.
func configDir(o Options) string {
	if o.ConfigDir != "" {
		return o.ConfigDir
	}
	if dir := o.Getenv("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	return filepath.Join(homeDir(o.Getenv), ".docker")
}

// homeDir is the user's, "" where there is none.
func homeDir(getenv func(string) string) string {
	if home := getenv("HOME"); home != "" {
		return home
	}
	home, _ := os.UserHomeDir() // Windows names it otherwise
	return home
}

// maxConfig bounds config.json and the files of TLS, in bytes.
const maxConfig = 16 << 20

// readDialConfig reads config.json, which need not exist.
func readDialConfig(o Options) (dialConfig, error) {
	var c dialConfig
	path := filepath.Join(configDir(o), "config.json")
	b, err := regular.Read(path, maxConfig)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return c, nil // docker's own configuration of another user, under sudo
	}
	if err != nil {
		return c, fmt.Errorf("reading docker's configuration: %w", err)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("reading docker's configuration %q: %w", path, err)
	}
	return c, nil
}

// namedTarget is the engine that an option, the environment or docker's
// configuration names, in docker's order; nil: none does.
func namedTarget(o Options, cfg dialConfig) (*target, error) {
	if o.Host != "" && o.Context != "" {
		return nil, errors.New("--host and --context cannot be used together")
	}
	switch {
	case o.Host != "":
		return hostTarget(o, o.Host, "--host")
	case o.Context != "" && o.Context != "default":
		return contextTarget(o, o.Context, fmt.Sprintf("--context %s", o.Context))
	case o.Getenv("DOCKER_HOST") != "":
		return hostTarget(o, o.Getenv("DOCKER_HOST"), "DOCKER_HOST")
	case o.Context == "default":
		return nil, nil
	}
	from := "DOCKER_CONTEXT"
	name := o.Getenv(from)
	if name == "" {
		name = cfg.CurrentContext
		from = fmt.Sprintf("docker context %q", name)
	}
	switch {
	case name != "" && name != "default":
		return contextTarget(o, name, from)
	case o.TLS.enabled(o.Getenv):
		return hostTarget(o, "tcp://localhost:2376", "TLS was asked for")
	}
	return nil, nil
}

// searchedTargets are the places where an engine may answer where nobody names one,
// in the order in which they are tried. CONTAINER_HOST, podman's own variable, stands
// for Podman's sockets.
func searchedTargets(o Options) ([]target, error) {
	targets, host := dockerSockets(o.Getenv), o.Getenv(containerHost)
	if host == "" {
		return append(targets, podmanSockets(o.Getenv)...), nil
	}
	t, err := hostTarget(o, host, containerHost)
	if err != nil {
		return nil, err
	}
	return append(targets, *t), nil
}

// hostTarget is a host given as docker takes it.
func hostTarget(o Options, host, from string) (*target, error) {
	t := target{from: from, tls: o.TLS.source(o)}
	var err error
	t.host, err = parseHost(host, t.tls)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	return &t, nil
}

// parseHost completes a host: scheme, port, a socket's path.
func parseHost(host string, t tlsSource) (string, error) {
	host = strings.TrimSpace(host)
	scheme, rest, ok := strings.Cut(host, "://")
	if !ok {
		scheme, rest = "tcp", host
	}
	switch scheme {
	case "unix":
		if rest == "" {
			rest = "/var/run/docker.sock"
		}
	case "npipe":
		if rest == "" {
			rest = "//./pipe/docker_engine"
		}
	case "tcp":
		return tcpHost(rest, t)
	case "ssh", "http", "https", "fd":
		if rest == "" {
			return "", fmt.Errorf("engine host %q names no machine", host)
		}
	default:
		return "", hint.New(fmt.Sprintf("engine host %q: unknown scheme %q", host, scheme),
			"use unix://, tcp://, ssh:// or npipe://")
	}
	return scheme + "://" + rest, nil
}

// tcpHost adds the port that docker's daemon has by custom.
func tcpHost(rest string, t tlsSource) (string, error) {
	u, err := url.Parse("tcp://" + rest)
	if err != nil {
		return "", fmt.Errorf("engine host %q: %w", rest, err)
	}
	name, port := u.Hostname(), u.Port()
	if name == "" {
		name = "localhost"
	}
	if port == "" {
		port = "2375"
		if t.use {
			port = "2376"
		}
	}
	return "tcp://" + net.JoinHostPort(name, port) + u.Path, nil
}

// contextTarget looks a docker context up in its store.
func contextTarget(o Options, name, from string) (*target, error) {
	s := store.New(filepath.Join(configDir(o), "contexts"), store.NewConfig(
		func() any { return &map[string]any{} },
		store.EndpointTypeGetter(dockerEndpoint, func() any { return &dockercontext.EndpointMetaBase{} }),
	))
	meta, err := s.GetMetadata(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, hint.New(fmt.Sprintf("docker context %q (from %s) does not exist", name, from),
			"docker context ls shows those that do")
	}
	if err != nil {
		return nil, fmt.Errorf("reading docker context %q: %w", name, err)
	}
	endpoint, ok := meta.Endpoints[dockerEndpoint].(dockercontext.EndpointMetaBase)
	if !ok || endpoint.Host == "" {
		return nil, fmt.Errorf("docker context %q names no engine", name)
	}
	data, err := dockercontext.LoadTLSData(s, name, dockerEndpoint)
	if err != nil {
		return nil, err
	}
	t := tlsSource{use: data != nil || endpoint.SkipTLSVerify, skipVerify: endpoint.SkipTLSVerify}
	if data != nil {
		t.ca, t.cert, t.key = data.CA, data.Cert, data.Key
	}
	host, err := parseHost(endpoint.Host, t)
	if err != nil {
		return nil, fmt.Errorf("docker context %q: %w", name, err)
	}
	return &target{host: host, from: from, tls: t}, nil
}

// isRemote tells whether a host is another machine, whose file system is not
// ours.
func isRemote(host string) bool {
	scheme, rest, _ := strings.Cut(host, "://")
	switch scheme {
	case "ssh":
		return true
	case "tcp", "http", "https":
		u, err := url.Parse("tcp://" + rest)
		if err != nil {
			return true
		}
		ip := net.ParseIP(u.Hostname())
		return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
	}
	return false
}
