package filesync

import (
	"io/fs"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
)

// TestSyncOwner: what the engine would make by itself, as root's, is the user's.
func TestSyncOwner(t *testing.T) {
	testbed.Real(t)
	b := newBench(t, "do-sync-owner", "    {image: alpine, init: true, user: nobody, command: sleep 600, stop_grace_period: 0s}\n")
	b.start()
	folder := func(name string) Write { return Write{Target: name, Mode: fs.ModeDir | 0o755} }
	roots := []string{"/srv/app", "/srv/app/lib", "/conf/sub/one"}
	write := func(targets ...string) (c Change) {
		c.Roots = roots
		for _, target := range targets {
			c.Writes = append(c.Writes, b.file(target, "1", 0o644))
		}
		return c
	}
	b.apply(write("/conf/sub/one", "/srv/app/a"))
	b.want("stat -c %U /conf/sub /srv/app", "nobody\nnobody")

	// The program cleans its folder.
	b.apply(write("/srv/app/a"))
	b.sh("rm -rf /srv/app")
	b.apply(write("/srv/app/a"))
	b.want("stat -c %U /srv/app", "nobody")

	// One rule's folder is where another's had one.
	moved := write("/srv/app/lib/f")
	moved.Deletes = []string{"/srv/app/lib"}
	b.apply(Change{Roots: roots, Writes: []Write{folder("/srv/app/lib"), b.file("/srv/app/lib/old", "1", 0o644)}})
	b.apply(moved)
	b.want("stat -c %U /srv/app/lib; ls /srv/app/lib", "nobody\nf")

	// The same, the first half while it is stopped.
	grace := 1
	if err := b.C.ContainerStop(t.Context(), b.id, container.StopOptions{Timeout: &grace}); err != nil {
		t.Fatal(err)
	}
	b.apply(Change{Roots: roots, Deletes: []string{"/srv/app/lib"}})
	b.apply(write("/srv/app/lib/g"))
	b.start()
	if err := b.s.Settle(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	b.want("stat -c %U /srv/app/lib; ls /srv/app/lib", "nobody\ng")
}
