package spec

import (
	"fmt"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/project"
)

// PreStart maps pre_start hook number index of a service to the container
// that it runs in: the hook's own specification, which the loader has completed
// from the service's, with the volumes of the container that is to start,
// target, and in its networks. It has no address and no name that others could
// take for the service's. It is pure, as Container is, and its errors are Container's, or
// that there is no such hook.
func PreStart(p *project.Project, service string, number, index int, target string, b Binding) (*Request, error) {
	s, ok := p.Services[service]
	if !ok || index >= len(s.PreStart) {
		return nil, fmt.Errorf("service %q has no pre_start hook %d", service, index)
	}
	hook := types.ServiceConfig{Name: service, ContainerSpec: s.PreStart[index].ContainerSpec}
	hook.VolumesFrom = []string{types.ContainerPrefix + target}
	sp := &spec{p: p, s: hook, number: number, b: b, req: &Request{
		Name:   p.ContainerName(service, number) + "-pre_start-" + strconv.Itoa(index+1),
		Config: &container.Config{Image: p.ImageSource(hook.Image), Labels: p.HookLabels(service)},
		Host:   &container.HostConfig{AutoRemove: true},
	}}
	if hook.Image == "" {
		sp.req.Config.Image = p.ImageSource(p.ImageName(service))
	}
	for label, value := range project.GivenLabels(hook.Labels) {
		sp.req.Config.Labels[label] = value
	}
	for _, part := range []func() error{
		sp.namespaces, sp.platform, sp.apiSocket, sp.process, sp.resources, sp.devices, sp.security, sp.windows,
		sp.networks, sp.mounts, sp.files,
	} {
		if err := part(); err != nil {
			return nil, fmt.Errorf("service %q: pre_start hook %d: %w", service, index+1, err)
		}
	}
	sp.anonymize()
	return sp.req, nil
}

// anonymize takes the addresses and aliases of the service off the endpoints.
func (sp *spec) anonymize() {
	sp.containerMAC("")
	for _, e := range sp.req.Endpoints() {
		e.Aliases, e.Links, e.IPAMConfig, e.MacAddress = nil, nil, nil, ""
	}
}
