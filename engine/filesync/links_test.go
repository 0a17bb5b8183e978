package filesync

import (
	"fmt"
	"io/fs"
	"testing"
)

// TestSyncThroughLinks: what the container has as links is written through and stays,
// on the way to a path and at it; deletes take what is behind. A link of the folder's
// own is replaced.
func TestSyncThroughLinks(t *testing.T) {
	b := newBench(t, "do-sync-links", "    {image: alpine, init: true, user: nobody, command: sleep 600}\n")
	b.start()
	throughLinks(t, b)
}

// TestAgentThroughLinks: it is the same where the container has an agent.
func TestAgentThroughLinks(t *testing.T) {
	b := agentBench(t, "do-agent-links", "    {image: alpine, init: true, user: nobody, command: sleep 600}\n")
	throughLinks(t, b)
	if b.s.known[b.id].agent == nil {
		t.Error("the agent was given up")
	}
}

func throughLinks(t *testing.T, b *bench) {
	t.Helper()
	b.sh(`mkdir -p /data/static/more /releases/1 /app && echo old > /data/conf && ln -s /data/static /app/static && ln -s ../data/conf /app/conf &&
		ln -s /app/conf /app/twice && ln -s /nowhere/f /app/dangling && ln -s releases/1 /current && ln -s own-was /app/own && echo other > /data/static/other`)
	roots := []string{"/app", "/current"}
	b.apply(Change{Roots: roots, Writes: []Write{
		{Target: "/app/static", Mode: fs.ModeDir | 0o755}, b.file("/app/static/a", "one", 0o644), b.file("/app/static/new/b", "two", 0o644),
		b.file("/app/conf", "new", 0o600), b.file("/app/dangling", "there", 0o644), b.file("/current/r", "release", 0o644), b.file("/app/own", "file", 0o644),
	}, Links: map[string]bool{"/app/own": true}})
	b.want("cat /data/static/a /data/static/new/b /data/conf /nowhere/f /releases/1/r /app/own", "onetwonewtherereleasefile")
	b.want("for l in static conf twice dangling own; do readlink /app/$l || echo none; done; readlink /current", "/data/static\n../data/conf\n/app/conf\n/nowhere/f\nnone\nreleases/1")
	b.want("stat -c '%a %u' /data/conf /data/static/new /nowhere", "600 65534\n755 65534\n755 65534")
	b.apply(Change{Roots: roots, Writes: []Write{b.file("/app/twice", "again", 0o644)}})
	b.want("cat /data/conf; readlink /app/twice; readlink /app/conf", "again/app/conf\n../data/conf")

	b.apply(Change{Roots: roots, Deletes: []string{"/app/static", "/app/twice", "/current/r"}, Below: []string{"/app/static/a", "/app/static/new", "/app/static/new/b"}})
	b.want("ls /data/static; ls /data/conf 2>/dev/null; ls /releases/1; for l in static twice conf; do readlink /app/$l; done; readlink /current", "more\nother\n/data/static\n/app/conf\n../data/conf\nreleases/1")
	b.apply(Change{Roots: roots, Deletes: []string{"/app/static"}, Links: map[string]bool{"/app/static": true}})
	b.want("ls /app/static 2>/dev/null; ls /data/static", "more\nother")

	var many []Write
	for i := range 2 * burst {
		many = append(many, b.file(fmt.Sprintf("/app/many/f%03d", i), "x", 0o644))
	}
	b.sh("mkdir -p /app/many && ln -s /data/seven /app/many/f007 && touch /data/seven")
	b.apply(Change{Roots: roots, Writes: many})
	b.want("readlink /app/many/f007; cat /data/seven; ls /app/many | wc -l", "/data/seven\nx128")

	b.sh("ln -s /loop /loop && ln -s /loop/x /app/loop")
	if _, err := b.s.Apply(t.Context(), b.id, Change{Roots: roots, Writes: []Write{b.file("/app/loop/f", "1", 0o644)}}); err == nil {
		t.Error("a circle of links was followed to its end")
	}
}

// TestSyncHolds: what a container has already is known by its content, through links.
func TestSyncHolds(t *testing.T) {
	b := newBench(t, "do-sync-holds", "    {image: alpine, init: true, command: sleep 600}\n")
	b.start()
	b.sh("mkdir /app && printf one > /app/a && printf two > /app/b && printf run > /app/run && ln -s a /app/link && mkdir /app/d")
	writes := []Write{
		b.file("/app/a", "one", 0o644), b.file("/app/b", "TWO", 0o644), b.file("/app/none", "x", 0o644),
		b.file("/app/run", "run", 0o755), b.file("/app/link", "one", 0o600), b.file("/app/d", "", 0o644),
	}
	holds, err := b.s.Holds(t.Context(), b.id, writes)
	if got, want := fmt.Sprint(holds), "[true false false false true false]"; err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
