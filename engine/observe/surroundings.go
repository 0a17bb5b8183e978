package observe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/system"
	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Surroundings observes what a plan meets at the engine and on its machine, by at most
// three calls at once: lists of all containers and of all networks, and what the engine
// says of itself. What could not be had is left out, and is in the error, which wraps the
// engine's.
func Surroundings(ctx context.Context, c api.Reader, e planner.Engine, look planner.Look) (planner.Surroundings, error) {
	var s planner.Surroundings
	var info system.Info
	var failed [3]error
	var g errgroup.Group
	if look.Containers {
		g.Go(func() error {
			list, err := c.ContainerList(ctx, container.ListOptions{All: true})
			for i := range list {
				s.Containers = append(s.Containers, neighbourOf(&list[i]))
			}
			failed[0] = wrapped("listing containers", err)
			return nil
		})
	}
	if look.Networks {
		g.Go(func() error {
			list, err := c.NetworkList(ctx, network.ListOptions{})
			for i := range list {
				s.Networks = append(s.Networks, networkOf(nil, &list[i]))
			}
			failed[1] = wrapped("listing networks", err)
			return nil
		})
	}
	if look.Machine() {
		g.Go(func() (err error) {
			info, err = c.Info(ctx)
			failed[2] = wrapped("asking the engine about itself", err)
			return nil
		})
	}
	_ = g.Wait() // its errors are in failed
	if failed[2] == nil && look.Machine() {
		s.Machine = machineOf(ctx, info, e, look)
	}
	return s, errors.Join(failed[:]...)
}

func wrapped(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func neighbourOf(s *container.Summary) planner.Neighbour {
	n := planner.Neighbour{
		ID: s.ID, Name: OwnName(s.Names), Project: s.Labels[project.LabelProject], Service: s.Labels[project.LabelService],
		Whose: spec.OwnedBy(s.Labels), HostNetwork: s.HostConfig.NetworkMode == "host", Ports: portsOf(s),
	}
	n.Status, _, _ = ParseStatus(s.State, s.Status)
	for _, m := range s.Mounts {
		if m.Type == mount.TypeVolume {
			n.Volumes = append(n.Volumes, m.Name)
		}
	}
	return n
}

// machineOf is what an engine tells of its machine and, where it runs on this one, what
// this program sees of that.
func machineOf(ctx context.Context, info system.Info, e planner.Engine, look planner.Look) planner.Machine {
	m := planner.Machine{Arch: archOf(info.Architecture), Here: runsHere(info, e)}
	if look.GPUs {
		m.NoGPU = noGPU(info)
	}
	if slices.ContainsFunc(info.SecurityOptions, func(o string) bool { return strings.HasPrefix(o, "name=rootless") }) {
		m.FirstPort = unprivilegedPort
		if m.Here {
			m.FirstPort = firstPort()
		}
	}
	if m.Here || !e.Remote && runtime.GOOS != "linux" { // there an engine's virtual machine has this one's ports
		m.Programs = programsAt(ctx, e, look.Ports)
	}
	if !m.Here {
		return m
	}
	for _, device := range look.Devices {
		if _, err := os.Stat(device); errors.Is(err, fs.ErrNotExist) {
			m.MissingDevices = append(m.MissingDevices, device)
		}
	}
	if space, ok := freeSpace(info.DockerRootDir); ok && look.Images {
		m.DataRoot, m.Space = info.DockerRootDir, space
	}
	return m
}

// runsHere tells whether the engine runs on the machine that this program runs on: not
// in a virtual machine, and this program in no container.
func runsHere(info system.Info, e planner.Engine) bool {
	name, err := os.Hostname()
	return err == nil && !e.Remote && runtime.GOOS == "linux" && info.Name == name
}

// archOf is a processor as images name it, of what engines call it; "": not known.
func archOf(machine string) string {
	known := map[string]string{
		"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "armv7l": "arm", "arm": "arm",
		"riscv64": "riscv64", "ppc64le": "ppc64le", "s390x": "s390x",
	}
	return known[machine]
}

// noGPU tells whether neither a runtime nor a device of the engine is for GPUs: one with
// the hook for NVIDIA's alone does not tell of it, and this machine's devices do.
func noGPU(info system.Info) bool {
	for name := range info.Runtimes {
		if strings.Contains(name, "nvidia") || strings.Contains(name, "amd") {
			return false
		}
	}
	for _, d := range info.DiscoveredDevices {
		if strings.Contains(d.ID, "gpu") {
			return false
		}
	}
	for _, device := range []string{"/dev/nvidiactl", "/dev/kfd", "/dev/dxg"} {
		if _, err := os.Stat(device); err == nil {
			return false
		}
	}
	return true
}
