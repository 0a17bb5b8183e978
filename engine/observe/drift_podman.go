package observe

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"

	"github.com/compose-orchestrator/compose/engine/spec"
)

// podmanDefaults are values that Podman reports for fields left open, beyond those of
// engineDefaults.
var podmanDefaults = map[string][]string{
	"pid": {"private"}, "uts": {"private"},
	"healthcheck.interval": {"30s"}, "healthcheck.timeout": {"30s"}, "healthcheck.retries": {"3"},
}

// podmanEnvironment are the variables that Podman sets by itself.
var podmanEnvironment = []string{"PATH", "TERM", "HOME", "HOSTNAME", "container"}

// asDocker brings what Podman reports of a container into the form in which Docker
// keeps what it was asked for. Where Podman tells what it made of a request and not the
// request, the request counts if that may have come of it.
func (c *configuration) asDocker(want *spec.Request) {
	host := *c.host
	host.Ulimits = slices.Clone(host.Ulimits)
	for i, limit := range host.Ulimits {
		renamed := *limit
		renamed.Name = strings.ToLower(strings.TrimPrefix(limit.Name, "RLIMIT_"))
		host.Ulimits[i] = &renamed
	}
	host.PortBindings = choosePorts(host.PortBindings, want.Host.PortBindings)
	c.host = &host
	if asked, got := want.Config.StopTimeout, c.config.StopTimeout; asked != nil && got != nil && *asked == 10 && *got == 0 {
		config := *c.config
		config.StopTimeout = asked // other tools ask for none, which Podman reports as 0
		c.config = &config
	}
	c.endpoints = maps.Clone(c.endpoints)
	for name, asked := range want.Endpoints() {
		if got := c.endpoints[name]; got != nil {
			c.endpoints[name] = askedEndpoint(got, asked)
		}
	}
}

// choosePorts puts a port left open, or a range, in the place of the port that was
// chosen for it.
func choosePorts(got, asked nat.PortMap) nat.PortMap {
	chosen := nat.PortMap{}
	for port, bindings := range got {
		chosen[port] = slices.Clone(bindings)
		for i := range bindings {
			for _, a := range asked[port] {
				if a.HostIP == bindings[i].HostIP && mayBecome(a.HostPort, bindings[i].HostPort) {
					chosen[port][i].HostPort = a.HostPort
				}
			}
		}
	}
	return chosen
}

// mayBecome tells whether an engine may have chosen a port of the host for what was
// asked for: nothing, or a range.
func mayBecome(asked, port string) bool {
	first, last, err := nat.ParsePortRange(asked)
	if err != nil {
		return asked == ""
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && first <= n && n <= last
}

// askedEndpoint is an endpoint with what Podman keeps to itself of it, as far as its
// address does not say otherwise.
func askedEndpoint(got, asked *network.EndpointSettings) *network.EndpointSettings {
	e := *got
	e.DriverOpts, e.Links, e.GwPriority = asked.DriverOpts, asked.Links, asked.GwPriority
	if ip := asked.IPAMConfig; ip != nil &&
		(got.IPAddress == "" || ip.IPv4Address == "" || ip.IPv4Address == got.IPAddress) &&
		(got.GlobalIPv6Address == "" || ip.IPv6Address == "" || ip.IPv6Address == got.GlobalIPv6Address) {
		e.IPAMConfig = ip
	}
	return &e
}

// dropPodman forgets what Podman filled in where the file leaves it open.
func (f fieldSet) dropPodman(wanted fieldSet) {
	maps.DeleteFunc(f, func(name string, is field) bool {
		if _, given := wanted[name]; given {
			return false
		}
		variable, isVariable := strings.CutPrefix(name, "environment.")
		return slices.Contains(podmanDefaults[name], is.shown) ||
			strings.HasPrefix(name, "ulimits.") || // of containers.conf
			isVariable && slices.Contains(podmanEnvironment, variable)
	})
}
