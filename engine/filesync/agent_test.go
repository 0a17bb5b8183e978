package filesync

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
)

// agentBench is a container that has an agent.
func agentBench(t *testing.T, name, service string) *bench {
	testbed.Real(t)
	b := newBench(t, name, service)
	b.s.agentFor = builtAgent(t)
	b.start()
	b.want1ofMany()
	return b
}

// want1ofMany takes the container for one of many, and waits for its agent.
func (b *bench) want1ofMany() {
	b.T.Helper()
	ids := make([]string, agentsFrom)
	for i := range ids {
		ids[i] = b.id
	}
	b.s.Expect(ids)
	b.s.starting.Wait()
	if b.s.known[b.id].agent == nil {
		b.T.Fatal("it has no agent")
	}
}

// TestSyncAgent: what goes through an agent arrives as through the archive API:
// content, mode, time, owner, links, folders; deletes come first.
func TestSyncAgent(t *testing.T) {
	b := agentBench(t, "do-sync-agent", "    {image: alpine, init: true, user: nobody, command: sleep 600, volumes: ['data:/srv/app/v']}\nvolumes: {data: {}}\n")
	roots := []string{"/srv/app"}
	b.apply(Change{Roots: roots, Writes: []Write{
		b.file("/srv/app/a", "one", 0o640),
		b.file("/srv/app/gone", "x", 0o644),
		b.file("/srv/app/deep/er/b", "two", 0o755),
		b.file("/srv/app/v/f", "in a volume", 0o644),
	}})
	b.apply(Change{Roots: roots, Deletes: []string{"/srv/app/gone", "/srv/app/never"}, Writes: []Write{
		{Target: "/srv/app/link", Mode: fs.ModeSymlink | 0o777, Link: "a"},
		{Target: "/srv/app/new", Mode: fs.ModeDir | 0o755},
	}})
	b.want("ls /srv/app; [ $(stat -c %Y /srv/app/new) -gt 1700000000 ] && echo today", "a\ndeep\nlink\nnew\nv\ntoday")
	b.want("stat -c '%a %u %Y %h' /srv/app/a", "640 65534 1700000000 1")
	b.want("stat -c '%a %u' /srv/app/deep/er/b /srv/app/deep", "755 65534\n755 65534")
	b.want("readlink /srv/app/link; cat /srv/app/link /srv/app/v/f; ls -A /srv/app/v", "a\nonein a volumef")
	b.sh("ln -s /etc /srv/app/out 2>/dev/null || true")
	if b.s.known[b.id].agent == nil {
		t.Error("the agent got lost")
	}
	b.s.Close()
	b.want("ls -A / | grep compose || true", "")
}

