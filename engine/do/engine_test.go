package do

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// idle is a service that waits to be stopped.
const idle = "\n    image: alpine\n    command: sleep 600\n    init: true\n"

// TestDoTwice: every action can be repeated.
func TestDoTwice(t *testing.T) {
	b := realBench(t, "do-twice", "services:\n  web:"+idle+"    volumes: [data:/data]\nvolumes: {data: }\n")
	b.Resources()
	b.Resources()
	ref := b.Ref("web", 1)
	first := b.Do(planner.CreateContainer{Ref: ref}).ID
	b.Renew() // as after a kill
	if again := b.Do(planner.CreateContainer{Ref: ref}).ID; again != first {
		t.Errorf("a second create made %s instead of taking %s", again, first)
	}
	timeout := time.Second
	for _, a := range []plan.Action{
		planner.StartContainer{Ref: ref},
		planner.WaitContainer{Ref: ref, Condition: planner.ConditionStarted},
		planner.WaitContainer{Ref: ref, Condition: planner.ConditionRunningOrHealthy},
		planner.RenameContainer{Ref: ref},
		planner.RestartContainer{Ref: ref, ID: first, Timeout: &timeout},
		planner.StopContainer{Ref: ref, ID: first, Timeout: &timeout},
		planner.KillContainer{Ref: ref, ID: first},
		planner.RemoveContainer{Ref: ref, ID: first},
		planner.StopContainer{Ref: ref, ID: first},
		planner.KillContainer{Ref: ref, ID: first},
		planner.RemoveNetwork{Ref: event.Ref{Kind: event.Network, Name: "do-twice_default"}, ID: "do-twice_default"},
		planner.RemoveVolume{Ref: event.Ref{Kind: event.Volume, Name: b.P.Volumes["data"].Name}},
	} {
		if _, ok := a.(planner.RestartContainer); ok {
			b.Do(a)
			continue
		}
		b.Do(a)
		b.Do(a)
	}
	if !b.Gone(first) {
		t.Error("the container is still there")
	}
}

