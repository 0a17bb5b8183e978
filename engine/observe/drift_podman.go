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

// untold are fields that Podman does not report, or reports wrongly where the value is
// set: what was asked for counts.
var untold = map[string]string{
	"domainname": "", "sysctls": "", "device_cgroup_rules": "", "storage_opt": "", "ipc": "shareable",
}

// likeWanted takes what Podman reports for what is wanted where it may have come of it,
// and forgets what it filled in where the file leaves it open.
func (f fieldSet) likeWanted(wanted fieldSet) {
	for name, wrong := range untold {
		if is := f[name].shown; is == wrong && wanted[name].shown != "" {
			f[name] = wanted[name]
		}
	}
	if is := f["stop_signal"].shown; is != "" && is == signalNumbers[strings.TrimPrefix(wanted["stop_signal"].shown, "SIG")] {
		f["stop_signal"] = wanted["stop_signal"]
	}
	for name, is := range f {
		want, given := wanted[name]
		if given && strings.HasPrefix(name, "volumes.") && mountWords(is.shown) == mountWords(want.shown) {
			f[name] = want
		}
	}
	maps.DeleteFunc(f, func(name string, is field) bool {
		_, given := wanted[name]
		return !given && f.filledIn(name, is)
	})
}

// filledIn tells whether Podman may have set a field that nobody asked for.
func (f fieldSet) filledIn(name string, is field) bool {
	variable, isVariable := strings.CutPrefix(name, "environment.")
	switch {
	case slices.Contains(podmanDefaults[name], is.shown), isVariable && slices.Contains(podmanEnvironment, variable):
		return true
	case strings.HasPrefix(name, "ulimits."): // of containers.conf
		return true
	case name == "cpu_period" || name == "cpu_quota": // what cpus comes to
		return f["cpus"].shown != ""
	case name == "cap_drop": // what Podman itself does not have
		return f["privileged"].shown != ""
	case name == "volumes./run" || name == "volumes./tmp" || name == "volumes./var/tmp": // to write on
		return f["read_only"].shown != "" && strings.HasPrefix(is.shown, "tmpfs ")
	}
	return false
}

// mountWords are the words on a mount without those that Podman adds or does not tell.
func mountWords(text string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(text), func(word string) bool {
		return slices.Contains([]string{"nosuid", "nodev", "tmpcopyup", "mode=0", "nocopy"}, word)
	}), " ")
}

// signalNumbers are Linux's, which Podman has for the names.
var signalNumbers = map[string]string{
	"HUP": "1", "INT": "2", "QUIT": "3", "ABRT": "6", "KILL": "9", "USR1": "10", "USR2": "12", "ALRM": "14", "TERM": "15", "WINCH": "28",
}
