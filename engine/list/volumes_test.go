package list

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/engine/dial"
)

// TestNullVolumes: an engine that lists a volume that is null crashes nobody.
func TestNullVolumes(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.51")
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/volumes") {
			_, _ = io.WriteString(w, `{"Volumes": [null, {"Name": "v"}]}`)
		}
	}))
	defer server.Close()
	conn, err := dial.Dial(t.Context(), dial.Options{Host: "tcp://" + server.Listener.Addr().String(), Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if list, err := Volumes(t.Context(), conn.Client, "p", nil); err != nil || len(list) != 1 {
		t.Errorf("listed %v, %v", list, err)
	}
}
