package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestTakeOver hands projects to and fro between this program and Docker
// Compose. testdata/peer/README.md tells how.
func TestTakeOver(t *testing.T) {
	peer := needPeer(t)
	engine := realEngine(t)
	if engine.podman {
		t.Skip("Docker Compose makes containers anew on Podman with each up, its own too")
	}
	files, err := filepath.Glob("../../testdata/peer/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			engine.skipAsSaid(t, string(archive.Comment))
			t.Run("theirs", func(t *testing.T) { newHandover(t, archive, name+"-t", peer, "compose").run() })
			t.Run("ours", func(t *testing.T) { newHandover(t, archive, name+"-o", "compose", peer).run() })
		})
	}
}

// skipLine is a line that skips a case by a condition, as scripts have it.
var skipLine = regexp.MustCompile(`(?m)^\[(!?)(\S+)\] skip '(.*)'$`)

// skipAsSaid skips a case on an engine that its comment excludes.
func (e scriptEngine) skipAsSaid(t *testing.T, comment string) {
	t.Helper()
	for _, m := range skipLine.FindAllStringSubmatch(comment, -1) {
		holds, err := e.is(m[2])
		if err != nil {
			t.Fatal(err)
		}
		if holds == (m[1] == "") {
			t.Skip(m[3])
		}
	}
}

// needPeer is the Docker Compose to compare with; without one, or without an
// engine, the test is skipped.
func needPeer(t *testing.T) string {
	t.Helper()
	needEngine(t)
	peer := os.Getenv("PEER")
	if peer == "" {
		t.Skip("needs Docker Compose to compare with: PEER names none")
	}
	needAlpine(t)
	return peer
}

// handover is one project that goes from one program to the other and back.
type handover struct {
	*testing.T
	client        *client.Client
	dir, name     string
	about         map[string][]string // by word
	first, second string              // the programs
	environ       []string
}

func newHandover(t *testing.T, archive *txtar.Archive, name, first, second string) *handover {
	t.Helper()
	c, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	h := &handover{
		T: t, client: c, dir: t.TempDir(), name: fmt.Sprintf("hd-%s-%d", name, os.Getpid()),
		about: map[string][]string{}, first: first, second: second,
	}
	h.environ = append(os.Environ(), "COMPOSE_PROJECT_NAME="+h.name, "PORT="+port)
	for _, f := range archive.Files {
		if f.Name == "about" {
			for line := range strings.Lines(string(f.Data)) {
				words := strings.Fields(line)
				h.about[words[0]] = words[1:]
			}
			continue
		}
		path := filepath.Join(h.dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		defer c.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := removeProject(ctx, c, h.name); err != nil {
			t.Errorf("cleaning up: %v", err)
		}
	})
	return h
}

// run starts the project with the first program; each step is done by one and
// looked at by the other.
func (h *handover) run() {
	h.call(h.first, "up", "-d")
	h.takeOver(h.second)
	h.listed()
	if s := h.about["scale"]; len(s) > 0 {
		h.scaled(s[0])
	}
	h.stopped()
	h.changed()
	h.call(h.second, "down", "-v", "-t", "0")
	if left := h.look(); len(left) > 0 {
		h.Errorf("down left %v", slices.Sorted(maps.Keys(left)))
	}
}

// takeOver brings the project up with a program that did not make it: all stays,
// and nothing is started once more.
func (h *handover) takeOver(program string) {
	h.Helper()
	before := h.look()
	h.call(program, "up", "-d")
	after := h.look()
	if program != "compose" && len(h.about["peer-recreates"]) > 0 {
		h.sameBut(before, after, h.about["peer-recreates"])
		return
	}
	h.sameBut(before, after, nil)
}

// listed compares what the two programs list, of this project and among all.
func (h *handover) listed() {
	h.Helper()
	h.ended()
	names := func(program string) []string {
		var all []string
		for line := range strings.Lines(h.call(program, "ps", "-a", "--format", "json")) {
			var c struct{ Name, Service, State string }
			h.check(json.Unmarshal([]byte(line), &c))
			all = append(all, c.Name+" "+c.Service+" "+c.State)
		}
		slices.Sort(all)
		return append(all, h.call(program, "ls", "-a", "--filter", "name="+h.name, "--format", "json"))
	}
	if a, b := names(h.first), names(h.second); !slices.Equal(a, b) {
		h.Errorf("%s lists %v,\n%s lists %v", h.first, a, h.second, b)
	}
}

// scaled: one program scales up and the other brings that up, then down to one.
func (h *handover) scaled(service string) {
	h.Helper()
	before := h.look()
	h.call(h.second, "up", "-d", "--no-recreate", "--scale", service+"=3")
	three := h.look()
	if n := len(three) - len(before); n < 1 || n > 2 {
		h.Errorf("scaling %s to 3 adds %d things", service, n)
	}
	for key, was := range before {
		if three[key] != was {
			h.Errorf("scaling up touched %s", key)
		}
	}
	h.call(h.first, "up", "-d", "--no-recreate", "--scale", service+"=3")
	h.sameBut(three, h.look(), nil)
	h.call(h.first, "up", "-d", "--no-recreate", "--scale", service+"=1")
	one := h.look()
	if _, ok := one["container "+h.name+"-"+service+"-1"]; !ok {
		h.Errorf("scaling %s down left %v", service, slices.Sorted(maps.Keys(one)))
	}
	for key, is := range one {
		if three[key] != is {
			h.Errorf("scaling down touched %s", key)
		}
	}
}

