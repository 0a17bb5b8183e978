package remote

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// TestEndlessRefs: a server that names refs without end has git refuse it before it
// has taken the machine's memory. Linux alone limits a program's.
func TestEndlessRefs(t *testing.T) {
	newRepo(t) // git is there
	const enough = 1 << 30
	var sent atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
		packet := func(text string) string { return fmt.Sprintf("%04x%s", len(text)+4, text) }
		fmt.Fprint(w, packet("# service=git-upload-pack\n")+"0000"+packet(strings.Repeat("1", 40)+" HEAD\x00side-band-64k\n"))
		ref := strings.Repeat("1", 40) + " refs/heads/" + strings.Repeat("a", 1000)
		for i := 0; sent.Load() < enough; i++ {
			n, err := fmt.Fprint(w, packet(fmt.Sprintf("%s%d\n", ref, i)))
			if err != nil {
				return
			}
			sent.Add(int64(n))
		}
	}))
	defer server.Close()
	r := &repository{ref: reference{URL: server.URL + "/x.git"}}
	if _, err := r.resolve(t.Context()); err == nil || sent.Load() >= enough {
		t.Errorf("got %v after %d MiB", err, sent.Load()>>20)
	}
}
