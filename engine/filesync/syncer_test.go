package filesync

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/do"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// bench is a container to sync files to.
type bench struct {
	*testbed.Bench
	s   *Syncer
	id  string
	dir string // on this machine
}

func newBench(t *testing.T, name, service string) *bench {
	t.Helper()
	engine := testbed.Real(t)
	b := testbed.New(t, engine.Client, fmt.Sprintf("%s-%d", name, os.Getpid()), "services:\n  web:\n"+service, func(c api.Client, p *project.Project, sink event.Sink) plan.Doer {
		return do.New(c, p, do.Options{Sink: sink})
	})
	b.Resources()
	s := &bench{Bench: b, dir: t.TempDir()}
	s.id = b.Do(planner.CreateContainer{Ref: b.Ref("web", 1)}).ID
	s.s = New(b.C, Options{Arch: "amd64", Engine: engine.Engine.Name})
	return s
}

func (b *bench) start() { b.Do(planner.StartContainer{Ref: b.Ref("web", 1)}) }

// file makes a file here that goes to a path there.
func (b *bench) file(target, content string, mode fs.FileMode) Write {
	b.T.Helper()
	source := filepath.Join(b.dir, strings.ReplaceAll(target, "/", "_"))
	if err := os.WriteFile(source, []byte(content), mode); err != nil {
		b.T.Fatal(err)
	}
	return Write{Source: source, Target: target, Mode: mode, ModTime: time.Unix(1_700_000_000, 123_000_000)}
}

func (b *bench) apply(c Change) {
	b.T.Helper()
	if _, err := b.s.Apply(b.T.Context(), b.id, c); err != nil {
		b.T.Fatal(err)
	}
}

// sh returns what a command prints in the container.
func (b *bench) sh(script string) string {
	b.T.Helper()
	out, code, err := b.s.exec(b.T.Context(), &knownContainer{id: b.id}, []string{"sh", "-c", script})
	if err != nil || code != 0 {
		b.T.Fatalf("%s: code %d, %v: %s", script, code, err, out)
	}
	return strings.TrimSpace(out)
}

func (b *bench) want(script, want string) {
	b.T.Helper()
	if got := b.sh(script); got != want {
		b.T.Errorf("%s\n got %q\nwant %q", script, got, want)
	}
}

