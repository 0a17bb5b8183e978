package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/go-units"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// devicePaths are the devices of the engine's machine that a service maps and cannot
// start without. A privileged container has those that there are.
func devicePaths(svc types.ServiceConfig) []string {
	var paths []string
	for _, m := range svc.Devices {
		if path.IsAbs(m.Source) && !svc.Privileged { // else a name of the Container Device Interface
			paths = append(paths, m.Source)
		}
	}
	return paths
}

// devices finds devices that are not there, and services that ask for GPUs where there
// seem to be none.
func (f *Preflight) devices() {
	for _, s := range f.starts {
		level := plan.Refused
		if s.optional {
			level = plan.Warned
		}
		for _, device := range devicePaths(s.svc) {
			if slices.Contains(f.around.Machine.MissingDevices, device) {
				f.add(level, s.svc.Name, "devices",
					fmt.Sprintf("error gathering device information while adding custom device %q: no such file or directory", device),
					"connect the device, or correct its path in the file")
			}
		}
		if attributes := gpusOf(s.svc); len(attributes) > 0 && f.around.Machine.NoGPU {
			f.add(plan.Warned, s.svc.Name, attributes[0], "it asks for a GPU, and the engine tells of none",
				"for NVIDIA GPUs install nvidia-container-toolkit where the engine runs")
		}
	}
}

// gpusOf are the attributes by which a service asks for GPUs.
func gpusOf(svc types.ServiceConfig) []string {
	var attributes []string
	if len(svc.Gpus) > 0 {
		attributes = append(attributes, "gpus")
	}
	if svc.Deploy == nil || svc.Deploy.Resources.Reservations == nil {
		return attributes
	}
	for _, r := range svc.Deploy.Resources.Reservations.Devices {
		if slices.Contains(r.Capabilities, "gpu") {
			return append(attributes, "deploy.resources.reservations.devices")
		}
	}
	return attributes
}

// littleSpace is less than what images of some size need.
const littleSpace = 1 << 30

// images finds those of another processor than the engine's, and tells where there is
// little space for more.
func (f *Preflight) images() {
	m := f.around.Machine
	if len(f.brought) > 0 && m.DataRoot != "" && m.Space < littleSpace {
		f.found = append(f.found, plan.Finding{
			Level: plan.Warned,
			Text:  fmt.Sprintf("%s free in %s, where the engine has its data, and images are to come", units.HumanSize(float64(m.Space)), m.DataRoot),
			Hint:  "docker system df shows what takes it",
		})
	}
	for _, service := range f.services {
		name := f.p.ImageName(service)
		if image := f.s.Images[name]; image.Arch != "" && !f.brought[project.CanonicalImage(name)] {
			f.processor(service, name, image)
		}
	}
}

// processor compares what an image is for with what the service asks for, else with what
// the engine has.
func (f *Preflight) processor(service, name string, image Image) {
	svc, m := f.p.Services[service], f.around.Machine
	os := strings.TrimPrefix(f.s.Engine.OS+"/", "/")
	switch wanted := archIn(svc.Platform); {
	case svc.Platform == "" && m.Arch != "" && !runsOn(image.Arch, m.Arch) && f.p.Environment["DOCKER_DEFAULT_PLATFORM"] == "":
		f.add(plan.Warned, service, "image", fmt.Sprintf("image %s is for %s, and the engine's processor is %s: it runs where that is emulated", name, image.Arch, m.Arch),
			"pull or build it for "+m.Arch+", or set platform: "+os+image.Arch+" if it is meant")
	// An engine with a digest for each platform may have the other one as well, and Podman
	// takes what there is.
	case f.s.Engine.Name != "podman" && wanted != "" && image.Digest == image.ID && !runsOn(image.Arch, wanted):
		help := "pull it: compose pull " + service
		if svc.Build != nil {
			help = "build it: compose build " + service
		}
		f.add(plan.Refused, service, "platform", fmt.Sprintf("image with reference %s was found but its platform (%s) does not match the specified platform (%s)",
			name, os+image.Arch, svc.Platform), help)
	}
}

// archIn is the processor of a platform such as linux/arm64/v8, as images name it; "":
// not known.
func archIn(platform string) string {
	parts := strings.Split(strings.ToLower(platform), "/")
	for _, known := range []string{"amd64", "arm64", "386", "arm", "riscv64", "ppc64le", "s390x"} {
		if len(parts) > 1 && parts[1] == known {
			return known
		}
	}
	return ""
}

// runsOn tells whether a processor runs the programs of another one by itself.
func runsOn(program, processor string) bool {
	older := map[string]string{"amd64": "386", "arm64": "arm"}
	return program == processor || older[processor] == program
}

// unseen notes what cannot be looked at from here.
func (f *Preflight) unseen() {
	if f.around.Machine.Here || f.s.Engine.Host == "" {
		return
	}
	var what []string
	for _, s := range f.starts {
		if len(s.ports) > 0 {
			what = append(what, "programs that may have its ports")
		}
		if len(devicePaths(s.svc)) > 0 {
			what = append(what, "devices")
		}
	}
	for _, service := range f.services {
		svc, _ := f.d.service(service)
		if slices.ContainsFunc(svc.Volumes, func(v types.ServiceVolumeConfig) bool { return v.Type == types.VolumeTypeBind }) {
			what = append(what, "sources of bind mounts")
		}
	}
	if len(f.brought) > 0 {
		what = append(what, "disk space")
	}
	if len(what) == 0 {
		return
	}
	slices.Sort(what)
	f.found = append(f.found, plan.Finding{
		Level: plan.Noted, Text: "not looked at, since the engine runs elsewhere (" + f.s.Engine.Host + "): " + strings.Join(slices.Compact(what), ", "),
	})
}
