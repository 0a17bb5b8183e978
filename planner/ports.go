package planner

import (
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
)

// checkPorts refuses more replicas than a published port allows: one container at a
// time has a port of the host, from its start on.
func (d *upDraft) checkPorts(svc types.ServiceConfig) error {
	want := svc.GetScale()
	if want < 2 || d.o.NoStart || svc.NetworkMode == "host" {
		return nil
	}
	for _, p := range svc.Ports {
		first, last, ok := publishedPorts(p)
		if have := last - first + 1; ok && have < want {
			return hint.New(
				fmt.Sprintf("service %q is to have %d containers, and publishes %s, which %s at most can have", svc.Name, want, portText(p), containersText(have)),
				`publish a range, "8080-8089:80", or let the engine choose: "80"`)
		}
	}
	return nil
}

// maxContainers bounds the containers of a plan: more than any engine runs.
const maxContainers = 20_000

// checkScale refuses more containers than a plan may have: each takes memory here, too.
func (d *upDraft) checkScale() error {
	all := 0
	for _, name := range d.order {
		svc := d.p.Services[name]
		want := svc.GetScale()
		if all += min(want, maxContainers+1); all > maxContainers {
			return hint.New(fmt.Sprintf("service %q is to have %d containers, and a project has %d at most", name, want, maxContainers),
				"correct its scale or deploy.replicas")
		}
	}
	return nil
}

func portText(p types.ServicePortConfig) string {
	if strings.Contains(p.Published, "-") {
		return "ports " + p.Published
	}
	return "port " + p.Published
}

func containersText(n int) string {
	if n == 1 {
		return "one container"
	}
	return fmt.Sprintf("%d containers", n)
}
