package filesync

import (
	"io/fs"
	"os"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
)

// TestSyncStopped: what takes the place of something else in a stopped container
// is there alone when it runs, whatever could not be deleted until then.
func TestSyncStopped(t *testing.T) {
	testbed.Real(t)
	b := newBench(t, "do-sync-stopped", "    {image: alpine, init: true, command: sleep 600, stop_grace_period: 0s}\n")
	b.start()
	roots := []string{"/app"}
	folder := func(name string) Write { return Write{Target: name, Mode: fs.ModeDir | 0o755} }
	b.apply(Change{Roots: roots, Writes: []Write{
		folder("/app/again"), b.file("/app/again/old", "1", 0o644), b.file("/app/file", "1", 0o644),
		folder("/app/folder"), b.file("/app/folder/f", "1", 0o644),
	}})
	grace := 1
	if err := b.C.ContainerStop(t.Context(), b.id, container.StopOptions{Timeout: &grace}); err != nil {
		t.Fatal(err)
	}
	b.apply(Change{Roots: roots, Deletes: []string{"/app/again"}})
	b.apply(Change{Roots: roots, Deletes: []string{"/app/file", "/app/folder"}, Writes: []Write{
		folder("/app/again"), b.file("/app/again/new", "2", 0o644),
		folder("/app/file"), b.file("/app/file/in", "2", 0o644), b.file("/app/folder", "2", 0o644),
	}})
	b.start()
	if err := b.s.Settle(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	b.want("find /app | sort", "/app\n/app/again\n/app/again/new\n/app/file\n/app/file/in\n/app/folder")
}

// TestSyncFolderGone: a file whose folder became a file is left to the next
// change, by an agent and without.
func TestSyncFolderGone(t *testing.T) {
	b := agentBench(t, "do-sync-folder-gone", "    {image: alpine, init: true, command: sleep 600}\n")
	gone := b.file("/app/f", "1", 0o644)
	gone.Source += "/below"
	change := Change{Roots: []string{"/app"}, Writes: []Write{gone}}
	if _, err := os.Stat(gone.Source); err == nil {
		t.Fatal("it is there")
	}
	apply := func() {
		t.Helper()
		if left, err := b.s.Apply(t.Context(), b.id, change); err != nil || len(left) != 1 {
			t.Errorf("left %q, %v", left, err)
		}
	}
	apply()
	known := b.s.known[b.id]
	known.agent.close()
	known.agent, known.noAgent = nil, true
	apply()
}
