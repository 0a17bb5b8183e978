package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

// hello plays the program of examples/hello in all its containers.
type hello struct {
	page string // the host's address of the page

	mu      sync.Mutex // guards below
	counter *enginetest.Process
}

// Files of a container: listening is there while its server runs.
const (
	listening = "/listening"
	visits    = "/data/visits"
	index     = "/public/index.html"
)

// run is the program: hello web, hello counter or hello check.
func (h *hello) run(ctx context.Context, p *enginetest.Process) int {
	role := "web"
	if len(p.Args) > 1 {
		role = p.Args[1]
	}
	var err error
	switch role {
	case "web":
		err = h.web(ctx, p)
	case "counter":
		err = h.count(ctx, p)
	case "check":
		_, err = p.ReadFile(listening)
	default:
		err = fmt.Errorf("unknown role %q: web, counter or check", role)
	}
	if err != nil {
		fmt.Fprintln(p.Stderr, err)
		return 1
	}
	return 0
}

// web serves the page on an address of the host until it is stopped.
func (h *hello) web(ctx context.Context, p *enginetest.Process) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", h.page)
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err := h.show(w, p); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
		}
	})}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	err = h.listen(ctx, p, "web")
	_ = server.Close()
	if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
		return e
	}
	return err
}

// show writes the page, which counts as a visit.
func (h *hello) show(w http.ResponseWriter, p *enginetest.Process) error {
	text, err := p.ReadFile(index)
	if err != nil {
		return err
	}
	t, err := template.New("index").Parse(string(text))
	if err != nil {
		return err
	}
	n, err := h.visit()
	if err != nil {
		return err
	}
	fmt.Fprintf(p.Stderr, "visitor %d\n", n)
	return t.Execute(w, map[string]any{"Host": p.Getenv("HOSTNAME"), "Visits": n})
}

// count is the counter's server: visit works on its files.
func (h *hello) count(ctx context.Context, p *enginetest.Process) error {
	h.set(p)
	defer h.set(nil)
	return h.listen(ctx, p, "counter")
}

func (h *hello) set(counter *enginetest.Process) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counter = counter
}

// visit counts one in the counter's volume.
func (h *hello) visit() (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counter == nil {
		return 0, errors.New("the counter does not run")
	}
	text, err := h.counter.ReadFile(visits)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(text))) // 0 at the first visit
	n++
	return n, h.counter.WriteFile(visits, []byte(strconv.Itoa(n)+"\n"))
}

// listen is a server's life: it answers the health check until it is asked to
// stop.
func (h *hello) listen(ctx context.Context, p *enginetest.Process, role string) error {
	signals := p.Signals()
	if err := p.WriteFile(listening, nil); err != nil {
		return err
	}
	fmt.Fprintf(p.Stderr, "%s: listening\n", role)
	select {
	case <-signals:
		fmt.Fprintf(p.Stderr, "%s: stopping\n", role)
	case <-ctx.Done():
	}
	return nil
}
