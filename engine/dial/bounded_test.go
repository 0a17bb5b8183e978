package dial

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/hint"
)

// endless writes a beginning and then a piece again and again, until somebody
// does not read on; it counts the bytes.
func endless(begin, piece string, written *int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/_ping") {
			w.Header().Set("Api-Version", "1.47")
			return
		}
		pieces := bytes.Repeat([]byte(piece), 1+(1<<16)/len(piece))
		_, _ = io.WriteString(w, begin)
		for {
			n, err := w.Write(pieces)
			*written += n
			if err != nil || *written > 8*maxAnswer {
				return
			}
		}
	}
}

// TestBoundedAnswer: an answer without an end is refused at the limit.
func TestBoundedAnswer(t *testing.T) {
	ask := map[string]func(t *testing.T, c api.Client) error{
		"list": func(t *testing.T, c api.Client) error {
			_, err := c.ContainerList(t.Context(), container.ListOptions{})
			return err
		},
		"inspect": func(t *testing.T, c api.Client) error { _, err := c.ContainerInspect(t.Context(), "x"); return err },
		"events": func(t *testing.T, c api.Client) error {
			_, errs := c.Events(t.Context(), events.ListOptions{})
			return <-errs
		},
	}
	for name, do := range ask {
		for kind, parts := range map[string][2]string{
			"text":   {`{"Id":"`, "a"},
			"list":   {`[`, "{},"},
			"spaces": {"", "\n"},
			"nested": {"", "["},
		} {
			t.Run(name+" "+kind, func(t *testing.T) {
				written := 0
				server := httptest.NewServer(endless(parts[0], parts[1], &written))
				conn, err := Dial(t.Context(), Options{Host: "tcp://" + server.Listener.Addr().String(), Getenv: func(string) string { return "" }})
				if err != nil {
					t.Fatal(err)
				}
				err = do(t, conn.Client)
				_ = conn.Close()
				server.Close()
				if err == nil {
					t.Error("no error")
				}
				if e, ok := errors.AsType[*hint.Error](err); ok && !strings.Contains(e.Text, "of which no more is read") {
					t.Errorf("error %v", err)
				}
				if written > 2*maxAnswer {
					t.Errorf("%d MiB were read", written>>20)
				}
			})
		}
	}
}

// TestBoundedBody: a stream may be longer than an answer, its messages may not.
func TestBoundedBody(t *testing.T) {
	read := func(text string, o boundedBody) (int64, error) {
		o.ReadCloser = io.NopCloser(strings.NewReader(text))
		return io.Copy(io.Discard, &o)
	}
	if n, err := read(strings.Repeat("{\"a\":1}\n", 100), boundedBody{most: 10, messages: true}); err != nil || n != 800 {
		t.Errorf("a stream: %d, %v", n, err)
	}
	for name, text := range map[string]string{"a message": "{}\n{" + strings.Repeat("a", 20), "spaces": strings.Repeat("\n", 20), "commas": strings.Repeat("1,\n", 20)} {
		if _, err := read(text, boundedBody{most: 10, messages: true}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := read(strings.Repeat("{}\n", 5), boundedBody{most: 10}); err == nil {
		t.Error("an answer: no error")
	}
}

// TestBoundedValues: an answer that would take a hundred times its bytes here is refused,
// and commas in texts are no values.
func TestBoundedValues(t *testing.T) {
	for text, good := range map[string]bool{
		"[" + strings.Repeat("{},", maxValues+1) + "{}]":                    false,
		"[" + strings.Repeat("null,", maxValues+1) + "{}]":                  false,
		`{"a\\":{` + strings.Repeat(`"b":{},`, maxValues+1) + `"c":{}}}`:    false,
		`["` + strings.Repeat(`\",`, maxValues+1) + `"]`:                    true,
		strings.Repeat("{\"a\":[1,2]}\n", maxValues+1):                      true, // messages
		"{\"a\":[" + strings.Repeat("1,", maxValues) + "1]}\n{\"a\":[1,2]}": true,
	} {
		body := &boundedBody{ReadCloser: io.NopCloser(strings.NewReader(text)), most: maxAnswer, messages: true}
		if _, err := io.Copy(io.Discard, body); (err == nil) != good {
			t.Errorf("%.20s…: %v", text, err)
		}
	}
}

// TestBoundedRoutes: what is passed on and not kept has no bound.
func TestBoundedRoutes(t *testing.T) {
	for path, want := range map[string]string{
		"/v1.47/containers/json":          "answer",
		"/v1.47/containers/x/json":        "answer",
		"/v1.47/containers/logs/json":     "answer",
		"/v1.47/containers/x/logs":        "passed",
		"/v1.47/containers/x/archive":     "passed",
		"/v1.47/containers/x/export":      "passed",
		"/v1.47/exec/x/start":             "passed",
		"/v1.47/events":                   "stream",
		"/v1.47/containers/x/stats":       "stream",
		"/v1.47/images/create":            "stream",
		"/v1.47/images/reg:5000/a/b/push": "stream",
		"/v1.47/build":                    "stream",
		"/v1.47/images/a/json":            "answer",
		"/info":                           "answer",
	} {
		got := "answer"
		switch {
		case passed.MatchString(path):
			got = "passed"
		case streams.MatchString(path):
			got = "stream"
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
