package observe

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/planner"
)

// counted counts the calls that Observe makes.
type counted struct {
	api.Reader
	calls atomic.Int32
}

func (c *counted) ContainerList(ctx context.Context, o container.ListOptions) ([]container.Summary, error) {
	c.calls.Add(1)
	return c.Reader.ContainerList(ctx, o)
}

func (c *counted) ContainerInspect(ctx context.Context, id string) (container.InspectResponse, error) {
	c.calls.Add(1)
	return c.Reader.ContainerInspect(ctx, id)
}

func (c *counted) NetworkList(ctx context.Context, o network.ListOptions) ([]network.Summary, error) {
	c.calls.Add(1)
	return c.Reader.NetworkList(ctx, o)
}

func (c *counted) VolumeList(ctx context.Context, o volume.ListOptions) (volume.ListResponse, error) {
	c.calls.Add(1)
	return c.Reader.VolumeList(ctx, o)
}

func (c *counted) ImageInspect(ctx context.Context, ref string, o ...client.ImageInspectOption) (image.InspectResponse, error) {
	c.calls.Add(1)
	return c.Reader.ImageInspect(ctx, ref, o...)
}

// observedProject is what TestObserveEngine looks at.
const observedProject = `
name: obs-observe
services:
  web:
    image: alpine
    command: sleep 1000
    volumes: [data:/data, /anonymous]
    depends_on: {db: {condition: service_healthy}}
  db:
    image: alpine
    command: sleep 1000
    scale: 2
    healthcheck: {test: "true", interval: 1s}
  job:
    image: busybox
    command: sh -c "exit 3"
    network_mode: none
volumes: {data: {}}
`

func TestObserveEngine(t *testing.T) {
	testbed.NotPodman(t, "Docker Compose waits there for ever for a health that nobody checks")
	c := testbed.Real(t)
	dir := testbed.PeerUp(t, observedProject)
	reader := &counted{Reader: api.ReadOnly(c.Client)}
	s, err := Project(t.Context(), reader, Options{Project: testbed.Load(t, dir), Engine: c.Engine})
	if err != nil {
		t.Fatal(err)
	}
	// Three lists and two images.
	if n := reader.calls.Load(); n != 5 {
		t.Errorf("calls: got %d, want 5", n)
	}
	var names []string
	for _, found := range s.Containers {
		names = append(names, found.Name)
	}
	if want := []string{"obs-observe-db-1", "obs-observe-db-2", "obs-observe-job-1", "obs-observe-web-1"}; !slices.Equal(names, want) {
		t.Fatalf("containers: got %v, want %v", names, want)
	}
	db, job, web := s.Containers[0], s.Containers[2], s.Containers[3]
	if db.Health != planner.Healthy || db.Status != planner.Running {
		t.Errorf("db: got %s, %q", db.Status, db.Health)
	}
	if job.Status != planner.Exited || job.ExitCode != 3 {
		t.Errorf("job: got %s, code %d", job.Status, job.ExitCode)
	}
	if want := []planner.Dependency{{Service: "db", Condition: "service_healthy"}}; !slices.Equal(web.DependsOn, want) {
		t.Errorf("web depends on %v, want %v", web.DependsOn, want)
	}
	if len(web.Mounts) != 2 || web.Mounts[1].Name != "obs-observe_data" || web.Mounts[1].Target != "/data" {
		t.Errorf("web mounts %+v", web.Mounts)
	}
	if len(s.Networks) != 1 || s.Networks[0].Key != "default" || web.Networks["obs-observe_default"] != s.Networks[0].ID {
		t.Errorf("networks: got %+v, and web is on %v", s.Networks, web.Networks)
	}
	if len(s.Volumes) != 1 || s.Volumes[0].Key != "data" || s.Volumes[0].Hash == "" {
		t.Errorf("volumes: got %+v", s.Volumes)
	}
	if img := s.Images["alpine"]; img.Digest == "" || img.Digest != web.Image || img.Pulled.IsZero() {
		t.Errorf("image: got %+v, and web was made of %s", img, web.Image)
	}
	byName, err := Project(t.Context(), reader, Options{Name: "obs-observe", Engine: c.Engine})
	if err != nil {
		t.Fatal(err)
	}
	if len(byName.Containers) != 4 || len(byName.Networks) != 1 || len(byName.Images) != 0 {
		t.Errorf("by name: got %+v", byName)
	}
}

// Networks and volumes that carry no label of the project are found by name,
// and those whose names merely contain one are not taken for them.
func TestObserveUnlabelled(t *testing.T) {
	c := testbed.Real(t)
	for _, name := range []string{"obs-ext", "obs-ext-not", "obs-bare_default"} {
		n, err := c.Client.NetworkCreate(t.Context(), name, network.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Client.NetworkRemove(context.WithoutCancel(t.Context()), n.ID) })
	}
	for _, name := range []string{"obs-ext-volume", "obs-ext-volume2"} {
		if _, err := c.Client.VolumeCreate(t.Context(), volume.CreateOptions{Name: name}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Client.VolumeRemove(context.WithoutCancel(t.Context()), name, true) })
	}
	dir := t.TempDir()
	testbed.WriteProject(t, dir, `
name: obs-bare
services:
  web:
    image: obs-no-such-image
    networks: [default, outside]
    volumes: [outside:/x]
networks: {outside: {external: true, name: obs-ext}}
volumes: {outside: {external: true, name: obs-ext-volume}}
`)
	reader := &counted{Reader: c.Client}
	s, err := Project(t.Context(), reader, Options{Project: testbed.Load(t, dir), Engine: c.Engine})
	if err != nil {
		t.Fatal(err)
	}
	if n := reader.calls.Load(); n != 6 {
		t.Errorf("calls: got %d, want 6", n)
	}
	var names []string
	for _, n := range s.Networks {
		names = append(names, n.Name)
	}
	for _, v := range s.Volumes {
		names = append(names, v.Name)
	}
	if want := []string{"obs-bare_default", "obs-ext", "obs-ext-volume"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	if len(s.Images) != 0 {
		t.Errorf("images: got %v", s.Images)
	}
}