// TestSyncAgentWhole: one who reads all the time never sees a part of a file.
func TestSyncAgentWhole(t *testing.T) {
	b := agentBench(t, "do-sync-agent-whole", `    {image: alpine, init: true, command: ["sh", "-c", "while :; do [ -e /app/f ] && s=$$(wc -c </app/f) && echo $$s >>/sizes; done"]}`+"\n")
	text := strings.Repeat("0123456789abcdef", 1<<15)
	for range 20 {
		b.apply(Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/f", text, 0o644)}})
	}
	b.want("until [ -s /sizes ]; do sleep 0.1; done; sort -u /sizes", fmt.Sprint(len(text)))
	// More than an agent takes.
	text += text + text
	b.apply(Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/f", text, 0o644)}})
	b.want("wc -c < /app/f", fmt.Sprint(len(text)))
	if b.s.known[b.id].agent == nil {
		t.Error("the agent got lost")
	}
}

// TestSyncAgentRefused: a container with an agent follows no link out of its own file
// system either.
func TestSyncAgentRefused(t *testing.T) {
	b := agentBench(t, "do-sync-agent-refused", "    {image: alpine, init: true, command: sleep 600, volumes: [/v]}\n")
	b.sh("mkdir -p /app && ln -s /v /app/out && echo kept > /v/kept")
	for _, c := range []Change{
		{Roots: []string{"/app"}, Writes: []Write{b.file("/app/out/f", "1", 0o644)}},
		{Roots: []string{"/app"}, Deletes: []string{"/app/out/kept"}},
	} {
		_, err := b.s.Apply(t.Context(), b.id, c)
		if err == nil || !strings.Contains(err.Error(), "cannot sync /app/out/") || !strings.Contains(err.Error(), "out of the container's own file system, to /v/") {
			t.Errorf("got error %v", err)
		}
	}
	b.want("ls /v/f 2>/dev/null; cat /v/kept", "kept")
}

// TestSyncAgentLost: a restart ends an agent, a pause stops one. Changes arrive
// all the same, and none that comes late undoes a later one.
func TestSyncAgentLost(t *testing.T) {
	b := agentBench(t, "do-sync-agent-lost", "    {image: alpine, init: true, command: sleep 600, stop_grace_period: 0s}\n")
	roots := []string{"/app"}
	save := func(text string) {
		t.Helper()
		b.apply(Change{Roots: roots, Writes: []Write{b.file("/app/f", text, 0o644)}})
	}
	save("one")
	grace := 5 // without any the engine may unmount the container under its next run
	if err := b.C.ContainerRestart(t.Context(), b.id, container.StopOptions{Timeout: &grace}); err != nil {
		t.Fatal(err)
	}
	save("two")
	b.want("cat /app/f", "two")
	if err := b.s.Settle(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	b.want1ofMany()
	save("three")
	b.want("cat /app/f", "three")

	if err := b.C.ContainerPause(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	save("while paused")
	save("later")
	if err := b.C.ContainerUnpause(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // the agent's chance to be late
	b.want("cat /app/f", "later")
	b.want1ofMany()
	save("last")
	b.want("cat /app/f", "last")
}

// TestSyncAgentCapless: root without capabilities may not change what others own.
// The engine does it then, and the owner's rm.
func TestSyncAgentCapless(t *testing.T) {
	b := agentBench(t, "do-sync-agent-capless", "    {image: alpine, init: true, user: nobody, cap_drop: [ALL], command: sleep 600}\n")
	roots := []string{"/app"}
	b.apply(Change{Roots: roots, Writes: []Write{b.file("/app/a", "1", 0o644), b.file("/app/b", "2", 0o600)}})
	b.apply(Change{Roots: roots, Deletes: []string{"/app/a"}, Writes: []Write{b.file("/app/c", "3", 0o644)}})
	b.want("ls /app", "b\nc")
	b.s.Close()
	b.want("ls -A / | grep compose || true", "")
}

// TestSyncAgentLeavesNothing: what an agent left that got lost goes in the end.
func TestSyncAgentLeavesNothing(t *testing.T) {
	b := agentBench(t, "do-sync-agent-leaves", "    {image: alpine, init: true, command: sleep 600}\n")
	if err := b.C.ContainerPause(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	b.apply(Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/f", "1", 0o644)}})
	if err := b.C.ContainerUnpause(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	b.s.Close()
	b.want("ls -A / | grep compose || true; cat /app/f", "1")
}

// TestSyncAgentForgotten: nothing is kept open of a container that is gone.
func TestSyncAgentForgotten(t *testing.T) {
	b := agentBench(t, "do-sync-agent-forgotten", "    {image: alpine, init: true, command: sleep 600}\n")
	agent := b.s.known[b.id].agent
	if err := b.C.ContainerRemove(t.Context(), b.id, container.RemoveOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	b.s.Forget(b.id)
	if _, err := agent.conn.Conn.Write(nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the agent's connection: got %v, want it closed", err)
	}
	if len(b.s.known) > 0 {
		t.Errorf("known: %v", b.s.known)
	}
}

// TestSyncAgentChances: a container that loses agent after agent is left without.
func TestSyncAgentChances(t *testing.T) {
	b := agentBench(t, "do-sync-agent-chances", "    {image: alpine, init: true, command: sleep 600}\n")
	known := b.s.known[b.id]
	for i := 0; !known.noAgent; i++ {
		if i == agentChances {
			t.Fatalf("it lost %d, and gets one more", known.lost)
		}
		text := fmt.Sprint(i)
		if known.agent != nil { // it may not have started, in the way of one that ends
			known.agent.conn.Close()
		}
		b.apply(Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/f", text, 0o644)}})
		b.want("cat /app/f", text)
		b.s.starting.Wait()
	}
	b.apply(Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/f", "without", 0o644)}})
	b.want("cat /app/f", "without")
	b.s.starting.Wait()
	if known.agent != nil {
		t.Error("it was given one more")
	}
}

// TestSyncAgentOutlivesCall: the agent that a change has started in the background
// starts though the change's context has ended.
func TestSyncAgentOutlivesCall(t *testing.T) {
	b := agentBench(t, "do-sync-agent-call", "    {image: alpine, init: true, command: sleep 600}\n")
	target := b.s.known[b.id]
	target.agent.close()
	target.agent = nil
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := b.s.Apply(ctx, b.id, Change{Roots: []string{"/app"}, Writes: []Write{b.file("/app/a", "x", 0o644)}}); err != nil {
		t.Fatal(err)
	}
	cancel()
	b.s.starting.Wait()
	if target.agent == nil {
		t.Error("there is no agent again")
	}
	b.s.Close()
}
