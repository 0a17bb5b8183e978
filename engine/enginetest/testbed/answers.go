package testbed

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/dial"
)

// Answering is a client whose engine answers everything with a text.
func Answering(t testing.TB, text []byte) *client.Client {
	t.Helper()
	c, err := client.NewClientWithOpts(client.WithHost("tcp://engine:2375"), client.WithVersion("1.47"),
		client.WithHTTPClient(&http.Client{Transport: dial.Bounded(roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
				Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(text)),
			}, nil
		}))}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Archive is a client of a container that has one archive at all paths.
type Archive struct {
	api.Client
	Content []byte
	Stat    container.PathStat
	Asked   int
}

func (h *Archive) CopyFromContainer(context.Context, string, string) (io.ReadCloser, container.PathStat, error) {
	h.Asked++
	return io.NopCloser(bytes.NewReader(h.Content)), h.Stat, nil
}

// TarOf is an archive of one file.
func TarOf(t testing.TB, name, content string, mode int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	err := w.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(content)), Typeflag: tar.TypeReg})
	if err == nil {
		_, err = io.WriteString(w, content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
