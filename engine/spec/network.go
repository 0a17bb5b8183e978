package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"

	"github.com/compose-orchestrator/compose/project"
)

// ifnameOption is the endpoint option that names a container's interface.
const ifnameOption = "com.docker.network.endpoint.ifname"

// ports sets published and exposed ports. Publishing exposes too.
func (sp *spec) ports() error {
	exposed := nat.PortSet{}
	for _, e := range sp.s.Expose {
		ports, err := exposedPorts(e)
		if err != nil {
			return fmt.Errorf("reading expose %q: %w", e, err)
		}
		for _, p := range ports {
			exposed[p] = struct{}{}
		}
	}
	bindings := nat.PortMap{}
	for _, p := range sp.s.Ports {
		port := nat.Port(fmt.Sprintf("%d/%s", p.Target, protocol(p.Protocol)))
		exposed[port] = struct{}{}
		bindings[port] = append(bindings[port], nat.PortBinding{HostIP: p.HostIP, HostPort: p.Published})
	}
	sp.req.Config.ExposedPorts = exposed
	sp.req.Host.PortBindings = bindings
	return nil
}

// exposedPorts expands "3000", "3000-3002/udp".
func exposedPorts(expose string) ([]nat.Port, error) {
	numbers, proto, _ := strings.Cut(expose, "/")
	first, last, err := nat.ParsePortRange(numbers)
	if err != nil {
		return nil, err
	}
	var ports []nat.Port
	for n := first; n <= last; n++ {
		ports = append(ports, nat.Port(strconv.FormatUint(n, 10)+"/"+protocol(proto)))
	}
	return ports, nil
}

func protocol(p string) string {
	if p == "" {
		return "tcp"
	}
	return strings.ToLower(p)
}

// networks sets what the container is connected to and what it resolves.
func (sp *spec) networks() error {
	s, h := sp.s, sp.req.Host
	h.DNS = s.DNS
	h.DNSOptions = s.DNSOpts
	h.DNSSearch = s.DNSSearch
	for _, host := range slices.Sorted(maps.Keys(s.ExtraHosts)) {
		for _, ip := range s.ExtraHosts[host] {
			h.ExtraHosts = append(h.ExtraHosts, host+":"+ip)
		}
	}
	h.Links = sp.links()
	if s.NetworkMode != "" {
		sp.req.Config.NetworkDisabled = s.NetworkMode == "disabled"
		sp.containerMAC(s.MacAddress)
		return nil
	}
	keys := sp.networkKeys()
	if len(keys) == 0 {
		h.NetworkMode = network.NetworkNone
		return nil
	}
	return sp.endpoints(keys)
}

// networkKeys are the networks to join: by priority, then by name. The first is
// the primary one.
func (sp *spec) networkKeys() []string {
	if keys := sp.s.NetworksByPriority(); len(keys) > 0 {
		return keys
	}
	if _, ok := sp.p.Networks["default"]; ok {
		return []string{"default"}
	}
	return nil
}

// endpoints joins networks: all of them in the create call where the engine
// takes that, else the primary one, and the others after it.
func (sp *spec) endpoints(keys []string) error {
	mac, err := sp.primaryMAC(keys[0])
	if err != nil {
		return err
	}
	joined := map[string]*network.EndpointSettings{}
	for i, key := range keys {
		definition, ok := sp.p.Networks[key]
		if !ok {
			return fmt.Errorf("undefined network %s", key)
		}
		endpoint, err := sp.endpoint(sp.s.Networks[key])
		if err != nil {
			return err
		}
		switch {
		case i == 0:
			sp.req.Host.NetworkMode = container.NetworkMode(definition.Name)
			if sp.since("1.44") {
				endpoint.MacAddress = mac
			} else {
				endpoint.MacAddress = ""
				sp.containerMAC(mac)
			}
			joined[definition.Name] = endpoint
		case sp.since("1.44"):
			joined[definition.Name] = endpoint
		default:
			if endpoint.MacAddress != "" {
				sp.tooOld("networks."+key+".mac_address", "1.44")
			}
			sp.req.Connect = append(sp.req.Connect, connection{Network: definition.Name, Endpoint: endpoint})
		}
	}
	sp.req.Networking = &network.NetworkingConfig{EndpointsConfig: joined}
	return nil
}

