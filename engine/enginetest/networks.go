package enginetest

import (
	"encoding/binary"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	networktypes "github.com/docker/docker/api/types/network"
)

// network is a network with the addresses it gave out.
type network struct {
	id, name, driver string
	created          time.Time
	options          networktypes.CreateOptions
	predefined       bool
	subnet           netip.Prefix // the zero value: it gives no addresses
	gateway          netip.Addr
	endpoints        map[string]*endpoint // of running containers, by container id
}

// endpoint is a running container's place in a network.
type endpoint struct {
	id, containerName string
	address           netip.Addr
	mac               string
}

// bridgeName is the option that names a network's bridge.
const bridgeName = "com.docker.network.bridge.name"

var networkDrivers = []string{"bridge", "host", "null", "macvlan", "ipvlan", "overlay"}

func (e *Engine) addDefaultNetworks() {
	for _, d := range []struct{ name, driver string }{{"bridge", "bridge"}, {"host", "host"}, {"none", "null"}} {
		n := &network{
			id: e.newID(), name: d.name, driver: d.driver, created: e.now(), predefined: true,
			endpoints: map[string]*endpoint{},
		}
		if d.name == "bridge" {
			n.subnet = netip.MustParsePrefix("172.17.0.0/16")
			n.gateway = n.subnet.Addr().Next()
		}
		e.networks[n.id] = n
	}
}

// findNetwork finds a network by id, name or the beginning of its id, in that
// order. e.mu is held.
func (e *Engine) findNetwork(name string) (*network, error) {
	if n := e.networks[name]; n != nil {
		return n, nil
	}
	var byID *network
	for _, id := range sortedKeys(e.networks) {
		n := e.networks[id]
		if n.name == name {
			return n, nil
		}
		if strings.HasPrefix(id, name) {
			byID = n
		}
	}
	if byID != nil && name != "" {
		return byID, nil
	}
	return nil, errorf(http.StatusNotFound, "network %s not found", name)
}

func (n *network) wire() networktypes.Inspect {
	out := networktypes.Inspect{
		Name: n.name, ID: n.id, Created: n.created, Scope: "local", Driver: n.driver,
		EnableIPv4: true, Internal: n.options.Internal, Attachable: n.options.Attachable,
		IPAM:       networktypes.IPAM{Driver: "default"},
		Containers: map[string]networktypes.EndpointResource{},
		Options:    map[string]string{}, Labels: map[string]string{},
	}
	if n.options.EnableIPv6 != nil {
		out.EnableIPv6 = *n.options.EnableIPv6
	}
	maps.Copy(out.Options, n.options.Options)
	maps.Copy(out.Labels, n.options.Labels)
	if ipam := n.options.IPAM; ipam != nil {
		out.IPAM.Options = ipam.Options
		if ipam.Driver != "" {
			out.IPAM.Driver = ipam.Driver
		}
		out.IPAM.Config = ipam.Config
	}
	if len(out.IPAM.Config) == 0 && n.subnet.IsValid() {
		out.IPAM.Config = []networktypes.IPAMConfig{{Subnet: n.subnet.String(), Gateway: n.gateway.String()}}
	}
	return out
}

func (e *Engine) networkList(w http.ResponseWriter, r *request) error {
	args, err := r.filters("dangling", "driver", "id", "label", "name", "scope", "type")
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	out := []networktypes.Inspect{}
	for _, n := range e.networks {
		kind := "custom"
		if n.predefined {
			kind = "builtin"
		}
		if args.Match("name", n.name) && args.Match("id", n.id) && args.ExactMatch("driver", n.driver) &&
			args.MatchKVList("label", n.options.Labels) && args.ExactMatch("scope", "local") &&
			(!args.Contains("type") || args.ExactMatch("type", kind)) &&
			(!args.Contains("dangling") || args.ExactMatch("dangling", "true") == (len(n.endpoints) == 0 && !n.predefined)) {
			out = append(out, n.wire())
		}
	}
	slices.SortFunc(out, func(a, b networktypes.Inspect) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return writeJSON(w, http.StatusOK, out)
}

func (e *Engine) networkInspect(w http.ResponseWriter, r *request) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	n, err := e.findNetwork(r.vars["id"])
	if err != nil {
		return err
	}
	out := n.wire()
	for id, ep := range n.endpoints {
		res := networktypes.EndpointResource{Name: ep.containerName, EndpointID: ep.id, MacAddress: ep.mac}
		if ep.address.IsValid() {
			res.IPv4Address = fmt.Sprintf("%s/%d", ep.address, n.subnet.Bits())
		}
		out.Containers[id] = res
	}
	return writeJSON(w, http.StatusOK, out)
}

