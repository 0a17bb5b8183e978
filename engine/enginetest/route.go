package enginetest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/versions"
)

// Route names an operation of the API: its method and path pattern, without
// the version. Calls counts by it, Fault picks by it.
type Route string

// route is a Route with its way to recognize requests and its handler.
type route struct {
	name    Route
	method  string
	path    *regexp.Regexp
	vars    []string
	handler func(w http.ResponseWriter, r *request) error
}

// request is a request with the path's variables and the version it asked for.
type request struct {
	*http.Request
	vars    map[string]string
	version string
}

// apiError is an error with the status and the words Docker answers.
type apiError struct {
	status  int
	message string
}

func (e *apiError) Error() string { return e.message }

// errorf makes an apiError.
func errorf(status int, format string, args ...any) error {
	return &apiError{status, fmt.Sprintf(format, args...)}
}

var pathVariable = regexp.MustCompile(`\{(\w+)(\.\.\.)?\}`)

// on makes a route. A variable {x} is one segment of the path, {x...} is one
// or more, as the names of images need.
func on(name Route, handler func(http.ResponseWriter, *request) error) route {
	method, path, _ := strings.Cut(string(name), " ")
	r := route{name: name, method: method, handler: handler}
	pattern := pathVariable.ReplaceAllStringFunc(path, func(v string) string {
		m := pathVariable.FindStringSubmatch(v)
		r.vars = append(r.vars, m[1])
		if m[2] != "" {
			return "(.+)"
		}
		return "([^/]+)"
	})
	r.path = regexp.MustCompile("^" + pattern + "$")
	return r
}

var versionPrefix = regexp.MustCompile(`^/v(\d+\.\d+)(?:\.\d+)?(/.*)$`)

// ServeHTTP answers one request of the API.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	is := e.product.Load()
	is.introduce(w.Header())
	path, version := r.URL.Path, is.apiVersion
	if m := versionPrefix.FindStringSubmatch(path); m != nil {
		version, path = m[1], m[2]
	}
	if is.podman && strings.HasPrefix(path, "/libpod/") {
		version = is.apiVersion // this one is Podman's own
	}
	if err := is.checkVersion(version); err != nil {
		writeError(w, err)
		return
	}
	path = strings.ReplaceAll(path, "//", "/")
	for i := range e.routes {
		rt := &e.routes[i]
		if rt.method != r.Method {
			continue
		}
		m := rt.path.FindStringSubmatch(path)
		if m == nil {
			continue
		}
		vars := map[string]string{}
		for j, name := range rt.vars {
			vars[name] = m[j+1]
		}
		e.serve(w, &request{r, vars, version}, rt)
		return
	}
	writeError(w, errorf(http.StatusNotFound, "page not found"))
}

func (p *product) checkVersion(version string) error {
	if versions.GreaterThan(version, p.apiVersion) {
		return errorf(http.StatusBadRequest, "client version %s is too new. Maximum supported API version is %s", version, p.apiVersion)
	}
	if versions.LessThan(version, minAPIVersion) {
		return errorf(http.StatusBadRequest, "client version %s is too old. Minimum supported API version is %s, please upgrade your client to a newer version", version, minAPIVersion)
	}
	return nil
}

// serve counts the call, commits the fault that is due, and runs the handler.
func (e *Engine) serve(w http.ResponseWriter, r *request, rt *route) {
	e.mu.Lock()
	e.calls[rt.name]++
	closed := e.closed
	fault := e.takeFault(rt.name)
	e.mu.Unlock()
	if closed {
		writeError(w, errorf(http.StatusServiceUnavailable, "the engine is shut down"))
		return
	}
	if fault != nil && e.commit(w, r, fault) {
		return
	}
	if fault != nil && fault.Stall != nil {
		w = &stalled{w, fault.Writes, fault.Stall, r.Context().Done(), e.ctx.Done()}
	}
	answer := &reply{ResponseWriter: w}
	if err := rt.handler(answer, r); err != nil {
		writeError(answer, err)
	}
	answer.send()
}

// Calls counts the requests so far by route. Requests of no known route and of
// a refused version are not in it.
func (e *Engine) Calls() map[Route]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.calls)
}

// ResetCalls sets all counts to zero.
func (e *Engine) ResetCalls() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.calls)
}

func writeError(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if ae, ok := errors.AsType[*apiError](err); ok {
		status = ae.status
	}
	if status == http.StatusNotModified {
		w.WriteHeader(status)
		return
	}
	_ = writeJSON(w, status, types.ErrorResponse{Message: err.Error()})
}

// reply is an answer of a handler. What writeJSON writes to it is sent when the
// handler is through and no longer holds the engine's mutex: a client that is
// slow to read holds nobody up.
type reply struct {
	http.ResponseWriter
	status int // 0: nothing is waiting to be sent
	body   []byte
}

func (r *reply) send() {
	if r.status != 0 {
		r.WriteHeader(r.status)
		_, _ = r.Write(r.body) // a client that went away cannot be told
	}
}

// Flush makes streams possible.
func (r *reply) Flush() {
	if f, ok := r.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Hijack makes attaching possible.
func (r *reply) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

// writeJSON answers with v. The error is always nil.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // the API's types are all representable
	}
	w.Header().Set("Content-Type", "application/json")
	if r, ok := w.(*reply); ok {
		r.status, r.body = status, body.Bytes()
		return nil
	}
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
	return nil
}

func noContent(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// decode reads the request's JSON body into v. An empty body leaves v as it is.
func (r *request) decode(v any) error {
	err := json.NewDecoder(r.Body).Decode(v)
	if err != nil && !errors.Is(err, io.EOF) {
		return errorf(http.StatusBadRequest, "invalid JSON: %v", err)
	}
	return nil
}

func (r *request) query(name string) string { return r.URL.Query().Get(name) }

// flag reads a boolean of the query the way Docker does: set and not a no.
func (r *request) flag(name string) bool {
	v := strings.ToLower(strings.TrimSpace(r.query(name)))
	return !slices.Contains([]string{"", "0", "no", "false", "none"}, v)
}

// seconds reads a number of seconds; nil where the query has none.
func (r *request) seconds(name string) (*int, error) {
	v := r.query(name)
	if v == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		return nil, errorf(http.StatusBadRequest, "%v", err)
	}
	return &n, nil
}

// filters reads the query's filters and refuses those that are not accepted.
func (r *request) filters(accepted ...string) (filters.Args, error) {
	args, err := filters.FromJSON(r.query("filters"))
	if err != nil {
		return args, errorf(http.StatusBadRequest, "invalid filter")
	}
	for _, key := range args.Keys() {
		if !slices.Contains(accepted, key) {
			return args, errorf(http.StatusBadRequest, "invalid filter '%s'", key)
		}
	}
	return args, nil
}

// sortedKeys are the map's keys in order.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
