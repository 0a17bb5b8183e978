// Package registry is the way to OCI registries: by TLS, or in the open to this
// machine alone.
package registry

import (
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/compose-orchestrator/compose/hint"
)

// Transport is a transport that refuses plain HTTP to any host but this one.
// go-containerregistry falls back to it for registries at private addresses, and
// would send docker's credentials along.
type Transport struct {
	http.RoundTripper
	// Open lets plain HTTP pass to other hosts, without credentials.
	Open bool
}

// New returns go-containerregistry's transport with the check.
func New() Transport { return Transport{RoundTripper: remote.DefaultTransport} }

// RoundTrip makes it an http.RoundTripper. Its error is a *hint.Error where the
// request is refused, and about redirects without an end.
func (t Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" && !isLoopback(req.URL.Hostname()) && !t.allows(req) {
		return nil, hint.New(fmt.Sprintf("%s is reached without TLS", req.URL.Host), "give the registry a certificate, or reach it as localhost")
	}
	if redirects(req) > maxRedirects {
		return nil, fmt.Errorf("%s: more than %d redirects", req.URL.Host, maxRedirects)
	}
	return t.RoundTripper.RoundTrip(req)
}

// maxRedirects is net/http's own bound, which go-containerregistry takes away.
const maxRedirects = 10

// redirects is how many led to a request.
func redirects(req *http.Request) (n int) {
	for req.Response != nil && req.Response.Request != nil {
		req = req.Response.Request
		n++
	}
	return n
}

// allows tells whether a request may go in the open. Credentials are in a header,
// or in the form that a token is asked for with.
func (t Transport) allows(req *http.Request) bool {
	form := strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	return t.Open && req.Header.Get("Authorization") == "" && !form
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
