package list

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// ExamineHost tells what a service needs of the engine's machine and would not get:
// ports that others hold, and sources of bind mounts that are missing and are not
// made. Where the engine runs elsewhere, ports are looked for among its containers
// alone. Its error is that of observe.Surroundings.
func ExamineHost(ctx context.Context, c api.Reader, p *project.Project, service string, e planner.Engine) (planner.Host, error) {
	svc := p.Definition(service)
	var h planner.Host
	if !e.Remote {
		h.Missing = missingSources(svc)
	}
	if len(svc.Ports) == 0 {
		return h, nil
	}
	around, err := observe.Surroundings(ctx, c, e, planner.Look{Containers: true})
	if err != nil {
		return h, err
	}
	for _, published := range svc.Ports {
		n, err := strconv.Atoi(published.Published)
		if err != nil || n == 0 { // none, or a range of which one will do
			continue
		}
		port := planner.Port{Address: published.HostIP, Number: n, Protocol: published.Protocol}
		taken := planner.TakenPort{Port: published.Published + "/" + published.Protocol}
		holder := planner.PortHolder(around.Containers, port)
		switch {
		case holder != nil && holder.Project == p.Name && holder.Service == service:
			continue
		case holder != nil:
			taken.Holder = holder.String()
		case !e.Remote && observe.PortTaken(ctx, port):
			taken.Holder = observe.Listener(e, port.Protocol, n)
		default:
			continue
		}
		h.Taken = append(h.Taken, taken)
	}
	return h, nil
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
