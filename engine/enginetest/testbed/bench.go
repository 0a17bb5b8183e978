package testbed

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

// Bench carries actions out at a real engine for one project, and removes
// everything of that project afterwards.
type Bench struct {
	T *testing.T
	C api.Client
	P *project.Project
	D plan.Doer // of this run
	// newDoer makes D: another one for each run of the program.
	newDoer Doers
	// Done has what the creates of this run brought.
	Done *plan.Results

	mu      sync.Mutex // guards Outputs
	Outputs []string   // what hooks printed, a line each
}

// Doers makes the one that carries actions out, for one run of the program.
type Doers func(c api.Client, p *project.Project, sink event.Sink) plan.Doer

// New loads a file as a project of that name.
func New(t *testing.T, c api.Client, name, file string, of Doers) *Bench {
	t.Helper()
	b := &Bench{T: t, C: c, P: LoadText(t, name, file), newDoer: of}
	b.Renew()
	b.clean()
	t.Cleanup(b.clean)
	return b
}

// Renew gives the bench another Doer, as another run of the program has.
func (b *Bench) Renew() {
	b.D = b.newDoer(b.C, b.P, b.sink)
	b.Done = &plan.Results{}
}

func (b *Bench) sink(e event.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e, ok := e.(event.Output); ok {
		b.Outputs = append(b.Outputs, e.Text)
	}
}

// Ref is how events name a replica.
func (b *Bench) Ref(service string, number int) event.Ref {
	return event.Ref{Kind: event.Container, Name: b.P.ContainerName(service, number), Service: service, Number: number}
}

// Try carries an action out.
func (b *Bench) Try(a plan.Action) (plan.Result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := b.D.Do(ctx, plan.Step{Action: a}, b.Done)
	if create, ok := a.(planner.CreateContainer); ok && err == nil {
		b.Done.Set(create.Ref, out)
	}
	return out, err
}

// Do carries an action out that must succeed.
func (b *Bench) Do(a plan.Action) plan.Result {
	b.T.Helper()
	out, err := b.Try(a)
	if err != nil {
		b.T.Fatalf("%s %s: %v", a.Verb(), a.Resource().Name, err)
	}
	return out
}

// Fails carries an action out that must fail with these texts in the error.
func (b *Bench) Fails(a plan.Action, wants ...string) error {
	b.T.Helper()
	_, err := b.Try(a)
	if err == nil {
		b.T.Fatalf("%s %s: no error, want %q", a.Verb(), a.Resource().Name, wants)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			b.T.Errorf("%s %s:\n got %v\nwant …%s…", a.Verb(), a.Resource().Name, err, want)
		}
	}
	return err
}

// Up makes the networks and volumes of the file and runs one replica of each
// service named, in order.
func (b *Bench) Up(services ...string) {
	b.T.Helper()
	b.Resources()
	for _, s := range services {
		b.Do(planner.CreateContainer{Ref: b.Ref(s, 1)})
		b.Do(planner.StartContainer{Ref: b.Ref(s, 1)})
	}
}

// Resources makes the networks and volumes of the file.
func (b *Bench) Resources() {
	b.T.Helper()
	for _, key := range b.P.NetworkNames() {
		b.Do(planner.CreateNetwork{Ref: event.Ref{Kind: event.Network, Name: b.P.Networks[key].Name}, Key: key})
	}
	for _, key := range b.P.VolumeNames() {
		b.Do(planner.CreateVolume{Ref: event.Ref{Kind: event.Volume, Name: b.P.Volumes[key].Name}, Key: key})
	}
}

// Inspect inspects a container that is there.
func (b *Bench) Inspect(id string) container.InspectResponse {
	b.T.Helper()
	c, err := b.C.ContainerInspect(b.T.Context(), id)
	if err != nil {
		b.T.Fatal(err)
	}
	return c
}

// Gone tells whether a container is not there.
func (b *Bench) Gone(id string) bool {
	_, err := b.C.ContainerInspect(b.T.Context(), id)
	return errdefs.IsNotFound(err)
}

// clean removes everything with the project's label.
func (b *Bench) clean() {
	ctx := context.Background()
	mine := filters.NewArgs(filters.Arg("label", project.LabelProject+"="+b.P.Name))
	if list, err := b.C.ContainerList(ctx, container.ListOptions{All: true, Filters: mine}); err == nil {
		for _, c := range list {
			b.Remove(ctx, c.ID)
		}
	}
	if list, err := b.C.NetworkList(ctx, network.ListOptions{Filters: mine}); err == nil {
		for _, n := range list {
			_ = b.C.NetworkRemove(ctx, n.ID)
		}
	}
	if list, err := b.C.VolumeList(ctx, volume.ListOptions{Filters: mine}); err == nil {
		for _, v := range list.Volumes {
			_ = b.C.VolumeRemove(ctx, v.Name, true)
		}
	}
}

// Remove removes a container, and waits where the engine is at it already.
func (b *Bench) Remove(ctx context.Context, id string) {
	err := b.C.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if !errdefs.IsConflict(err) {
		return
	}
	gone, failed := b.C.ContainerWait(ctx, id, container.WaitConditionRemoved)
	select {
	case <-gone:
	case <-failed:
	}
}

// LoadText loads a Compose file given as text.
func LoadText(t *testing.T, name, text string) *project.Project {
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
