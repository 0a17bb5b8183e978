//go:build unix

package dial

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/hint"
)

// TestLost: the advice about an engine that went away is given where an engine did, and
// not where a registry is lost, or an archive ends too soon.
func TestLost(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(shortDir(t), "e.sock"))
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/_ping") {
			docker28.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `[{"ID": "cut`)
	})}}
	s.Start()
	defer s.Close()
	_, err = dialHere(t, Options{Host: "unix://" + l.Addr().String()}).Client.ContainerList(t.Context(), container.ListOptions{})
	if got := hint.Of(Lost(err)); !strings.HasPrefix(got, "the engine went away") {
		t.Errorf("an answer that was cut: got %v, hint %q", err, got)
	}
	for name, err := range map[string]error{
		"a registry": fmt.Errorf("publishing: %w", &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}),
		"reset":      fmt.Errorf("publishing: %w", &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}),
		"an archive": fmt.Errorf("reading the archive: %w", io.ErrUnexpectedEOF),
		"a pipe":     fmt.Errorf("writing: %w", syscall.EPIPE),
	} {
		if got := hint.Of(Lost(err)); got != "" {
			t.Errorf("%s: got the hint %q", name, got)
		}
	}
}
