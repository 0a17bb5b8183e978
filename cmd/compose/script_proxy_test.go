package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// countReal is "count": from here on a real engine is reached through a socket that
// counts the requests. "count N" fails where there were not N since the last time.
func countReal(ts *testscript.TestScript, neg bool, args []string) {
	counter, _ := ts.Value(counterKey{}).(*requestCounter)
	if neg || len(args) > 1 || counter == nil {
		ts.Fatalf("usage: count [N], on a real engine")
	}
	if len(args) == 0 {
		ts.Check(counter.start(ts))
		return
	}
	if got := fmt.Sprint(counter.n.Swap(0)); got != args[0] {
		ts.Fatalf("%s requests, want %s", got, args[0])
	}
}

// counterKey is where a script's environment keeps its *requestCounter.
type counterKey struct{}

// requestCounter counts what goes to an engine on a unix socket.
type requestCounter struct{ n atomic.Int64 }

func (c *requestCounter) start(ts *testscript.TestScript) error {
	engine := strings.TrimPrefix(ts.Getenv("DOCKER_HOST"), "unix://")
	if engine == "" {
		engine = "/var/run/docker.sock"
	}
	l, err := net.Listen("unix", filepath.Join(ts.Getenv("WORK"), "count.sock"))
	if err != nil {
		return err
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "engine"})
	proxy.FlushInterval = -1
	proxy.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", engine)
	}}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.n.Add(1)
		proxy.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(l) }() // ends by Close
	ts.Defer(func() { _ = server.Close() })
	ts.Setenv("DOCKER_HOST", "unix://"+l.Addr().String())
	return nil
}
