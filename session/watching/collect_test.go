package watching

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/compose-orchestrator/compose/project"
)

// TestCollect: nobody who names a service waits, and a name that waits comes once.
func TestCollect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		from, to := make(chan string), make(chan string)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			collect(ctx, from, to)
		}()
		for _, name := range []string{"web", "db", "web"} {
			from <- name
		}
		if first, second := <-to, <-to; first != "web" || second != "db" {
			t.Errorf("got %q and %q", first, second)
		}
		synctest.Wait()
		select {
		case name := <-to:
			t.Errorf("%q came twice", name)
		default:
		}
		end()
		from <- "web" // is taken though nobody wants it
		close(from)
		<-ended
	})
}

// TestSharing: services that run the image of one that is rebuilt are made anew too.
func TestSharing(t *testing.T) {
	dir := t.TempDir()
	text := `name: shared
services:
  web: {image: app, build: .}
  worker: {image: app}
  other: {image: app, build: .}
  db: {image: alpine}
`
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := project.Load(t.Context(), project.Options{Dir: dir, WorkDir: dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := sharing(p, []string{"web"}), []string{"web", "worker"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDiffer: a file counts whose content is another; one that only one of the two has
// does not.
func TestDiffer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a")
	write := func(text string) sums {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return sumsOf([]string{file, file + ".gone"})
	}
	one, again, two := write("one"), write("one"), write("two")
	if differ(one, again) || !differ(one, two) {
		t.Errorf("the same: %v, another: %v", differ(one, again), differ(one, two))
	}
	if differ(sums{}, one) || differ(one, sums{}) {
		t.Error("a file that one has alone is a difference")
	}
}
