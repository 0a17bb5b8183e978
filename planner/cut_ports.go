package planner

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// cutPorts lists the ports of the host that nobody answers at while the plan is carried
// out, or afterwards: those of running containers that end.
func (d *upDraft) cutPorts() {
	ends := map[string]plan.Step{} // by container
	for _, s := range d.plan.Steps {
		switch a := s.Action.(type) {
		case StopContainer:
			ends[a.ID] = s
		case RestartContainer:
			ends[a.ID] = s
		case RemoveContainer:
			if _, stopped := ends[a.ID]; !stopped {
				ends[a.ID] = s
			}
		}
	}
	for i := range d.s.Containers {
		c := &d.s.Containers[i]
		step, ending := ends[c.ID]
		if !ending || !c.running() {
			continue
		}
		for _, p := range c.Ports {
			d.cutPort(c, p, step.When)
		}
	}
}

// cutPort adds a port to those of its service that fare alike.
func (d *upDraft) cutPort(c *Container, p Port, when []event.Ref) {
	text, ended := p.text(), !d.publishes(c.Service, p)
	i := slices.IndexFunc(d.plan.CutOff, func(o plan.CutOff) bool {
		return o.Service == c.Service && o.Ended == ended && slices.Equal(o.When, when)
	})
	if i < 0 {
		i = len(d.plan.CutOff)
		d.plan.CutOff = append(d.plan.CutOff, plan.CutOff{Service: c.Service, Ended: ended, When: when})
	}
	if cut := &d.plan.CutOff[i]; !slices.Contains(cut.Ports, text) {
		cut.Ports = append(cut.Ports, text)
		slices.Sort(cut.Ports)
	}
}

// publishes tells whether the service has the port once the plan is carried out. One that
// the engine chose is another one then.
func (d *upDraft) publishes(service string, port Port) bool {
	svc, ok := d.p.Services[service]
	if !ok || d.o.NoStart || svc.GetScale() == 0 {
		return false
	}
	return slices.ContainsFunc(svc.Ports, func(p types.ServicePortConfig) bool {
		first, last, ok := publishedPorts(p)
		return ok && first <= port.Number && port.Number <= last && p.Protocol == port.Protocol
	})
}

// text is the port as people write it: "8080", "127.0.0.1:8080", "53/udp".
func (p Port) text() string {
	text := strconv.Itoa(p.Number)
	if ip, err := netip.ParseAddr(p.Address); err == nil && !ip.IsUnspecified() {
		text = netip.AddrPortFrom(ip, uint16(p.Number)).String()
	}
	if p.Protocol != "tcp" {
		text += "/" + p.Protocol
	}
	return text
}
