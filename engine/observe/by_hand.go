package observe

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Examine fills in ByHand of the project's containers: what somebody changed after they
// were made. It inspects each of them, each of their images once, and reads the files
// that were copied into them, several at once. What is gone meanwhile is left out. The
// error says what was asked for, and wraps the engine's.
func Examine(ctx context.Context, c api.Reader, o Options, containers []planner.Container) error {
	x := &examiner{c: c, o: o, images: map[string]func() (image.InspectResponse, error){}}
	of := Binding(o.Engine)
	x.o.Bind.Engine, x.o.Bind.Release, x.o.Bind.APIVersion, x.o.Bind.OS = of.Engine, of.Release, of.APIVersion, of.OS
	x.o.Bind.ContainerID = firstContainer(containers)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelReads)
	for i := range containers {
		found := &containers[i]
		if _, ok := o.Project.Services[found.Service]; !ok || found.OneOff {
			continue
		}
		g.Go(func() (err error) {
			found.ByHand, err = x.examine(ctx, found)
			return err
		})
	}
	return g.Wait()
}

// examiner has what the examinations of several containers share.
type examiner struct {
	c api.Reader
	o Options

	mu     sync.Mutex // guards below
	images map[string]func() (image.InspectResponse, error)
}

// image inspects an image, once.
func (x *examiner) image(ctx context.Context, id string) (image.InspectResponse, error) {
	x.mu.Lock()
	inspect := x.images[id]
	if inspect == nil {
		inspect = sync.OnceValues(func() (image.InspectResponse, error) { return InspectImage(ctx, x.c, id) })
		x.images[id] = inspect
	}
	x.mu.Unlock()
	return inspect()
}

// examine looks into one container; nil: it is gone.
func (x *examiner) examine(ctx context.Context, found *planner.Container) (*planner.ByHand, error) {
	have, err := inspectContainer(ctx, x.c, found)
	if have == nil {
		return nil, err
	}
	h := &planner.ByHand{Serves: serves(have.Config)}
	o := x.o
	o.Bind.Provided = project.ReadProvided(found.Labels[project.LabelProvided])
	want, err := spec.Container(o.Project, found.Service, found.Number, o.Bind)
	if err != nil {
		h.Unread = append(h.Unread, "not compared: "+err.Error())
		return h, nil
	}
	base, err := x.image(ctx, have.Image)
	if err != nil && !errdefs.IsNotFound(err) {
		return nil, fmt.Errorf("inspecting the image of container %s: %w", found.Name, err)
	}
	if found.Drift == nil { // else what differs may be the file's doing
		x.sort(h, found.Networks, compare(want, have, &base, o), &want.Host.Resources)
	}
	if err := x.compareFiles(ctx, found, want.Files, h); err != nil {
		return nil, err
	}
	return h, nil
}

// serves tells whether a program is reached by others, or watched.
func serves(c *container.Config) bool {
	return len(c.ExposedPorts) > 0 || c.Healthcheck != nil && len(c.Healthcheck.Test) > 0 && c.Healthcheck.Test[0] != "NONE"
}

// sort puts the fields that differ where they belong; on has the networks that the
// container is on. What nobody can change of a container that is there is left out: if it
// differs, the engine filled it in.
func (x *examiner) sort(h *planner.ByHand, on map[string]string, changes []plan.FieldChange, want *container.Resources) {
	for _, change := range changes {
		if rest, ok := strings.CutPrefix(change.Field, "networks."); ok {
			x.sortNetwork(h, change, rest, on)
			continue
		}
		restores, alterable := restorable[change.Field]
		if !alterable {
			continue
		}
		h.Limits = append(h.Limits, change)
		h.Remake = h.Remake || !restores(want)
	}
}

// sortNetwork is sort for networks.NAME.FIELD, where the container is on the network.
func (x *examiner) sortNetwork(h *planner.ByHand, change plan.FieldChange, rest string, on map[string]string) {
	for _, n := range x.o.Project.Networks {
		if _, ok := on[n.Name]; !ok || !strings.HasPrefix(rest, n.Name+".") {
			continue
		}
		if h.Networks == nil {
			h.Networks = map[string][]plan.FieldChange{}
		}
		h.Networks[n.Name] = append(h.Networks[n.Name], change)
		return
	}
}

// restorable are the fields that docker update changes, and whether it also brings back
// what a service asks for: engines take 0 for "as it is".
var restorable = map[string]func(*container.Resources) bool{
	"blkio_config.weight": func(r *container.Resources) bool { return r.BlkioWeight != 0 },
	"cpus":                func(r *container.Resources) bool { return r.NanoCPUs != 0 },
	"cpu_period":          func(r *container.Resources) bool { return r.CPUPeriod != 0 },
	"cpu_quota":           func(r *container.Resources) bool { return r.CPUQuota != 0 },
	"cpu_rt_period":       never,
	"cpu_rt_runtime":      never,
	"cpu_shares":          func(r *container.Resources) bool { return r.CPUShares != 0 },
	"cpuset":              func(r *container.Resources) bool { return r.CpusetCpus != "" },
	"mem_limit":           func(r *container.Resources) bool { return r.Memory != 0 },
	"mem_reservation":     func(r *container.Resources) bool { return r.MemoryReservation != 0 },
	"memswap_limit":       func(r *container.Resources) bool { return r.Memory != 0 },
	"pids_limit":          always,
	"restart":             always,
}

func always(*container.Resources) bool { return true }
func never(*container.Resources) bool  { return false }

// Limits are what an update of a container is asked for, to have it as its request says.
func Limits(h *container.HostConfig) container.UpdateConfig {
	r := h.Resources
	u := container.UpdateConfig{RestartPolicy: h.RestartPolicy, Resources: container.Resources{
		BlkioWeight: r.BlkioWeight, NanoCPUs: r.NanoCPUs, CPUPeriod: r.CPUPeriod, CPUQuota: r.CPUQuota,
		CPUShares: r.CPUShares, CpusetCpus: r.CpusetCpus, Memory: r.Memory, MemorySwap: r.MemorySwap,
		MemoryReservation: r.MemoryReservation, PidsLimit: r.PidsLimit,
	}}
	if u.RestartPolicy.Name == "" {
		u.RestartPolicy.Name = container.RestartPolicyDisabled
	}
	if u.Memory != 0 && u.MemorySwap == 0 {
		u.MemorySwap = 2 * u.Memory // as at create; an update leaves the swap as it is
	}
	if u.PidsLimit == nil {
		u.PidsLimit = new(int64) // none
	}
	return u
}
