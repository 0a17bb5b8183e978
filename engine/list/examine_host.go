package list

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// ExamineHost tells what a service needs of the engine's machine and would not get:
// ports that others hold, and sources of bind mounts that are missing and are not
// made. Where the engine runs elsewhere, ports are looked for among its containers
// alone. Its error wraps the engine's: its containers cannot be listed.
func ExamineHost(ctx context.Context, c api.Reader, p *project.Project, service string, e planner.Engine) (planner.Host, error) {
	svc := p.Definition(service)
	var h planner.Host
	if !e.Remote {
		h.Missing = missingSources(svc)
	}
	if len(svc.Ports) == 0 {
		return h, nil
	}
	running, err := c.ContainerList(ctx, container.ListOptions{})
	if err != nil {
		return h, fmt.Errorf("listing containers: %w", err)
	}
	for _, port := range svc.Ports {
		n, err := strconv.Atoi(port.Published)
		if err != nil || n == 0 { // none, or a range of which one will do
			continue
		}
		holder, own := heldBy(running, port, n, p.Name, service)
		if holder == "" && !own && !e.Remote && observe.PortTaken(ctx, planner.Port{Address: port.HostIP, Number: n, Protocol: port.Protocol}) {
			holder = observe.Listener(e, port.Protocol, n)
		}
		if holder != "" {
			h.Taken = append(h.Taken, planner.TakenPort{Port: port.Published + "/" + port.Protocol, Holder: holder})
		}
	}
	return h, nil
}

// heldBy finds the container of another service that publishes a port; own: one
// of this service does.
func heldBy(running []container.Summary, want types.ServicePortConfig, n int, name, service string) (holder string, own bool) {
	for _, c := range running {
		if !slices.ContainsFunc(c.Ports, func(p container.Port) bool {
			return int(p.PublicPort) == n && p.Type == want.Protocol && spec.SameAddress(p.IP, want.HostIP)
		}) {
			continue
		}
		if c.Labels[project.LabelProject] == name && c.Labels[project.LabelService] == service {
			return "", true
		}
		return "container " + observe.OwnName(c.Names) + spec.OwnedBy(c.Labels), false
	}
	return "", false
}

// missingSources are the sources of bind mounts that the engine will look for
// in vain.
func missingSources(svc types.ServiceConfig) []string {
	var missing []string
	for _, v := range svc.Volumes {
		if v.Type != types.VolumeTypeBind || v.Bind == nil || bool(v.Bind.CreateHostPath) || strings.Contains(v.Source, `\`) {
			continue
		}
		if _, err := os.Stat(v.Source); errors.Is(err, os.ErrNotExist) {
			missing = append(missing, v.Source)
		}
	}
	return missing
}
