package dial

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestIncompleteAnswers: an engine that leaves parts of its descriptions out crashes
// nobody.
func TestIncompleteAnswers(t *testing.T) {
	for answer, whole := range map[string]bool{
		`{}`:          false,
		`null`:        false,
		`{"Id": "1"}`: false,
		`{"Id": "1", "State": {}, "HostConfig": {}}`:               false,
		`{"Id": "1", "State": {}, "HostConfig": {}, "Config": {}}`: true,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Api-Version", "1.51")
			w.Header().Set("Content-Type", "application/json")
			if strings.HasSuffix(r.URL.Path, "/json") {
				_, _ = io.WriteString(w, answer)
			}
		}))
		conn, err := Dial(t.Context(), Options{Host: "tcp://" + server.Listener.Addr().String(), Getenv: func(string) string { return "" }})
		if err != nil {
			t.Fatal(err)
		}
		got, err := conn.Client.ContainerInspect(t.Context(), "1")
		if whole != (err == nil) {
			t.Errorf("%s: got %v", answer, err)
		}
		if err == nil && got.NetworkSettings == nil {
			t.Errorf("%s: no networks", answer)
		}
		if img, err := conn.Client.ImageInspect(t.Context(), "1"); err != nil || img.Config == nil {
			t.Errorf("%s: the image is %+v, %v", answer, img, err)
		}
		_ = conn.Close()
		server.Close()
	}
}
