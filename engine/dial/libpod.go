package dial

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/docker/docker/api/types/filters"
)

// libpod is Podman's own API, beside Docker's.
type libpod struct {
	root    string // "http://api.moby.localhost/v4.3.1/libpod"
	client  *http.Client
	headers map[string]string
}

// CheckHealth runs a container's health check.
func (l libpod) CheckHealth(ctx context.Context, id string) error {
	_, err := l.call(ctx, http.MethodGet, "/containers/"+url.PathEscape(id)+"/healthcheck")
	return err
}

// Healths are those of the containers with a label.
func (l libpod) Healths(ctx context.Context, label string) (map[string]string, error) {
	having, err := filters.ToJSON(filters.NewArgs(filters.Arg("label", label)))
	if err != nil {
		return nil, err
	}
	text, err := l.call(ctx, http.MethodGet, "/containers/json?all=true&filters="+url.QueryEscape(having))
	if err != nil {
		return nil, fmt.Errorf("asking for the containers' health: %w", err)
	}
	var list []struct {
		ID     string `json:"Id"`
		Status string
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("asking for the containers' health: %w", err)
	}
	healths := map[string]string{}
	for _, c := range list {
		healths[c.ID] = c.Status
	}
	return healths, nil
}

// call makes a request, and reads the answer.
func (l libpod) call(ctx context.Context, method, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, l.root+path, nil)
	if err != nil {
		return nil, err
	}
	for k, v := range l.headers {
		req.Header.Set(k, v)
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode < http.StatusBadRequest {
		return text, err
	}
	var said struct{ Message string }
	_ = json.Unmarshal(text, &said) // what is no JSON says nothing
	return nil, errors.New(cmp.Or(said.Message, resp.Status))
}

// conflictCauses are the errors of Podman's that are conflicts for Docker: a container is
// not in the state that a call needs, a name is taken.
var conflictCauses = regexp.MustCompile(`"cause":"(container state improper|that name is already in use|network already exists|network is being used)"`)

// conflicts answers as Docker does where Podman has another status: 409 for a conflict,
// which is 500 as all else is there; 200 for what is known of a link to nothing.
type conflicts struct{ http.RoundTripper }

// RoundTrip looks at the answers of Podman that are errors.
func (c conflicts) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := c.RoundTripper.RoundTrip(r)
	if err != nil || response.StatusCode < http.StatusBadRequest || !strings.HasPrefix(response.Header.Get("Server"), "Libpod/") {
		return response, err
	}
	if response.StatusCode == http.StatusNotFound && r.Method == http.MethodHead && response.Header.Get("X-Docker-Container-Path-Stat") != "" {
		response.StatusCode, response.Status = http.StatusOK, "200 OK"
		return response, nil
	}
	if response.StatusCode != http.StatusInternalServerError {
		return response, nil
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxError))
	if conflictCauses.Match(text) {
		response.StatusCode, response.Status = http.StatusConflict, "409 Conflict"
	}
	rest := io.MultiReader(bytes.NewReader(text), response.Body)
	response.Body = struct {
		io.Reader
		io.Closer
	}{rest, response.Body}
	return response, err
}

// maxError is how much of an error is looked at, in bytes.
const maxError = 64 << 10