// TestDoUnpause: so can this one.
func TestDoUnpause(t *testing.T) {
	b := realBench(t, "do-pause", "services:\n  web:"+idle)
	b.Up("web")
	id, _ := b.Done.Created("web", 1)
	if err := b.C.ContainerPause(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	b.Do(planner.UnpauseContainer{Ref: b.Ref("web", 1), ID: id})
	b.Do(planner.UnpauseContainer{Ref: b.Ref("web", 1), ID: id})
}

// TestDoReplace: a replacement has a temporary name and its predecessor's
// anonymous volumes, and takes over the name.
func TestDoReplace(t *testing.T) {
	b := realBench(t, "do-replace", "services:\n  web:"+idle+"    volumes: [/anon]\n")
	b.Up("web")
	old, _ := b.Done.Created("web", 1)
	ref := b.Ref("web", 1)
	replace := planner.CreateContainer{Ref: ref, Replaces: old}

	b.Renew()
	made := b.Do(replace).ID
	c := b.Inspect(made)
	if want := "/" + old[:12] + "_do-replace-web-1"; c.Name != want {
		t.Errorf("name: got %s, want %s", c.Name, want)
	}
	if got := c.Config.Labels[project.LabelReplace]; got != "web-1" {
		t.Errorf("label replace: got %q, want web-1", got)
	}
	if got, want := c.Mounts[0].Name, b.Inspect(old).Mounts[0].Name; got != want {
		t.Errorf("anonymous volume: got %s, want %s", got, want)
	}

	b.Renew()
	if again := b.Do(replace).ID; again != made {
		t.Error("the leftover of a killed run was not taken")
	}
	b.Renew()
	fresh := b.Do(planner.CreateContainer{Ref: ref, Replaces: old, FreshVolumes: true}).ID
	if b.Inspect(fresh).Mounts[0].Name == b.Inspect(old).Mounts[0].Name {
		t.Error("-V: the anonymous volume was taken over")
	}

	oldRef := ref
	oldRef.Old = ref.Name
	b.Do(planner.StopContainer{Ref: oldRef, ID: old})
	b.Do(planner.RemoveContainer{Ref: oldRef, ID: old})
	b.Do(planner.RenameContainer{Ref: ref})
	b.Do(planner.RenameContainer{Ref: ref})
	b.Do(planner.StartContainer{Ref: ref, ID: old})
	if c := b.Inspect("do-replace-web-1"); !c.State.Running || c.ID == old {
		t.Errorf("after the replacement: %s runs: %t", c.ID, c.State.Running)
	}
}

// TestDoLeftover: what an earlier run left under the name, made from another
// definition, makes room.
func TestDoLeftover(t *testing.T) {
	b := realBench(t, "do-leftover", "services:\n  web:"+idle)
	b.Resources()
	ref := b.Ref("web", 1)
	stale := b.Do(planner.CreateContainer{Ref: ref}).ID
	web := b.P.Services["web"]
	web.Hostname = "other"
	b.P.Services["web"] = web
	b.Renew()
	if made := b.Do(planner.CreateContainer{Ref: ref}).ID; made == stale || !b.Gone(stale) {
		t.Error("the stale container is still there")
	}
}

// TestDoFiles: secrets and configs are in the container before it starts, with
// owner and mode, whatever user runs it.
func TestDoFiles(t *testing.T) {
	b := realBench(t, "do-files", `
services:
  web:
    image: alpine
    init: true
    user: "1000:1000"
    command: ["sh", "-c", "cat /run/secrets/token /etc/app/a.conf; sleep 600"]
    secrets: [{source: token, uid: "1000", gid: "7", mode: 0400}]
    configs: [{source: conf, target: /etc/app/a.conf}]
    post_start:
      - command: ["sh", "-c", "echo $$WHO; cat /run/secrets/token /etc/app/a.conf"]
        environment: {WHO: hook}
      - command: ["stat", "-c", "%u:%g %a", "/run/secrets/token", "/etc/app/a.conf"]
      - command: ["sh", "-c", "echo gone wrong >&2; exit 3"]
secrets: {token: {environment: TOKEN}}
configs: {conf: {content: "a=1\n"}}
`)
	b.Up("web")
	ref := b.Ref("web", 1)
	b.Do(planner.RunHook{Ref: ref, Phase: planner.PostStart, Index: 0})
	b.Do(planner.RunHook{Ref: ref, Phase: planner.PostStart, Index: 1})
	b.Fails(planner.RunHook{Ref: ref, Phase: planner.PostStart, Index: 2}, "web hook exited with status 3")
	want := []string{"hook", "s3creta=1", "1000:7 400", "1000:1000 444", "gone wrong"}
	if !slices.Equal(b.Outputs, want) {
		t.Errorf("hooks\n got %q\nwant %q", b.Outputs, want)
	}
}

// TestDoFilesLater: a container that an earlier run created and did not get to
// fill has its files when it starts.
func TestDoFilesLater(t *testing.T) {
	b := realBench(t, "do-later", `
services:
  web:
    image: alpine
    command: cat /conf
    configs: [conf]
configs: {conf: {content: "a=1"}}
`)
	b.Resources()
	req, err := spec.Container(b.P, "web", 1, spec.Binding{})
	if err != nil {
		t.Fatal(err)
	}
	made, err := b.C.ContainerCreate(t.Context(), req.Config, req.Host, req.Networking, nil, req.Name)
	if err != nil {
		t.Fatal(err)
	}
	b.Do(planner.StartContainer{Ref: b.Ref("web", 1), ID: made.ID})
	b.Do(planner.WaitContainer{Ref: b.Ref("web", 1), ID: made.ID, Condition: planner.ConditionCompleted})
}

// TestDoPreStop: a container that does not run has no use for the hook.
func TestDoPreStop(t *testing.T) {
	b := realBench(t, "do-prestop", "services:\n  web:"+idle+"    pre_stop: [{command: [echo, bye]}]\n")
	b.Up("web")
	id, _ := b.Done.Created("web", 1)
	hook := planner.RunHook{Ref: b.Ref("web", 1), ID: id, Phase: planner.PreStop}
	b.Do(hook)
	b.Do(planner.StopContainer{Ref: b.Ref("web", 1), ID: id})
	b.Do(hook)
	b.Do(planner.RemoveContainer{Ref: b.Ref("web", 1), ID: id})
	b.Do(hook)
	if want := []string{"bye"}; !slices.Equal(b.Outputs, want) {
		t.Errorf("got %q, want %q", b.Outputs, want)
	}
}

// TestDoWait: waits end when the condition is met or cannot be met any more.
func TestDoWait(t *testing.T) {
	testbed.NotPodman(t, "its checks are run by who waits, which the scripts show")
	b := realBench(t, "do-wait", `
services:
  healthy:
    image: alpine
    init: true
    command: sh -c "sleep 0.5; touch /ok; sleep 600"
    healthcheck: {test: test -f /ok, interval: 200ms, retries: 20}
  unhealthy:
    image: alpine
    init: true
    command: sleep 600
    healthcheck: {test: "echo no luck; false", interval: 200ms, retries: 1}
  dies:
    image: alpine
    command: sh -c "sleep 0.5; exit 7"
    healthcheck: {test: "false", interval: 1h}
  recovers:
    image: alpine
    init: true
    restart: on-failure
    command: sh -c "test -f /once && sleep 600; touch /once; exit 1"
    healthcheck: {test: "true", interval: 200ms}
  job:
    image: alpine
    command: sleep 0.5
  plain:
    image: alpine
    init: true
    command: sleep 600
`)
	b.Up("healthy", "unhealthy", "dies", "recovers", "job", "plain")
	wait := func(service string, c planner.Condition, waiters ...string) plan.Action {
		return planner.WaitContainer{Ref: b.Ref(service, 1), Condition: c, For: waiters}
	}
	for _, test := range []struct {
		service   string
		condition planner.Condition
		text      string
	}{
		{"healthy", planner.ConditionHealthy, "Healthy"},
		{"recovers", planner.ConditionHealthy, "Healthy"},
		{"plain", planner.ConditionRunningOrHealthy, ""},
		{"job", planner.ConditionCompleted, "Exited"},
		{"job", planner.ConditionStarted, ""},
	} {
		if out := b.Do(wait(test.service, test.condition)); out.Text != test.text {
			t.Errorf("%s: got %q, want %q", test.service, out.Text, test.text)
		}
	}
	err := b.Fails(wait("unhealthy", planner.ConditionHealthy, "web"), "dependency failed to start: container do-wait-unhealthy-1 is unhealthy")
	if brief := hint.BriefOf(err); brief != (hint.Brief{State: "unhealthy", Cause: "no luck"}) || !strings.Contains(err.Error(), "no luck") {
		t.Errorf("got %v, %+v, want what the check said", err, brief)
	}
	b.Fails(wait("unhealthy", planner.ConditionRunningOrHealthy), "container do-wait-unhealthy-1 is unhealthy")
	b.Fails(wait("dies", planner.ConditionHealthy, "web"), "dependency failed to start: container do-wait-dies-1 exited (7)")
	b.Fails(wait("dies", planner.ConditionCompleted, "web"), "exited (7)")
	b.Fails(wait("plain", planner.ConditionHealthy), "has no healthcheck configured")
}

// TestDoWaitCancelled: a wait ends with its context.
func TestDoWaitCancelled(t *testing.T) {
	b := realBench(t, "do-cancel", "services:\n  web:"+idle)
	b.Up("web")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	a := planner.WaitContainer{Ref: b.Ref("web", 1), Condition: planner.ConditionCompleted}
	if _, err := b.D.Do(ctx, plan.Step{Action: a}, b.Done); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
}

// TestDoShares: namespaces and volumes of another service's container.
func TestDoShares(t *testing.T) {
	testbed.NotPodman(t, "Podman has no init where the PID namespace is shared")
	b := realBench(t, "do-shares", "services:\n  db:"+idle+"    volumes: [/data]\n    ipc: shareable\n  web:"+idle+
		"    network_mode: service:db\n    pid: service:db\n    ipc: service:db\n    volumes_from: [db]\n")
	b.Up("db", "web")
	db, _ := b.Done.Created("db", 1)
	web, _ := b.Done.Created("web", 1)
	c := b.Inspect(web)
	for _, mode := range []string{string(c.HostConfig.NetworkMode), string(c.HostConfig.IpcMode), string(c.HostConfig.PidMode)} {
		if mode != "container:"+db {
			t.Errorf("got %s, want container:%s", mode, db)
		}
	}
	b.Renew() // the parent of an earlier run is found at the engine
	b.Do(planner.RemoveContainer{Ref: b.Ref("web", 1), ID: web, Force: true})
	web = b.Do(planner.CreateContainer{Ref: b.Ref("web", 1)}).ID
	if got := b.Inspect(web).Config.Labels[project.LabelConfigHash]; got != c.Config.Labels[project.LabelConfigHash] {
		t.Error("the same parent gives another hash")
	}
}

// TestDoOldAPI: engines below 1.44 get further networks after the create.
func TestDoOldAPI(t *testing.T) {
	testbed.NeedAPI(t, "1.43", "it plays a Docker 24")
	testbed.Real(t)
	c, err := client.NewClientWithOpts(client.FromEnv, client.WithVersion("1.43"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b := testbed.New(t, c, "do-oldapi", "services:\n  web:"+idle+"    networks: {front: , back: {aliases: [b]}}\nnetworks: {front: , back: }\n", newDoer)
	b.Resources()
	first := b.Do(planner.CreateContainer{Ref: b.Ref("web", 1)}).ID
	b.Renew() // as after a kill between create and start
	b.Up("web")
	web, _ := b.Done.Created("web", 1)
	if web != first {
		t.Error("the leftover of a killed run was not taken")
	}
	networks := b.Inspect(web).NetworkSettings.Networks
	for key, want := range map[string]string{"front": "web", "back": "web"} {
		e := networks[b.P.Networks[key].Name]
		if e == nil || !slices.Contains(e.Aliases, want) || e.IPAddress == "" {
			t.Errorf("network %s: got %+v, want an address and the alias %s", key, e, want)
		}
	}
	if e := networks[b.P.Networks["back"].Name]; e == nil || e.Aliases[0] != "do-oldapi-web-1" {
		t.Errorf("network back: got %+v, want the container's name as an alias", e)
	}
}
