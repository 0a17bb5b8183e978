package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/plan"
)

// What drivers of networks are told of where ports are published.
const (
	gatewayMode = "com.docker.network.bridge.gateway_mode_"
	hostBinding = "com.docker.network.bridge.host_binding_ipv4"
)

// PublishesPorts tells whether the ports of containers on a network are published on the
// host: on a bridge that is neither closed nor routed.
func PublishesPorts(driver string, internal bool, options map[string]string) bool {
	for option, value := range options {
		if strings.HasPrefix(option, gatewayMode) && value != "nat" && value != "nat-unprotected" {
			return false
		}
	}
	return !internal && slices.Contains([]string{"", "default", "bridge", "nat"}, driver)
}

// port is a single port of the host.
func (x exclusive) port() Port { return Port{Address: x.name, Number: x.first, Protocol: x.in} }

func (p Port) exclusive() exclusive {
	return exclusive{kind: hostPort, in: p.Protocol, name: p.Address, first: p.Number, last: p.Number}
}

// portsOf are the host's ports that a container of a service takes when it starts.
func (f *Preflight) portsOf(svc types.ServiceConfig) []exclusive {
	if len(svc.Ports) == 0 {
		return nil
	}
	address := ""
	if len(svc.Networks) > 0 {
		publishes := false
		for key := range svc.Networks {
			publishes = publishes || f.publishes(key)
			if bound := f.p.Networks[key].DriverOpts[hostBinding]; bound != "" {
				address = bound
			}
		}
		if !publishes {
			return nil
		}
	}
	var ports []exclusive
	for _, x := range f.d.takenByStart(svc) {
		if x.kind == hostPort {
			if x.name == "" {
				x.name = address
			}
			ports = append(ports, x)
		}
	}
	return ports
}

// publishes tells whether ports are published on the host by a network of the file.
func (f *Preflight) publishes(key string) bool {
	conf := f.p.Networks[key]
	if n := f.d.findNetwork(conf.Name); n != nil && !f.unlinked[n.ID] {
		return !n.Unpublished
	}
	return PublishesPorts(conf.Driver, conf.Internal, conf.DriverOpts)
}

// ports finds containers and programs that have ports of the host which services take,
// and services that take the same one.
func (f *Preflight) ports() {
	by := map[exclusive][]Neighbour{} // by index
	hostStops := false
	for _, n := range f.around.Containers {
		hostStops = hostStops || n.HostNetwork && f.stopped[n.ID]
		for _, p := range n.Ports {
			at := p.exclusive().index()
			by[at] = append(by[at], n)
		}
	}
	takers := map[exclusive][]*started{}
	for i := range f.starts {
		s := &f.starts[i]
		for _, x := range s.ports {
			f.port(s, x, by, hostStops)
			if x.first == x.last {
				f.twice(s, x, takers)
			}
		}
	}
}

// port looks for one that a service takes, or for all of a range.
func (f *Preflight) port(s *started, x exclusive, by map[exclusive][]Neighbour, hostStops bool) {
	level := plan.Refused
	if s.optional {
		level = plan.Warned
	}
	var holder *Neighbour
	for n := x.first; n <= x.last; n++ {
		one := x
		one.first, one.last = n, n
		has := by[one.index()]
		i := slices.IndexFunc(has, func(c Neighbour) bool { return f.holds(c, one, s.id) })
		program, taken := f.around.Machine.Programs[one.port()]
		switch {
		case i >= 0:
			holder = &has[i]
		// What has a container's port is the engine itself, or goes with the container.
		case taken && len(has) == 0 && !hostStops && x.first == x.last:
			f.add(level, s.svc.Name, "ports", fmt.Sprintf("address already in use: port %d: %s has it", n, program), HelpPort(n))
			return
		default:
			f.privileged(s, x)
			return
		}
	}
	if holder == nil {
		return
	}
	what := fmt.Sprintf("port %d: %s has it", x.first, holder)
	if x.first != x.last {
		what = fmt.Sprintf("ports %d-%d: containers have all of them, the last is %s", x.first, x.last, holder)
	}
	f.add(level, s.svc.Name, "ports", "port is already allocated: "+what, f.help(*holder, HelpPort(x.last)))
}

// PortHolder is the first of the containers that has a port of the host; nil: none does.
func PortHolder(containers []Neighbour, p Port) *Neighbour {
	i := slices.IndexFunc(containers, func(c Neighbour) bool { return c.has(p.exclusive()) })
	if i < 0 {
		return nil
	}
	return &containers[i]
}

// has tells whether a container that runs has one of some ports.
func (n Neighbour) has(x exclusive) bool {
	return n.Status.Active() && slices.ContainsFunc(n.Ports, func(p Port) bool { return x.conflictsWith(p.exclusive()) })
}

// holds tells whether a container has a port and keeps it while one with the id, or a new
// one, starts.
func (f *Preflight) holds(c Neighbour, x exclusive, id string) bool {
	return !f.stopped[c.ID] && c.ID != id && !f.meanwhile(c) && c.has(x)
}

// privileged warns of a port that a rootless engine may not have.
func (f *Preflight) privileged(s *started, x exclusive) {
	if least := f.around.Machine.FirstPort; x.first < least {
		f.add(plan.Warned, s.svc.Name, "ports", fmt.Sprintf("port %d: a rootless engine may not be let publish one below %d", x.first, least),
			fmt.Sprintf("sysctl net.ipv4.ip_unprivileged_port_start=%d, or publish another one", x.first))
	}
}

// twice warns where two services of the plan take a port, and neither waits for the
// other's end.
func (f *Preflight) twice(s *started, x exclusive, takers map[exclusive][]*started) {
	at := x.index()
	for _, other := range takers[at] {
		name := other.svc.Name
		if other == s || !slices.ContainsFunc(other.ports, x.conflictsWith) || f.endsBefore(name, s.svc.Name) || f.endsBefore(s.svc.Name, name) {
			continue
		}
		f.add(plan.Warned, s.svc.Name, "ports", fmt.Sprintf("port %d: service %q publishes it as well: the one that starts later fails while the other runs", x.first, name),
			"publish another one: "+another(x.first))
	}
	takers[at] = append(takers[at], s)
}

// endsBefore tells whether a service starts only after another one has ended, or after
// services that do.
func (f *Preflight) endsBefore(first, then string) bool {
	seen := map[string]bool{}
	var after func(service string) bool
	after = func(service string) bool {
		if seen[service] {
			return false
		}
		seen[service] = true
		svc, _ := f.d.service(service)
		for on, d := range svc.DependsOn {
			if on == first && d.Condition == types.ServiceConditionCompletedSuccessfully || after(on) {
				return true
			}
		}
		return false
	}
	return after(then)
}
