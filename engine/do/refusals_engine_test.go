package do

import (
	"context"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// TestDoErrors: what the user can do something about is said.
func TestDoErrors(t *testing.T) {
	testbed.NotPodman(t, "Podman makes the source of a bind mount that is not there")
	testbed.NeedAPI(t, "1.42", "an old one finds at the start that a source is missing")
	b := realBench(t, "do-errors", `
services:
  holder:
    image: alpine
    init: true
    command: sleep 600
    ports: ["127.0.0.1:18473:80"]
  port:
    image: alpine
    command: sleep 600
    ports: ["127.0.0.1:18473:80"]
  image: {image: "do-no-such-image:1"}
  bind:
    image: alpine
    volumes: [{type: bind, source: /do-no/such, target: /x, bind: {create_host_path: false}}]
  program: {image: alpine, command: do-no-such-program}
  secret: {image: alpine, secrets: [{source: gone, mode: 0400}]}
  named: {image: alpine, container_name: do-errors-stranger}
secrets: {gone: {file: ./gone}}
`)
	b.Up("holder")
	create := func(service string) plan.Action { return planner.CreateContainer{Ref: b.Ref(service, 1)} }
	hinted := func(err error, want string) {
		t.Helper()
		if help := hint.Of(err); !strings.Contains(help, want) {
			t.Errorf("%v\nhint: %q, want …%s…", err, help, want)
		}
	}
	b.Do(create("port"))
	hinted(b.Fails(planner.StartContainer{Ref: b.Ref("port", 1)},
		"port 18473: container do-errors-holder-1 of project do-errors"), "stop what holds it")
	hinted(b.Fails(create("image"), "image do-no-such-image:1 is not there"), "compose pull")
	hinted(b.Fails(create("bind"), "the source of a bind mount does not exist: /do-no/such"), "create it")
	b.Do(create("program"))
	hinted(b.Fails(planner.StartContainer{Ref: b.Ref("program", 1)}, "no program do-no-such-program in the image"), "command and entrypoint")
	hinted(b.Fails(create("secret"), `reading secret "gone"`), "create it")
	if !b.Gone("do-errors-secret-1") {
		t.Error("a container without its secret was left behind")
	}
	stranger, err := b.C.ContainerCreate(t.Context(), &container.Config{Image: "alpine"}, nil, nil, nil, "do-errors-stranger")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Remove(context.Background(), stranger.ID) })
	hinted(b.Fails(create("named"), "the name do-errors-stranger is taken by container", "no Compose project"), "docker rm -f do-errors-stranger")
}

// TestDoPull: a pull reports its progress and the identity of the image.
func TestDoPull(t *testing.T) {
	b := realBench(t, "do-pull", "services:\n  web: {image: alpine}\n")
	ref := event.Ref{Kind: event.Image, Name: "alpine"}
	out, err := b.Try(planner.PullImage{Ref: ref})
	if err != nil {
		t.Skipf("no registry: %v", err)
	}
	i, err := observe.InspectImage(t.Context(), b.C, "alpine")
	if err != nil {
		t.Fatal(err)
	}
	if want := observe.ImageIdentity(i, ""); out.Digest != want {
		t.Errorf("got %s, want %s", out.Digest, want)
	}
	b.Fails(planner.PullImage{Ref: event.Ref{Kind: event.Image, Name: "localhost:1/do/nothing"}}, "pulling localhost:1/do/nothing")

	_, digest, _ := strings.Cut(i.RepoDigests[0], "@")
	if pinned := b.Do(planner.PullImage{Ref: ref, Digest: digest}); pinned.Digest != out.Digest {
		t.Errorf("by its digest: got %s, want %s", pinned.Digest, out.Digest)
	}
	const other = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	b.Fails(planner.PullImage{Ref: ref, Digest: other}, "pulling alpine@"+other)
	b.Fails(planner.PullImage{Ref: ref, Digest: "latest"}, "alpine at latest")
}

// TestDoInUse: what others use stays, with a word.
func TestDoInUse(t *testing.T) {
	b := realBench(t, "do-inuse", "services:\n  web:"+idle+"    volumes: [data:/data]\nvolumes: {data: }\n")
	b.Up("web")
	net := event.Ref{Kind: event.Network, Name: b.P.Networks["default"].Name}
	if out := b.Do(planner.RemoveNetwork{Ref: net, ID: net.Name}); out.Text != inUse || out.Detail != "do-inuse-web-1" {
		t.Errorf("network: got %q %q, want %q and who uses it", out.Text, out.Detail, inUse)
	}
	if out := b.Do(planner.RemoveVolume{Ref: event.Ref{Kind: event.Volume, Name: b.P.Volumes["data"].Name}}); out.Text != inUse {
		t.Errorf("volume: got %q, want %q", out.Text, inUse)
	}
	net.Old = net.Name
	b.Fails(planner.RemoveNetwork{Ref: net, ID: net.Name}, "cannot be made anew", "do-inuse-web-1")
}

// TestDoCheckNetwork: a network on which others run is refused, and what was taken
// for stopped is stopped.
func TestDoCheckNetwork(t *testing.T) {
	b := realBench(t, "do-check", "services:\n  web:"+idle+"  db:"+idle)
	b.Up("web", "db")
	web, db := b.Inspect("do-check-web-1").ID, b.Inspect("do-check-db-1").ID
	net := b.P.Networks["default"].Name
	check := planner.CheckNetwork{Ref: event.Ref{Kind: event.Network, Name: net}, ID: net, Containers: []string{db}}
	b.Fails(check, "cannot be made anew", "in use by do-check-web-1")
	check.Stopped = []string{web}
	b.Do(check)
	for id, want := range map[string]bool{web: false, db: true} {
		if c := b.Inspect(id); c.State.Running != want {
			t.Errorf("%s: running is %t, want %t", c.Name, c.State.Running, want)
		}
	}
}
