package planner

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// exclusive is what one container or network has at a time: a step that takes
// it waits for the step of the plan that frees it.
type exclusive struct {
	kind exclusiveKind
	// in is where it is one of its kind: a port's protocol, an address's network.
	in string
	// name is the thing itself: a container's name, an address of a network, of the
	// host (a port's; "": all of them), a MAC address, an interface, a device.
	name        string
	first, last int          // of ports: a range
	subnet      netip.Prefix // of subnets
}

// exclusiveKind is a kind of what only one can have.
type exclusiveKind string

// The kinds of what only one can have, and who has it.
const (
	hostPort      exclusiveKind = "port"           // a container that runs
	staticAddress exclusiveKind = "address"        // a container that runs
	macAddress    exclusiveKind = "mac"            // a container that runs
	device        exclusiveKind = "device"         // a container that runs
	containerName exclusiveKind = "container name" // a container that exists
	subnet        exclusiveKind = "subnet"         // a network
	hostInterface exclusiveKind = "interface"      // a network: its bridge, its parent
)

// conflictsWith tells whether two cannot be had at the same time.
func (x exclusive) conflictsWith(y exclusive) bool {
	if x.kind != y.kind || x.in != y.in {
		return false
	}
	switch x.kind {
	case hostPort:
		return x.first <= y.last && y.first <= x.last && addressesOverlap(x.name, y.name)
	case subnet:
		return x.subnet.Overlaps(y.subnet)
	}
	return x.name == y.name || x == unknownDevice || y == unknownDevice
}

// unknownDevice stands for the devices of a container whose devices were not observed.
var unknownDevice = exclusive{kind: device}

// addressesOverlap tells whether a port cannot be published on both addresses of the
// host. "" is every address; 0.0.0.0 and :: are every one of their family.
func addressesOverlap(a, b string) bool {
	if a == "" || b == "" || a == b {
		return true
	}
	x, errX := netip.ParseAddr(a)
	y, errY := netip.ParseAddr(b)
	if errX != nil || errY != nil || x.Is4() != y.Is4() {
		return false
	}
	return x == y || x.IsUnspecified() || y.IsUnspecified()
}

// whileRunning is what a container that exists has until it stops.
func (c *Container) whileRunning() []exclusive {
	var has []exclusive
	for _, p := range c.Ports {
		has = append(has, exclusive{kind: hostPort, in: p.Protocol, name: p.Address, first: p.Number, last: p.Number})
	}
	for _, a := range c.Addresses {
		if a.IP != "" {
			has = append(has, addressOn(a.Network, a.IP))
		}
		if a.MAC != "" {
			has = append(has, exclusive{kind: macAddress, in: a.Network, name: strings.ToLower(a.MAC)})
		}
	}
	return append(has, exclusiveDevices(c.Devices)...)
}

// has is what the network has until it is removed.
func (n *Network) has() []exclusive {
	has := subnetsOf(n.Subnets)
	for _, name := range n.Interfaces {
		has = append(has, exclusive{kind: hostInterface, name: name})
	}
	return has
}

func subnetsOf(texts []string) []exclusive {
	var all []exclusive
	for _, text := range texts {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			all = append(all, exclusive{kind: subnet, subnet: prefix.Masked()})
		}
	}
	return all
}

// addressOn is an address of a network, in the one form that such have.
func addressOn(network, text string) exclusive {
	if ip, err := netip.ParseAddr(text); err == nil {
		text = ip.String()
	}
	return exclusive{kind: staticAddress, in: network, name: text}
}

// takenByStart is what a container of the service takes when it starts.
func (d *upDraft) takenByStart(svc types.ServiceConfig) []exclusive {
	takes := devicesOf(svc)
	if mode := svc.NetworkMode; mode != "" && mode != "bridge" && mode != "default" {
		return takes // it publishes nothing, and has no endpoint of its own
	}
	for _, p := range svc.Ports {
		if first, last, ok := publishedPorts(p); ok {
			takes = append(takes, exclusive{kind: hostPort, in: p.Protocol, name: p.HostIP, first: first, last: last})
		}
	}
	mac := svc.MacAddress // the primary network's
	for _, key := range svc.NetworksByPriority() {
		takes = append(takes, takenOn(d.p.Networks[key].Name, svc.Networks[key], mac)...)
		mac = ""
	}
	return takes
}