// stopped: one stops, the other starts; the containers stay.
func (h *handover) stopped() {
	h.Helper()
	before := h.look()
	h.call(h.second, "stop", "-t", "1")
	for key, seen := range h.look() {
		if seen.running {
			h.Errorf("%s runs after stop", key)
		}
	}
	h.call(h.first, "start")
	after := h.look()
	for key, was := range before {
		if after[key].id != was.id || after[key].running != was.running {
			h.Errorf("%s was %+v before stop and start, is %+v", key, was, after[key])
		}
	}
}

// changed: the second program makes anew what a change to the file is about,
// and no more, with its anonymous volumes; the first finds nothing left to do.
func (h *handover) changed() {
	h.Helper()
	h.call(h.second, "up", "-d") // scale as the file says
	before := h.look()
	volumes := h.mounts(h.about["changes"])
	h.call(h.second, "-f", "changed.yaml", "up", "-d")
	after := h.look()
	h.sameBut(before, after, h.about["changes"])
	if now := h.mounts(h.about["changes"]); !slices.Equal(now, volumes) {
		h.Errorf("the volumes were %v, are %v", volumes, now)
	}
	if h.first == "compose" || len(h.about["peer-recreates"]) == 0 {
		h.call(h.first, "-f", "changed.yaml", "up", "-d")
		h.sameBut(after, h.look(), nil)
	}
}

// call runs a program in the project's folder and returns its output.
func (h *handover) call(program string, args ...string) string {
	h.Helper()
	words := append(strings.Fields(program), args...)
	cmd := exec.CommandContext(h.Context(), words[0], words[1:]...)
	cmd.Dir, cmd.Env = h.dir, h.environ
	var progress strings.Builder
	cmd.Stderr = &progress
	out, err := cmd.Output()
	if err != nil {
		h.Fatalf("%s: %v\n%s%s", strings.Join(words, " "), err, out, &progress)
	}
	h.Logf("%s\n%s", strings.Join(words, " "), &progress)
	return string(out)
}

// seen is what the engine has under a name.
type seen struct {
	id, started string // of a volume: when it was made
	running     bool
	service     string
}

// look is what the engine has of the project, by kind and name.
func (h *handover) look() map[string]seen {
	h.Helper()
	h.ended()
	all := map[string]seen{}
	mine := ofProject(h.name)
	containers, err := h.client.ContainerList(h.Context(), container.ListOptions{All: true, Filters: mine})
	h.check(err)
	for _, c := range containers {
		i, err := h.client.ContainerInspect(h.Context(), c.ID)
		h.check(err)
		all["container "+strings.TrimPrefix(i.Name, "/")] = seen{
			id: c.ID, started: i.State.StartedAt, running: i.State.Running, service: c.Labels["com.docker.compose.service"],
		}
	}
	networks, err := h.client.NetworkList(h.Context(), network.ListOptions{Filters: mine})
	h.check(err)
	for _, n := range networks {
		all["network "+n.Name] = seen{id: n.ID}
	}
	volumes, err := h.client.VolumeList(h.Context(), volume.ListOptions{Filters: mine})
	h.check(err)
	for _, v := range volumes.Volumes {
		all["volume "+v.Name] = seen{id: v.CreatedAt}
	}
	return all
}

// ended waits for those that end by themselves: up starts them once more, and
// what is seen of them must not depend on when.
func (h *handover) ended() {
	h.Helper()
	for _, service := range h.about["ends"] {
		mine := ofProject(h.name)
		mine.Add("label", "com.docker.compose.service="+service)
		running, err := h.client.ContainerList(h.Context(), container.ListOptions{Filters: mine})
		h.check(err)
		for _, c := range running {
			exited, failed := h.client.ContainerWait(h.Context(), c.ID, container.WaitConditionNotRunning)
			select {
			case <-exited:
			case err := <-failed:
				h.check(err)
			}
		}
	}
}

// mounts are the volumes of the services' containers, anonymous ones too.
func (h *handover) mounts(services []string) []string {
	h.Helper()
	var all []string
	containers, err := h.client.ContainerList(h.Context(), container.ListOptions{All: true, Filters: ofProject(h.name)})
	h.check(err)
	for _, c := range containers {
		if !slices.Contains(services, c.Labels["com.docker.compose.service"]) {
			continue
		}
		for _, m := range c.Mounts {
			all = append(all, m.Destination+"="+m.Name)
		}
	}
	slices.Sort(all)
	return all
}

// sameBut finds the same things in two looks, save the containers of some
// services, which are other ones. Jobs may have run once more.
func (h *handover) sameBut(before, after map[string]seen, but []string) {
	h.Helper()
	for key, was := range before {
		is, there := after[key]
		switch {
		case !there:
			h.Errorf("%s is gone", key)
		case slices.Contains(but, was.service) && was.service != "":
			if is.id == was.id {
				h.Errorf("%s was not made anew", key)
			}
		case is.id != was.id:
			h.Errorf("%s was made anew", key)
		case is.started != was.started && was.running:
			h.Errorf("%s was started once more", key)
		}
	}
	for key := range after {
		if _, there := before[key]; !there {
			h.Errorf("%s is new", key)
		}
	}
}

func (h *handover) check(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}
