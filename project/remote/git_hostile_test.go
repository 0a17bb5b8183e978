package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/project"
)

// TestTreeThatDoubles: a commit whose folders stand for more files or folders than
// anybody could list is refused.
func TestTreeThatDoubles(t *testing.T) {
	for name, leaf := range map[string]string{"files": "100644 blob", "folders": ""} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			repo := newRepo(t)
			repo.commit(map[string]string{"compose.yaml": "services: {}\n"})
			tree := repo.tree("")
			if leaf != "" {
				tree = repo.tree(leaf + " " + repo.git("rev-parse", "HEAD:compose.yaml") + "\tf\n")
			}
			for range 12 {
				var listing strings.Builder
				for i := range 10 {
					fmt.Fprintf(&listing, "040000 tree %s\td%d\n", tree, i)
				}
				tree = repo.tree(listing.String())
			}
			repo.git("update-ref", "refs/heads/main", repo.git("commit-tree", "-m", "x", tree))
			_, err := b.fetch(repo.url, Options{Allowed: true})
			if err == nil || !strings.Contains(err.Error(), "git ls-tree: its answer has more than 32 MiB") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// tree makes a folder's object of a listing.
func (r *repo) tree(listing string) string {
	r.t.Helper()
	cmd := exec.Command("git", "mktree")
	cmd.Dir, cmd.Stdin = r.dir, strings.NewReader(listing)
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestGitEnds: where the load is given up, git ends with all that it started: the
// server sees the connection closed.
func TestGitEnds(t *testing.T) {
	newRepo(t) // git is there
	asked, left := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
		close(left)
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	go func() {
		<-asked
		cancel(stopped)
	}()
	r := &repository{ref: reference{URL: server.URL + "/x.git"}}
	if _, err := r.resolve(ctx); !errors.Is(err, stopped) {
		t.Errorf("got %v", err)
	}
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Error("a program that git started is still connected")
	}
}

// TestFetchTakesItsFoldersAway: once a fetch that was given up is over, nothing of it is left.
func TestFetchTakesItsFoldersAway(t *testing.T) {
	newRepo(t) // git is there
	asked := make(chan struct{}, 8)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	t.Setenv("TMPDIR", t.TempDir())
	cached := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	var busy sync.RWMutex
	l := New(Options{Allowed: true, CacheDir: cached, Busy: &busy})
	go func() {
		_, _ = l.Fetch(ctx, project.Wanted{Reference: server.URL + "/x.git#" + strings.Repeat("a1", 20), Dir: t.TempDir()})
	}()
	<-asked
	cancel()
	busy.Lock()
	for _, dir := range []string{os.TempDir(), cached} {
		left, err := os.ReadDir(dir)
		if err != nil || len(left) > 0 {
			t.Errorf("%v is left, %v", left, err)
		}
	}
}
