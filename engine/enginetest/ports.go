package enginetest

import (
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/go-connections/nat"
)

// bindPorts publishes a starting container's ports: those that are exposed and
// bound. Nothing of the host is bound; the engine knows only of its own. e.mu
// is held.
func (e *Engine) bindPorts(c *container) error {
	c.ports = nat.PortMap{}
	if c.host.NetworkMode.IsHost() || c.host.NetworkMode.IsNone() {
		return nil
	}
	exposed := sortedKeys(stringKeys(c.config.ExposedPorts))
	for _, p := range exposed {
		port := nat.Port(p)
		bindings := c.host.PortBindings[port]
		if len(bindings) == 0 && c.host.PublishAllPorts {
			bindings = []nat.PortBinding{{}}
		}
		c.ports[port] = nil
		for _, b := range bindings {
			bound, err := e.bindPort(c, port.Proto(), b)
			if err != nil {
				return err
			}
			c.ports[port] = append(c.ports[port], bound...)
		}
	}
	return nil
}

func stringKeys(set nat.PortSet) map[string]struct{} {
	out := map[string]struct{}{}
	for p := range set {
		out[string(p)] = struct{}{}
	}
	return out
}

// bindPort takes a port of the host: the one asked for, the first free one of a
// range, or any.
func (e *Engine) bindPort(c *container, proto string, b nat.PortBinding) ([]nat.PortBinding, error) {
	low, high := 0, 0
	if b.HostPort != "" {
		from, to, isRange := strings.Cut(b.HostPort, "-")
		var err error
		if low, err = strconv.Atoi(from); err != nil {
			return nil, errorf(http.StatusBadRequest, "invalid port specification: %q", b.HostPort)
		}
		if high = low; isRange {
			if high, err = strconv.Atoi(to); err != nil {
				return nil, errorf(http.StatusBadRequest, "invalid port specification: %q", b.HostPort)
			}
		}
	}
	addresses := []string{b.HostIP}
	if b.HostIP == "" {
		addresses = []string{"0.0.0.0", "::"}
	}
	if low == 0 {
		for low = e.nextPort; slices.ContainsFunc(addresses, func(a string) bool { return e.portTaken(a, proto, low) }); low++ {
		}
		high, e.nextPort = low, low+1
	}
	for port := low; port <= high; port++ {
		if slices.ContainsFunc(addresses, func(a string) bool { return e.portTaken(a, proto, port) }) {
			continue
		}
		var bound []nat.PortBinding
		for _, a := range addresses {
			bound = append(bound, nat.PortBinding{HostIP: a, HostPort: itoa(port)})
		}
		return bound, nil
	}
	id := ""
	for _, ep := range c.networks {
		id = max(id, ep.EndpointID)
	}
	return nil, errorf(http.StatusInternalServerError,
		"driver failed programming external connectivity on endpoint %s (%s): Bind for %s:%d failed: port is already allocated", c.name, id, addresses[0], low)
}

// portTaken tells whether a container holds the port on the address, or either
// of them is for all addresses.
func (e *Engine) portTaken(address, proto string, port int) bool {
	for _, c := range e.containers {
		for p, bindings := range c.ports {
			if p.Proto() == proto && slices.ContainsFunc(bindings, func(b nat.PortBinding) bool {
				return b.HostPort == itoa(port) && sameHost(b.HostIP, address)
			}) {
				return true
			}
		}
	}
	return false
}

// sameHost tells whether two addresses of the host share one: 0.0.0.0 and :: are
// all of their family.
func sameHost(a, b string) bool {
	x, errX := netip.ParseAddr(a)
	y, errY := netip.ParseAddr(b)
	if errX != nil || errY != nil || x.Is4() != y.Is4() {
		return a == b
	}
	return x == y || x.IsUnspecified() || y.IsUnspecified()
}

// portList is the ports as the list of containers gives them.
func (c *container) portList() []containertypes.Port {
	out := []containertypes.Port{}
	for p, bindings := range c.ports {
		if len(bindings) == 0 {
			out = append(out, containertypes.Port{PrivatePort: uint16(p.Int()), Type: p.Proto()})
		}
		for _, b := range bindings {
			public, _ := strconv.ParseUint(b.HostPort, 10, 16) // the engine wrote it
			out = append(out, containertypes.Port{IP: b.HostIP, PrivatePort: uint16(p.Int()), PublicPort: uint16(public), Type: p.Proto()})
		}
	}
	slices.SortFunc(out, func(a, b containertypes.Port) int {
		if a.PrivatePort != b.PrivatePort {
			return int(a.PrivatePort) - int(b.PrivatePort)
		}
		if a.PublicPort != b.PublicPort {
			return int(a.PublicPort) - int(b.PublicPort)
		}
		return strings.Compare(a.IP, b.IP)
	})
	return out
}