// TestSyncApply: content, mode, time and owner arrive, links and folders too; a
// stopped container takes writes at once, and its deletes when it runs.
func TestSyncApply(t *testing.T) {
	b := newBench(t, "do-sync", "    {image: alpine, init: true, user: nobody, command: sleep 600}\n")
	roots := []string{"/srv/app"}
	b.apply(Change{Roots: roots, Writes: []Write{
		{Target: "/srv/app", Mode: fs.ModeDir | 0o750},
		b.file("/srv/app/a", "one", 0o640),
		b.file("/srv/app/gone", "x", 0o644),
		b.file("/srv/app/deep/er/b", "two", 0o755),
		{Target: "/srv/app/link", Mode: fs.ModeSymlink | 0o777, Link: "a"},
	}})
	b.apply(Change{Roots: roots, Deletes: []string{"/srv/app/gone"}})
	b.start()
	b.want("cat /srv/app/gone", "x")
	if err := b.s.Settle(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	b.want("ls /srv/app", "a\ndeep\nlink")
	b.want("stat -c '%a %u %Y %h' /srv/app/a", "640 65534 1700000000 1")
	b.want("stat -c '%a %u' /srv/app /srv/app/deep/er/b /srv/app/deep", "750 65534\n755 65534\n755 65534")
	b.want("for f in /srv/app /srv/app/deep; do [ $(stat -c %Y $f) -gt 1700000000 ] && echo $f; done", "/srv/app\n/srv/app/deep")
	b.want("readlink /srv/app/link; cat /srv/app/link", "a\none")
	b.apply(Change{Roots: roots, Deletes: []string{"/srv/app/deep", "/srv/app/link", "/srv/app/never"},
		Writes: []Write{b.file("/srv/app/a", "two", 0o600), b.file("/srv/app/link", "a file now", 0o644)}})
	b.want("cat /srv/app/a /srv/app/link; ls /srv/app; ls -a /dev | grep -c compose || true", "twoa file now"+"a\nlink\n0")
}

// TestSyncRefused: what the engine would write where it does not belong.
func TestSyncRefused(t *testing.T) {
	b := newBench(t, "do-sync-refused", "    {image: alpine, init: true, command: sleep 600, tmpfs: [/tmp/x], volumes: ['data:/v', 'data:/ro:ro']}\nvolumes: {data: {}}\n")
	b.start()
	b.sh("mkdir -p /app/real && ln -s /v /app/out && ln -s ../v/kept /app/file && ln -s /proc/sys /app/kernel && ln -s /tmp/x /app/tmp && echo kept > /v/kept")
	for _, c := range []struct {
		change Change
		want   string
	}{
		{Change{Writes: []Write{b.file("/tmp/x/f", "1", 0o644)}}, "/tmp/x is a tmpfs"},
		{Change{Writes: []Write{b.file("/ro/f", "1", 0o644)}}, "/ro is mounted read-only"},
		{Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/out/f", "1", 0o644)}}, "leads out of the container's own file system, to /v/f"},
		{Change{Roots: []string{"/app"}, Deletes: []string{"/app/out/kept"}}, "leads out of the container's own file system, to /v/kept"},
		{Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/file", "1", 0o644)}}, "to /v/kept"},
		{Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/kernel/f", "1", 0o644)}}, "to /proc/sys/f"},
		{Change{Roots: []string{"/app/tmp"}, Writes: []Write{b.file("/app/tmp/f", "1", 0o644)}}, "to /tmp/x/f"},
		{Change{Deletes: []string{"/"}}, "no path below"},
		{Change{Deletes: []string{"/app/../etc"}}, "no path below"},
	} {
		_, err := b.s.Apply(t.Context(), b.id, c.change)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want one with %q", err, c.want)
		}
	}
	b.want("ls /v/f 2>/dev/null; cat /v/kept", "kept")
	b.apply(Change{Roots: []string{"/v"}, Writes: []Write{b.file("/v/f", "in a volume", 0o644)}})
	b.apply(Change{Roots: []string{"/app"}, Deletes: []string{"/app/out", "/app/tmp"}, Links: map[string]bool{"/app/out": true, "/app/tmp": true}})
	b.want("cat /v/f; ls /v; ls /app; cat /v/kept", "in a volumef\nkept\nfile\nkernel\nreal\nkept")
}

// TestSyncReadOnly: a read-only root is refused by name, a volume in it is not.
func TestSyncReadOnly(t *testing.T) {
	b := newBench(t, "do-sync-read-only", "    {image: alpine, init: true, command: sleep 600, read_only: true, volumes: ['data:/v']}\nvolumes: {data: {}}\n")
	b.start()
	_, err := b.s.Apply(t.Context(), b.id, Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/f", "1", 0o644)}})
	if err == nil || !strings.Contains(err.Error(), "root file system is read-only") {
		t.Errorf("got error %v", err)
	}
	b.apply(Change{Roots: []string{"/v"}, Writes: []Write{b.file("/v/f", "in a volume", 0o644), b.file("/v/g", "x", 0o644)}})
	b.apply(Change{Roots: []string{"/v"}, Deletes: []string{"/v/g"}})
	b.want("cat /v/f; ls /v", "in a volumef")
}

// TestSyncWhole: one who reads all the time never sees a part of a file.
func TestSyncWhole(t *testing.T) {
	b := newBench(t, "do-sync-whole", `    {image: alpine, init: true, command: ["sh", "-c", "while :; do [ -e /app/f ] && s=$$(wc -c </app/f 2>/dev/null) && echo $$s >>/sizes; done"]}`+"\n")
	text := strings.Repeat("0123456789abcdef", 1<<16)
	b.apply(Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/f", text, 0o644)}})
	b.start()
	for range 20 {
		b.apply(Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/f", text, 0o644)}})
	}
	b.want("until [ -s /sizes ]; do sleep 0.1; done; sort -u /sizes", fmt.Sprint(len(text)))
}
