package enginetest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/api"
)

// TestServesWhatIsCalled: the engine in memory imitates what this program calls, and
// nothing else: each route is one of a method of api.Client or api.HealthChecker.
func TestServesWhatIsCalled(t *testing.T) {
	called := append(callsOf(t, reflect.TypeFor[api.Client]()),
		"GET /libpod/containers/x/healthcheck", "GET /libpod/containers/json") // of api.HealthChecker
	e := &Engine{}
	for _, r := range e.table() {
		served := false
		for _, call := range called {
			method, path, _ := strings.Cut(call, " ")
			served = served || method == r.method && r.path.MatchString(path)
		}
		if !served {
			t.Errorf("%s is served, and no method of api.Client calls it", r.name)
		}
	}
}

// callsOf are the requests, "METHOD /path", that docker's client makes for the methods
// of an interface.
func callsOf(t *testing.T, methods reflect.Type) []string {
	t.Helper()
	// These two are made where HEAD is refused, and on a connection of their own.
	called := []string{"GET /_ping", "POST /containers/x/attach"}
	record := roundTripper(func(r *http.Request) (*http.Response, error) {
		called = append(called, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/v1.51"))
		return &http.Response{StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(strings.NewReader("{}"))}, nil
	})
	c, err := client.NewClientWithOpts(client.WithHost("tcp://127.0.0.1:1"), client.WithVersion("1.51"), client.WithHTTPClient(&http.Client{Transport: record}))
	if err != nil {
		t.Fatal(err)
	}
	for i := range methods.NumMethod() {
		m := reflect.ValueOf(c).MethodByName(methods.Method(i).Name)
		var args []reflect.Value
		for j := range m.Type().NumIn() - variadic(m.Type()) {
			args = append(args, argument(t, m.Type().In(j)))
		}
		m.Call(args)
	}
	return called
}

func variadic(t reflect.Type) int {
	if t.IsVariadic() {
		return 1
	}
	return 0
}

// argument is something to call a method with.
func argument(t *testing.T, of reflect.Type) reflect.Value {
	switch {
	case of.Kind() == reflect.String:
		return reflect.ValueOf("x").Convert(of)
	case of == reflect.TypeFor[context.Context]():
		return reflect.ValueOf(t.Context())
	case of == reflect.TypeFor[io.Reader]():
		return reflect.ValueOf(io.Reader(new(bytes.Buffer)))
	case of.Kind() == reflect.Pointer:
		return reflect.New(of.Elem())
	}
	return reflect.Zero(of)
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