// primaryMAC is the hardware address on the primary network: given there, or
// by the service as a whole.
func (sp *spec) primaryMAC(key string) (string, error) {
	own := sp.s.MacAddress
	n := sp.s.Networks[key]
	if n == nil || n.MacAddress == "" {
		return own, nil
	}
	if own != "" && own != n.MacAddress {
		return "", fmt.Errorf("mac_address %s differs from that of its main network %s, %s", own, key, n.MacAddress)
	}
	return n.MacAddress, nil
}

// containerMAC sets the address where there is no endpoint to set it on.
func (sp *spec) containerMAC(mac string) {
	//lint:ignore SA1019 engines below API 1.44 and network modes know no other place
	sp.req.Config.MacAddress = mac
}

// endpoint is a service's place in one network. The service's containers are
// found there under their own name, the service's, and the configured aliases.
func (sp *spec) endpoint(n *types.ServiceNetworkConfig) (*network.EndpointSettings, error) {
	e := &network.EndpointSettings{
		Aliases: []string{sp.finalName()},
		Links:   sp.links(),
	}
	if n.ServiceNameAliasEnabled() && !sp.hidden() {
		e.Aliases = append(e.Aliases, sp.s.Name)
	}
	if n == nil {
		return e, nil
	}
	if !sp.hidden() {
		e.Aliases = append(e.Aliases, n.Aliases...)
	}
	e.MacAddress = n.MacAddress
	e.DriverOpts = maps.Clone(map[string]string(n.DriverOpts))
	e.IPAMConfig = &network.EndpointIPAMConfig{
		IPv4Address:  n.Ipv4Address,
		IPv6Address:  n.Ipv6Address,
		LinkLocalIPs: n.LinkLocalIPs,
	}
	if n.GatewayPriority != 0 {
		if sp.since("1.48") {
			e.GwPriority = n.GatewayPriority
		} else {
			sp.tooOld("networks.gw_priority", "1.48")
		}
	}
	return e, sp.interfaceName(e, n.InterfaceName)
}

// interfaceName names the interface in the container. It goes before an option
// that says the same, as with Docker Compose.
func (sp *spec) interfaceName(e *network.EndpointSettings, name string) error {
	if name == "" {
		return nil
	}
	if err := sp.require("networks.interface_name", "1.49"); err != nil {
		return err
	}
	if e.DriverOpts == nil {
		e.DriverOpts = map[string]string{}
	}
	if given, ok := e.DriverOpts[ifnameOption]; ok && given != name {
		sp.drop("networks.driver_opts."+ifnameOption, "interface_name says another name")
	}
	e.DriverOpts[ifnameOption] = name
	return nil
}

// links lists "container:alias" for every replica of the linked services: under
// the alias asked for, <service>-<n> and the container's name.
func (sp *spec) links() []string {
	var links []string
	for _, link := range sp.s.Links {
		service, alias, ok := strings.Cut(link, ":")
		if !ok {
			alias = service
		}
		linked, known := sp.p.Services[service]
		if !known {
			continue // the loader refuses these; a selection may leave them out
		}
		for n := 1; n <= linked.GetScale(); n++ {
			name := sp.p.ContainerName(service, n)
			links = append(links, name+":"+alias,
				name+":"+service+"-"+strconv.Itoa(n), name+":"+sp.p.Name+"-"+service+"-"+strconv.Itoa(n))
		}
	}
	for _, link := range sp.s.ExternalLinks {
		name, alias, ok := strings.Cut(link, ":")
		if !ok {
			alias = name
		}
		links = append(links, name+":"+alias)
	}
	return links
}

// Endpoints are all networks that the container joins, at once or after, by name.
func (r *Request) Endpoints() map[string]*network.EndpointSettings {
	all := map[string]*network.EndpointSettings{}
	if r.Networking != nil {
		maps.Copy(all, r.Networking.EndpointsConfig)
	}
	for _, c := range r.Connect {
		all[c.Network] = c.Endpoint
	}
	return all
}

// EndpointIn is the place of a service's container in the network of a key, which the
// service names. The error is one of the file.
func EndpointIn(p *project.Project, s types.ServiceConfig, number int, key string, b Binding) (*network.EndpointSettings, error) {
	sp := &spec{p: p, s: s, number: number, req: &Request{}, b: b}
	endpoint, err := sp.endpoint(s.Networks[key])
	if err != nil {
		return nil, fmt.Errorf("service %q: %w", s.Name, err)
	}
	if s.NetworksByPriority()[0] == key {
		if endpoint.MacAddress, err = sp.primaryMAC(key); err != nil {
			return nil, fmt.Errorf("service %q: %w", s.Name, err)
		}
	}
	return endpoint, nil
}
