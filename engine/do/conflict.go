package do

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// conflict is what an engine's error is about where somebody else has what was
// asked for: a text that says who, and advice.
type conflict struct{ what, help string }

// conflictOf finds out who has what an action could not take; the zero value:
// the error is about something else, or nobody that the engine knows has it.
func (d *Doer) conflictOf(ctx context.Context, a plan.Action, text string) conflict {
	if api.TakenPort(text) != 0 {
		return d.portConflict(ctx, a, text)
	}
	switch a := a.(type) {
	case planner.StartContainer:
		if takenAddress.MatchString(text) {
			return d.addressConflict(ctx, a)
		}
	case planner.CreateNetwork:
		if overlaps.MatchString(text) {
			return d.networkConflict(ctx, a)
		}
	}
	return conflict{}
}

// takenAddress are the ways in which engines say that another container has a static
// address.
var takenAddress = regexp.MustCompile(`[Aa]ddress already in use|ip address \S+ is already allocated`)

// overlaps are the ways in which engines say that another network has the
// subnet, the bridge or the parent interface.
var overlaps = regexp.MustCompile(`Pool overlaps|is already used on the host|is being used by|subnet .* already|same bridge name|already using parent|bridge name .* already in use`)

// portConflict names the container that publishes the port on an address of the
// host that the error is about.
func (d *Doer) portConflict(ctx context.Context, a plan.Action, text string) conflict {
	port := api.TakenPort(text)
	c := conflict{
		what: fmt.Sprintf("port %d is taken", port),
		help: planner.HelpPort(port),
	}
	list, err := d.c.ContainerList(ctx, container.ListOptions{})
	if err != nil {
		return c
	}
	host, protocols := api.TakenHost(text), d.protocolsOf(a, port)
	for i := range list {
		if slices.ContainsFunc(list[i].Ports, func(p container.Port) bool {
			return int(p.PublicPort) == port && spec.SameAddress(p.IP, host) && (len(protocols) == 0 || slices.Contains(protocols, p.Type))
		}) {
			c.what = fmt.Sprintf("port %d: %s has it", port, d.holder(&list[i]))
			if d.isOrphan(list[i].Labels) {
				c.help = planner.HelpOrphan
			}
			return c
		}
	}
	c.what = fmt.Sprintf("port %d: %s has it", port, observe.Listener(d.o.Engine, cmp.Or(protocols...), port))
	return c
}

// protocolsOf are those by which the action's service publishes a port; none
// where that is not known.
func (d *Doer) protocolsOf(a plan.Action, port int) []string {
	if d.p == nil {
		return nil
	}
	var all []string
	for _, p := range d.p.Definition(a.Resource().Service).Ports {
		low, high, isRange := strings.Cut(p.Published, "-")
		first, _ := strconv.Atoi(low)
		last := first
		if isRange {
			last, _ = strconv.Atoi(high)
		}
		if first <= port && port <= last {
			all = append(all, p.Protocol)
		}
	}
	return all
}

// addressConflict names the container that has a static address of the one that
// could not start.
func (d *Doer) addressConflict(ctx context.Context, a planner.StartContainer) conflict {
	if d.p == nil {
		return conflict{}
	}
	wanted := map[string][]string{} // by network
	for key, n := range d.p.Definition(a.Ref.Service).Networks {
		if n != nil {
			wanted[d.p.Networks[key].Name] = []string{canonical(n.Ipv4Address), canonical(n.Ipv6Address)}
		}
	}
	list, err := d.c.ContainerList(ctx, container.ListOptions{})
	if err != nil {
		return conflict{}
	}
	for i := range list {
		for _, has := range observe.AddressesOf(&list[i]) {
			if list[i].ID == a.ID || has.IP == "" || !slices.Contains(wanted[has.Network], has.IP) {
				continue
			}
			c := conflict{
				what: fmt.Sprintf("address %s of network %s is taken by %s", has.IP, has.Network, d.holder(&list[i])),
				help: "the address is in use: choose another one, or stop who has it",
			}
			if d.isOrphan(list[i].Labels) {
				c.help = planner.HelpOrphan
			}
			return c
		}
	}
	return conflict{}
}

// canonical is an address in the form in which engines report it.
func canonical(address string) string {
	if ip, err := netip.ParseAddr(address); err == nil {
		return ip.String()
	}
	return address
}

// networkConflict names the network whose subnet or interface the one that could
// not be created asks for.
func (d *Doer) networkConflict(ctx context.Context, a planner.CreateNetwork) conflict {
	list, err := d.c.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return conflict{}
	}
	conf := d.p.Networks[a.Key]
	interfaces := planner.NetworkInterfaces(conf.DriverOpts)
	for i := range list {
		n := &list[i]
		what := ""
		for _, pool := range conf.Ipam.Config {
			if pool != nil && slices.ContainsFunc(observe.SubnetsOf(n), func(s string) bool { return subnetsMeet(pool.Subnet, s) }) {
				what = "subnet " + pool.Subnet + " overlaps with that"
			}
		}
		for _, name := range planner.NetworkInterfaces(n.Options) {
			if slices.Contains(interfaces, name) {
				what = "interface " + name + " is taken: it is that"
			}
		}
		if what == "" {
			continue
		}
		c := conflict{what: what + " of network " + n.Name, help: "choose another one, or remove that network: docker network rm " + n.Name}
		if owner := n.Labels[project.LabelProject]; owner != "" {
			c.what += " of project " + owner
			if owner == d.p.Name {
				c.help = "if the file does not have it any more, up --remove-orphans removes it once nothing is on it"
			}
		}
		return c
	}
	return conflict{}
}

// subnetsMeet tells whether two subnets share an address.
func subnetsMeet(a, b string) bool {
	x, errX := netip.ParsePrefix(a)
	y, errY := netip.ParsePrefix(b)
	return errX == nil && errY == nil && x.Overlaps(y)
}

// holder says which container has something, and whose it is.
func (d *Doer) holder(c *container.Summary) string {
	return "container " + observe.OwnName(c.Names) + spec.OwnedBy(c.Labels)
}

// isOrphan tells whether a container belongs to this project and to no service
// of its file.
func (d *Doer) isOrphan(labels map[string]string) bool {
	return d.p != nil && labels[project.LabelProject] == d.p.Name && !d.p.Known(labels[project.LabelService])
}
