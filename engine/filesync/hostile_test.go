package filesync

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/engine/files"
	"github.com/compose-orchestrator/compose/hint"
)

// flipProgram swaps two names over and over.
const flipProgram = `package main

import (
	"os"

	"golang.org/x/sys/unix"
)

func main() {
	for {
		unix.Renameat2(unix.AT_FDCWD, os.Args[1], unix.AT_FDCWD, os.Args[2], unix.RENAME_EXCHANGE)
	}
}
`

// someUser is who is hostile in a container.
const someUser = 1000

// flip has a user of the container swap two names from now on.
func (b *bench) flip(one, other string) {
	b.T.Helper()
	program := filepath.Join(b.dir, "flip")
	if err := os.WriteFile(program+".go", []byte(flipProgram), 0o644); err != nil {
		b.T.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-o", program, program+".go")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.T.Fatalf("%v: %s", err, out)
	}
	b.apply(Change{Roots: []string{"/flip"}, Writes: []Write{{Source: program, Target: "/flip", Mode: 0o755}}})
	out, code, err := b.s.execAs(b.T.Context(), &knownContainer{id: b.id}, files.Owners{UID: someUser, GID: someUser},
		[]string{"sh", "-c", "/flip " + one + " " + other + " >/dev/null 2>&1 &"})
	if err != nil || code != 0 {
		b.T.Fatal(code, err, out)
	}
}

// hostileBench is a container with an agent, in which a user owns /app.
func hostileBench(t *testing.T, name string) *bench {
	b := agentBench(t, name, "    {image: alpine, init: true, user: '1000:1000', command: sleep 600, stop_grace_period: 0s}\n")
	b.sh(`mkdir -p /vault /app/d/sub /app/own && echo kept > /vault/kept && chown -R 1000:1000 /app && chmod 700 /vault && echo kept > /secret && chmod 600 /secret`)
	return b
}

// kept looks whether what is root's is as it was.
func (b *bench) kept() {
	b.T.Helper()
	b.want("stat -c '%a %u' /vault /vault/kept /secret; ls -A /vault; cat /vault/kept /secret", "700 0\n644 0\n600 0\nkept\nkept\nkept")
}

// TestAgentHostile: a user of the container swaps a folder that is synced to for a link
// to what is root's. None of it is reached, and the agent is not given up.
func TestAgentHostile(t *testing.T) {
	b := hostileBench(t, "do-agent-hostile")
	b.sh("ln -s /vault /app/l && chown -h 1000:1000 /app/l")
	b.flip("/app/d", "/app/l")
	made := 0
	for range 300 {
		for _, c := range []Change{
			{Writes: []Write{{Target: "/app/d", Mode: fs.ModeDir | 0o755}, b.file("/app/d/f", "1", 0o644), b.file("/app/d/kept", "mine", 0o644)}},
			{Deletes: []string{"/app/d/kept"}},
		} {
			c.Roots = []string{"/app"}
			if _, err := b.s.Apply(t.Context(), b.id, c); err == nil {
				made++
			}
		}
	}
	b.kept()
	if b.s.known[b.id].agent == nil {
		t.Error("the agent was given up")
	}
	if made == 0 {
		t.Error("no change was ever made")
	}
}

