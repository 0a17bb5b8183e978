// Hello is the smallest project with something to orchestrate: a page and the
// counter it asks, both in one static program, so that its image starts from
// scratch and needs no registry.
//
//	hello web      serves /public/index.html, a template, on port 8000
//	hello counter  counts requests on port 8000 and keeps the count in /data
//	hello check    exits 0 where the server of this container answers: the health check
package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const address = ":8000"

func main() {
	log.SetFlags(0)
	role := "web"
	if len(os.Args) > 1 {
		role = os.Args[1]
	}
	if err := run(role); err != nil {
		log.Fatal(err)
	}
}

func run(role string) error {
	switch role {
	case "web":
		return serve(role, &page{file: "/public/index.html", counter: os.Getenv("COUNTER_URL")})
	case "counter":
		return serve(role, &counter{file: "/data/visits"})
	case "check":
		_, err := get("http://127.0.0.1" + address + "/healthz")
		return err
	default:
		return fmt.Errorf("unknown role %q: web, counter or check", role)
	}
}

// serve answers requests, and those of the health check, until the engine asks
// the container to stop. A container's first process has no default signal
// handlers: without this one every stop would take the whole grace period.
func serve(role string, h http.Handler) error {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()

	mux := http.NewServeMux()
	mux.Handle("/{$}", h)
	mux.HandleFunc("/healthz", func(http.ResponseWriter, *http.Request) {})
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	drained := make(chan error, 1)
	go func() {
		<-ctx.Done()
		log.Printf("%s: stopping", role)
		grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		drained <- server.Shutdown(grace)
	}()
	log.Printf("%s: listening on %s", role, address)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-drained
}

// page renders a template that is read anew for each request, so that a mounted
// one can be edited while the service runs.
type page struct {
	file    string // the template
	counter string // the counter's URL
}

func (p *page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	visits, err := get(p.counter)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	t, err := template.ParseFiles(p.file)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	host, _ := os.Hostname()
	data := struct{ Host, Visits string }{host, visits}
	if err := t.Execute(w, data); err != nil {
		log.Printf("rendering %s: %v", p.file, err)
	}
	log.Printf("visitor %s", visits)
}

// counter counts requests in a file.
type counter struct {
	file string
	mu   sync.Mutex // guards the file
}

func (c *counter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	n, err := c.add()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, n)
}

// add counts one visit. The new count replaces the file in one move: a
// container killed halfway leaves the old one.
func (c *counter) add() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(c.file), 0o755); err != nil {
		return 0, err
	}
	n := 0
	switch text, err := os.ReadFile(c.file); {
	case err == nil:
		if n, err = strconv.Atoi(strings.TrimSpace(string(text))); err != nil {
			return 0, fmt.Errorf("%s: %w", c.file, err)
		}
	case !errors.Is(err, os.ErrNotExist):
		return 0, err
	}
	n++
	if err := os.WriteFile(c.file+".new", []byte(strconv.Itoa(n)+"\n"), 0o644); err != nil {
		return 0, err
	}
	return n, os.Rename(c.file+".new", c.file)
}

// get returns the body of a successful answer.
func get(url string) (string, error) {
	client := http.Client{Timeout: 2 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s: %s", url, resp.Status, strings.TrimSpace(string(body)))
	}
	return string(body), nil
}