func (e *Engine) networkCreate(w http.ResponseWriter, r *request) error {
	var o networktypes.CreateRequest
	if err := r.decode(&o); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if o.Driver == "" {
		o.Driver = "bridge"
	}
	switch {
	case strings.TrimSpace(o.Name) == "":
		return errorf(http.StatusBadRequest, "invalid network name: name is empty")
	case slices.ContainsFunc([]string{"bridge", "host", "none", "default"}, func(p string) bool { return p == o.Name }):
		return errorf(http.StatusForbidden, "operation is not permitted on predefined %s network ", o.Name)
	case !slices.Contains(networkDrivers, o.Driver):
		return errorf(http.StatusNotFound, "plugin %q not found", o.Driver)
	}
	for _, n := range e.networks {
		if n.name == o.Name {
			return errorf(http.StatusConflict, "network with name %s already exists", o.Name)
		}
		if bridge := o.Options[bridgeName]; bridge != "" && n.options.Options[bridgeName] == bridge {
			return errorf(http.StatusForbidden, "cannot create network (%s): conflicts with network %s (%s): networks have same bridge name", bridge, n.id, bridge)
		}
	}
	n := &network{name: o.Name, driver: o.Driver, created: e.now(), options: o.CreateOptions, endpoints: map[string]*endpoint{}}
	if err := e.assignSubnet(n); err != nil {
		return err
	}
	n.id = e.newID()
	e.networks[n.id] = n
	e.networkEvent(n, events.ActionCreate, nil)
	return writeJSON(w, http.StatusCreated, networktypes.CreateResponse{ID: n.id})
}

// assignSubnet gives a network the subnet it asks for, or a free one. e.mu is
// held.
func (e *Engine) assignSubnet(n *network) error {
	if n.options.IPAM != nil {
		for _, c := range n.options.IPAM.Config {
			subnet, err := netip.ParsePrefix(c.Subnet)
			if err != nil {
				return errorf(http.StatusBadRequest, "invalid network config:\ninvalid subnet %s: %v", c.Subnet, err)
			}
			if !subnet.Addr().Is4() {
				continue
			}
			if e.overlaps(subnet) {
				return errorf(http.StatusForbidden, "invalid pool request: Pool overlaps with other one on this address space")
			}
			n.subnet = subnet.Masked()
			n.gateway = n.subnet.Addr().Next()
			if g, err := netip.ParseAddr(c.Gateway); err == nil {
				n.gateway = g
			}
			return nil
		}
	}
	for i := 18; i < 256; i++ { // 172.18 to 172.31, then 192.168.x
		subnet := netip.PrefixFrom(netip.AddrFrom4([4]byte{172, byte(i), 0, 0}), 16)
		if i > 31 {
			subnet = netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168, byte(i - 32), 0}), 24)
		}
		if !e.overlaps(subnet) {
			n.subnet, n.gateway = subnet, subnet.Addr().Next()
			return nil
		}
	}
	return errorf(http.StatusBadRequest, "all predefined address pools have been fully subnetted")
}

func (e *Engine) overlaps(subnet netip.Prefix) bool {
	for _, n := range e.networks {
		if n.subnet.IsValid() && n.subnet.Overlaps(subnet) {
			return true
		}
	}
	return false
}

// address returns the address asked for, or the lowest free one. The zero
// value: the network gives none.
func (n *network) address(wanted string) (netip.Addr, error) {
	if !n.subnet.IsValid() {
		return netip.Addr{}, nil
	}
	taken := map[netip.Addr]bool{n.gateway: true}
	for _, ep := range n.endpoints {
		taken[ep.address] = true
	}
	if a, err := netip.ParseAddr(wanted); err == nil {
		if taken[a] {
			return a, errorf(http.StatusForbidden, "Address already in use")
		}
		return a, nil
	}
	for a := n.subnet.Addr().Next(); n.subnet.Contains(a); a = a.Next() {
		if !taken[a] {
			return a, nil
		}
	}
	return netip.Addr{}, errorf(http.StatusInternalServerError, "no available IPv4 addresses on this network's address pools: %s (%s)", n.name, n.id)
}

// macOf is the hardware address that goes with an address.
func macOf(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	b := a.As4()
	n := binary.BigEndian.Uint32(b[:])
	return fmt.Sprintf("02:42:%02x:%02x:%02x:%02x", byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

func (e *Engine) networkRemove(w http.ResponseWriter, r *request) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	n, err := e.findNetwork(r.vars["id"])
	if err != nil {
		return err
	}
	if n.predefined {
		return errorf(http.StatusForbidden, "%s is a pre-defined network and cannot be removed", n.name)
	}
	if len(n.endpoints) > 0 {
		var active []string
		for _, id := range sortedKeys(n.endpoints) {
			ep := n.endpoints[id]
			active = append(active, fmt.Sprintf("name:%q id:%q", ep.containerName, ep.id[:12]))
		}
		return errorf(http.StatusForbidden, "error while removing network: network %s has active endpoints (%s)", n.name, strings.Join(active, ", "))
	}
	delete(e.networks, n.id)
	e.networkEvent(n, events.ActionDestroy, nil)
	return noContent(w)
}
