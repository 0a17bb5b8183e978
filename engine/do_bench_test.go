package engine

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// bench carries actions out at a real engine for one project, and removes
// everything of that project afterwards.
type bench struct {
	t *testing.T
	c api.Client
	p *project.Project
	d plan.Doer
	// newDoer makes d: another one for each run of the program.
	newDoer doers
	// done has what the creates of this run brought.
	done *plan.Results

	mu      sync.Mutex // guards below
	outputs []string
	parts   int
}

// doers makes the one that carries actions out, for one run of the program.
type doers func(c api.Client, p *project.Project, sink event.Sink) plan.Doer

// newBench loads a file as a project of that name.
func newBench(t *testing.T, c api.Client, name, file string, of doers) *bench {
	t.Helper()
	b := &bench{t: t, c: c, p: loadFile(t, name, file), newDoer: of}
	b.renew()
	b.clean()
	t.Cleanup(b.clean)
	return b
}

// renew gives the bench another Doer, as another run of the program has.
func (b *bench) renew() {
	b.d = b.newDoer(b.c, b.p, b.sink)
	b.done = &plan.Results{}
}

func (b *bench) sink(e event.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := e.(type) {
	case event.Output:
		b.outputs = append(b.outputs, e.Text)
	case event.Part:
		b.parts++
	}
}

func (b *bench) ref(service string, number int) event.Ref {
	return event.Ref{Kind: event.Container, Name: b.p.ContainerName(service, number), Service: service, Number: number}
}

// try carries an action out.
func (b *bench) try(a plan.Action) (plan.Result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := b.d.Do(ctx, plan.Step{Action: a}, b.done)
	if create, ok := a.(planner.CreateContainer); ok && err == nil {
		b.done.Set(create.Ref, out)
	}
	return out, err
}

// do carries an action out that must succeed.
func (b *bench) do(a plan.Action) plan.Result {
	b.t.Helper()
	out, err := b.try(a)
	if err != nil {
		b.t.Fatalf("%s %s: %v", a.Verb(), a.Resource().Name, err)
	}
	return out
}

// fails carries an action out that must fail with these texts in the error.
func (b *bench) fails(a plan.Action, wants ...string) error {
	b.t.Helper()
	_, err := b.try(a)
	if err == nil {
		b.t.Fatalf("%s %s: no error, want %q", a.Verb(), a.Resource().Name, wants)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			b.t.Errorf("%s %s:\n got %v\nwant …%s…", a.Verb(), a.Resource().Name, err, want)
		}
	}
	return err
}

// up makes the networks and volumes of the file and runs one replica of each
// service named, in order.
func (b *bench) up(services ...string) {
	b.t.Helper()
	b.resources()
	for _, s := range services {
		b.do(planner.CreateContainer{Ref: b.ref(s, 1)})
		b.do(planner.StartContainer{Ref: b.ref(s, 1)})
	}
}

func (b *bench) resources() {
	b.t.Helper()
	for _, key := range b.p.NetworkNames() {
		b.do(planner.CreateNetwork{Ref: event.Ref{Kind: event.Network, Name: b.p.Networks[key].Name}, Key: key})
	}
	for _, key := range b.p.VolumeNames() {
		b.do(planner.CreateVolume{Ref: event.Ref{Kind: event.Volume, Name: b.p.Volumes[key].Name}, Key: key})
	}
}

func (b *bench) inspect(id string) container.InspectResponse {
	b.t.Helper()
	c, err := b.c.ContainerInspect(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bench) gone(id string) bool {
	_, err := b.c.ContainerInspect(b.t.Context(), id)
	return errdefs.IsNotFound(err)
}

// clean removes everything with the project's label.
func (b *bench) clean() {
	ctx := context.Background()
	mine := filters.NewArgs(filters.Arg("label", project.LabelProject+"="+b.p.Name))
	if list, err := b.c.ContainerList(ctx, container.ListOptions{All: true, Filters: mine}); err == nil {
		for _, c := range list {
			b.remove(ctx, c.ID)
		}
	}
	if list, err := b.c.NetworkList(ctx, network.ListOptions{Filters: mine}); err == nil {
		for _, n := range list {
			_ = b.c.NetworkRemove(ctx, n.ID)
		}
	}
	if list, err := b.c.VolumeList(ctx, volume.ListOptions{Filters: mine}); err == nil {
		for _, v := range list.Volumes {
			_ = b.c.VolumeRemove(ctx, v.Name, true)
		}
	}
}

// remove removes a container, and waits where the engine is at it already.
func (b *bench) remove(ctx context.Context, id string) {
	err := b.c.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if !errdefs.IsConflict(err) {
		return
	}
	gone, failed := b.c.ContainerWait(ctx, id, container.WaitConditionRemoved)
	select {
	case <-gone:
	case <-failed:
	}
}

// loadFile loads a Compose file given as text.
func loadFile(t *testing.T, name, text string) *project.Project {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := project.Load(t.Context(), project.Options{WorkDir: dir, Name: name, Environ: []string{"TOKEN=s3cret"}}, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