// takenOn is what a service's container takes on one network.
func takenOn(network string, n *types.ServiceNetworkConfig, mac string) []exclusive {
	var takes []exclusive
	if n != nil {
		for _, ip := range append([]string{n.Ipv4Address, n.Ipv6Address}, n.LinkLocalIPs...) {
			if ip != "" {
				takes = append(takes, addressOn(network, ip))
			}
		}
		if n.MacAddress != "" {
			mac = n.MacAddress
		}
	}
	if mac != "" {
		takes = append(takes, exclusive{kind: macAddress, in: network, name: strings.ToLower(mac)})
	}
	return takes
}

// takenByNetwork is what a network of the file takes when it is created.
func takenByNetwork(n types.NetworkConfig) []exclusive {
	var subnets []string
	for _, pool := range n.Ipam.Config {
		if pool != nil {
			subnets = append(subnets, pool.Subnet)
		}
	}
	takes := subnetsOf(subnets)
	for _, name := range NetworkInterfaces(n.DriverOpts) {
		takes = append(takes, exclusive{kind: hostInterface, name: name})
	}
	return takes
}

// NetworkInterfaces are the interfaces of the host that a network's driver
// options name and that no other network may have: a bridge, and the parent of
// a macvlan or ipvlan.
func NetworkInterfaces(options map[string]string) []string {
	var names []string
	for _, option := range []string{"com.docker.network.bridge.name", "parent"} {
		if name := options[option]; name != "" {
			names = append(names, name)
		}
	}
	return names
}

// The devices that many can open at once, and how the names of such begin.
var (
	shared = []string{
		"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx",
		"/dev/fuse", "/dev/kvm", "/dev/kfd", "/dev/loop-control", "/dev/mapper/control",
	}
	sharedBelow = []string{"/dev/net/", "/dev/dri", "/dev/snd", "/dev/input", "/dev/shm", "/dev/vhost", "/dev/nvidia"}
)

// exclusiveDevices leaves out the devices that are shared.
func exclusiveDevices(paths []string) []exclusive {
	var all []exclusive
	for _, path := range paths {
		if !isShared(path) {
			all = append(all, exclusive{kind: device, name: path})
		}
	}
	return all
}

func isShared(path string) bool {
	begins := func(name string) bool { return strings.HasPrefix(path, name) }
	return path == "" || slices.Contains(shared, path) || slices.ContainsFunc(sharedBelow, begins)
}

// devicesOf are a service's devices that only one container can use: what it
// maps, and the units that it reserves by their ids.
func devicesOf(svc types.ServiceConfig) []exclusive {
	var paths []string
	for _, m := range svc.Devices {
		paths = append(paths, m.Source)
	}
	all := exclusiveDevices(paths)
	requests := svc.Gpus
	if svc.Deploy != nil && svc.Deploy.Resources.Reservations != nil {
		requests = append(requests[:len(requests):len(requests)], svc.Deploy.Resources.Reservations.Devices...)
	}
	for _, r := range requests {
		for _, id := range r.IDs {
			all = append(all, exclusive{kind: device, name: r.Driver + ":" + id})
		}
	}
	return all
}

// publishedPorts is the range of the host's ports that a mapping names.
func publishedPorts(p types.ServicePortConfig) (first, last int, ok bool) {
	low, high, isRange := strings.Cut(p.Published, "-")
	first, err := strconv.Atoi(low)
	if err != nil || first == 0 {
		return 0, 0, false // any
	}
	if last = first; isRange {
		if last, err = strconv.Atoi(high); err != nil {
			return 0, 0, false
		}
	}
	return first, last, true
}
