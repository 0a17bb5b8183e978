package enginetest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/docker/docker/client"
)

// Server is an engine that listens on a unix socket.
type Server struct {
	*Engine
	// Host is the socket as DOCKER_HOST takes it: unix:///tmp/et123/d.sock.
	Host string

	dir  string
	http *http.Server
	done chan struct{}
}

// Listen starts an engine on a unix socket in a new temporary folder. The path
// is short: sockets have at most 104 bytes of it on some systems.
func Listen(o Options) (*Server, error) {
	dir, err := os.MkdirTemp(socketRoot(), "et")
	if err != nil {
		return nil, fmt.Errorf("making the socket's folder: %w", err)
	}
	path := filepath.Join(dir, "d.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("listening on %s: %w", path, err)
	}
	s := &Server{Engine: New(o), Host: "unix://" + filepath.ToSlash(path), dir: dir, done: make(chan struct{})}
	s.http = &http.Server{Handler: s.Engine, ReadHeaderTimeout: 30 * time.Second}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(l)
	}()
	return s, nil
}

// socketRoot is where sockets go: the system's temporary folder, or /tmp where
// that one's path is too long for them.
func socketRoot() string {
	if dir := os.TempDir(); len(dir) < 60 {
		return dir
	}
	return "/tmp"
}

// Close stops the engine and the server and removes the socket.
func (s *Server) Close() {
	s.Engine.Close()
	// Every stream is over by now: what is left are idle connections and
	// answers being written.
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	<-s.done
	_ = os.RemoveAll(s.dir)
}

// Client returns a client of the engine, which the caller closes.
func (s *Server) Client() (*client.Client, error) {
	return client.NewClientWithOpts(client.WithHost(s.Host), client.WithAPIVersionNegotiation())
}

// TestServer is a Server for a test: it is closed when the test ends.
type TestServer struct {
	*Server
	client *client.Client
}

// Start starts a server that ends with the test.
func Start(t testing.TB, o Options) *TestServer {
	t.Helper()
	s, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c, err := s.Client()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &TestServer{s, c}
}

// Client is the test's client of the engine; it is closed with the test.
func (s *TestServer) Client() *client.Client { return s.client }