// TestSyncLinksOfOthers: a link that a user of the container made is followed to what is
// theirs, not to what is root's; one of root's is followed.
func TestSyncLinksOfOthers(t *testing.T) {
	b := hostileBench(t, "do-sync-links-of-others")
	b.sh(`ln -s /vault /app/out && ln -s /secret /app/file && ln -s /new /app/new && ln -s own /app/in && ln -s /app/byroot /app/twice &&
		chown -h 1000:1000 /app/out /app/file /app/new /app/in /app/twice && ln -s /vault /app/byroot && chmod 755 /`)
	for range 2 {
		for _, target := range []string{"/app/out/f", "/app/file", "/app/new", "/app/twice/f"} {
			_, err := b.s.Apply(t.Context(), b.id, Change{Roots: []string{"/app"}, Writes: []Write{b.file(target, "1", 0o644)}})
			if err == nil || !strings.Contains(err.Error(), "belongs to user 1000") || hint.Of(err) == "" {
				t.Errorf("%s: got error %v", target, err)
			}
		}
		_, err := b.s.Apply(t.Context(), b.id, Change{Roots: []string{"/app"}, Deletes: []string{"/app/out/kept"}})
		if err == nil {
			t.Error("what is behind a link was deleted")
		}
		b.kept()
		b.apply(Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/in/f", "own", 0o644)}})
		b.want("cat /app/own/f; ls /new 2>/dev/null || true", "own")
		if b.s.known[b.id].agent != nil { // the same by the archive API
			b.s.known[b.id].agent.close()
		}
		b.s.known[b.id].agent, b.s.known[b.id].noAgent = nil, true
	}
	b.apply(Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/byroot/f", "root's link", 0o644)}})
	b.want("cat /vault/f", "root's link")
}

// TestAgentLinkAbove: a folder above the target that becomes a link is asked for again.
func TestAgentLinkAbove(t *testing.T) {
	b := hostileBench(t, "do-agent-link-above")
	roots := []string{"/app/d/sub"}
	b.sh("ln -s ../own /app/d/early && ln -s /app/d/early /app/d/sub/through")
	b.apply(Change{Roots: roots, Writes: []Write{b.file("/app/d/sub/through/f", "1", 0o644)}})
	b.sh("mkdir /moved && mv /app/d /moved/d && ln -s /moved/d /app/d")
	b.apply(Change{Roots: roots, Writes: []Write{b.file("/app/d/sub/g", "2", 0o644)}})
	b.want("cat /app/own/f /moved/d/sub/g", "12")
	if b.s.known[b.id].agent == nil {
		t.Error("the agent was given up")
	}
}

// TestAgentErrorsAreNotRetried: what a process of the container has put in the way of an
// agent is told; the engine, which works by path, is not asked to do it.
func TestAgentErrorsAreNotRetried(t *testing.T) {
	b := hostileBench(t, "do-agent-errors")
	_, err := b.s.Apply(t.Context(), b.id, Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/d", "1", 0o644)}})
	if err == nil || !strings.Contains(err.Error(), "/app/d: file exists") {
		t.Errorf("got error %v", err)
	}
	if b.s.known[b.id].agent == nil {
		t.Error("the agent was given up")
	}
}

// TestAgentKeepsMounts: a folder that goes leaves what is mounted in it.
func TestAgentKeepsMounts(t *testing.T) {
	b := agentBench(t, "do-agent-mounts", "    {image: alpine, init: true, command: sleep 600, volumes: [/app/d/deep/v]}\n")
	b.sh("touch /app/d/f /app/d/deep/g /app/d/deep/v/kept")
	b.apply(Change{Roots: []string{"/app"}, Deletes: []string{"/app/d"}})
	b.want("cd /app && find . | sort", ".\n./d\n./d/deep\n./d/deep/v\n./d/deep/v/kept")
}

// TestAgentNotWhereOthersWrite: no agent is put where others than root could put
// something else to be run as root.
func TestAgentNotWhereOthersWrite(t *testing.T) {
	testbed.Real(t)
	b := newBench(t, "do-agent-root", "    {image: alpine, init: true, command: sleep 600}\n")
	b.s.agentFor = builtAgent(t)
	b.start()
	b.sh("chmod 777 /")
	b.s.Expect([]string{b.id, b.id, b.id, b.id})
	b.s.starting.Wait()
	if b.s.known[b.id].agent != nil {
		t.Error("it has an agent")
	}
	b.apply(Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/f", "1", 0o644)}})
	b.want("cat /app/f; ls -A / | grep compose || true", "1")
}
