package registry

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// sent answers every request.
type sent struct{ requests int }

func (s *sent) RoundTrip(*http.Request) (*http.Response, error) {
	s.requests++
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(""))}, nil
}

func TestTransport(t *testing.T) {
	for _, test := range []struct {
		name, method, url string
		header            http.Header
		open, want        bool
	}{
		{"TLS", "GET", "https://10.0.0.1/v2/", nil, false, true},
		{"loopback", "GET", "http://127.0.0.1:5000/v2/", nil, false, true},
		{"loopback 6", "GET", "http://[::1]:5000/v2/", nil, false, true},
		{"localhost", "GET", "http://localhost:5000/v2/", nil, false, true},
		{"private address", "GET", "http://10.0.0.1/v2/", nil, false, false},
		{"name", "GET", "http://registry.local/v2/", nil, false, false},
		{"looks like localhost", "GET", "http://localhost.example.com/v2/", nil, false, false},
		{"open", "GET", "http://10.0.0.1/v2/", nil, true, true},
		{"open with credentials", "GET", "http://10.0.0.1/v2/", http.Header{"Authorization": {"Basic eA=="}}, true, false},
		{"open token", "POST", "http://10.0.0.1/token", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, true, false},
	} {
		s := &sent{}
		req, err := http.NewRequestWithContext(t.Context(), test.method, test.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if test.header != nil {
			req.Header = test.header
		}
		_, err = Transport{RoundTripper: s, Open: test.open}.RoundTrip(req)
		if (err == nil) != test.want || s.requests > 0 != test.want {
			t.Errorf("%s: got %v after %d requests", test.name, err, s.requests)
		}
	}
}

// TestRedirects: a registry that sends from one place to the next is not followed for ever,
// also by a client that has no bound of its own.
func TestRedirects(t *testing.T) {
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests++; requests < 100 {
			http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
		}
	}))
	defer server.Close()
	follows := http.Client{Transport: New(), CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
	resp, err := follows.Get(server.URL)
	if err == nil {
		resp.Body.Close()
		t.Errorf("no error after %d requests", requests)
	}
	if requests != 1+maxRedirects {
		t.Errorf("%d requests", requests)
	}
}
