package enginetest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/events"
	networktypes "github.com/docker/docker/api/types/network"
)

// joinNetworks gives a starting container its endpoints. What was joined is
// left again if one fails. e.mu is held.
func (e *Engine) joinNetworks(c *container) error {
	if name, ok := strings.CutPrefix(string(c.host.NetworkMode), "container:"); ok {
		other, err := e.findContainer(name)
		if err != nil {
			return errorf(http.StatusInternalServerError, "joining network namespace of container: %v", err)
		}
		if !other.state.active() {
			return errorf(http.StatusConflict, "cannot join network namespace of a non running container: container %s is %s", other.name, other.state.Status)
		}
		return nil
	}
	names := sortedKeys(c.networks)
	// The one that published ports go through comes first.
	mode := c.host.NetworkMode.NetworkName()
	slices.SortStableFunc(names, func(a, b string) int {
		switch {
		case a == mode && b != mode:
			return -1
		case b == mode && a != mode:
			return 1
		}
		return 0
	})
	for i, name := range names {
		err := e.join(c, name)
		if err == nil && i == 0 {
			err = e.bindPorts(c)
		}
		if err != nil {
			e.leaveNetworks(c)
			if ae, ok := err.(*apiError); ok {
				return errorf(ae.status, "failed to set up container networking: %s", ae.message)
			}
			return err
		}
	}
	return nil
}

// join gives a container an endpoint in one of its networks. e.mu is held.
func (e *Engine) join(c *container, name string) error {
	ep := c.networks[name]
	n := e.networks[ep.NetworkID]
	if n == nil {
		if ep.NetworkID != "" {
			return errorf(http.StatusNotFound, "network %s not found", ep.NetworkID)
		}
		var err error
		if n, err = e.findNetwork(name); err != nil {
			return err
		}
	}
	wanted := ""
	if ep.IPAMConfig != nil {
		wanted = ep.IPAMConfig.IPv4Address
	}
	address, err := n.address(wanted)
	if err != nil {
		return err
	}
	made := &endpoint{id: e.newID(), containerName: c.name, address: address, mac: ep.MacAddress}
	if made.mac == "" {
		made.mac = macOf(address)
	}
	n.endpoints[c.id] = made
	ep.NetworkID, ep.EndpointID, ep.MacAddress = n.id, made.id, made.mac
	if address.IsValid() {
		ep.IPAddress, ep.IPPrefixLen, ep.Gateway = address.String(), n.subnet.Bits(), n.gateway.String()
	}
	if !n.predefined {
		ep.DNSNames = dnsNames(c, ep.Aliases)
	}
	e.networkEvent(n, events.ActionConnect, map[string]string{"container": c.id})
	return nil
}

// dnsNames are the names others reach a container by: its name, the aliases,
// its short id and its hostname.
func dnsNames(c *container, aliases []string) []string {
	var names []string
	for _, name := range slices.Concat([]string{c.name}, aliases, []string{c.id[:12], c.config.Hostname}) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// leaveNetworks takes a container's endpoints and ports back. e.mu is held.
func (e *Engine) leaveNetworks(c *container) {
	for _, name := range sortedKeys(c.networks) {
		e.leave(c, c.networks[name])
	}
	c.ports = nil
}

func (e *Engine) leave(c *container, ep *networktypes.EndpointSettings) {
	n := e.networks[ep.NetworkID]
	if n == nil || n.endpoints[c.id] == nil {
		return
	}
	generated := ep.MacAddress == macOf(n.endpoints[c.id].address)
	delete(n.endpoints, c.id)
	ep.EndpointID, ep.IPAddress, ep.IPPrefixLen, ep.Gateway, ep.DNSNames = "", "", 0, "", nil
	if generated {
		ep.MacAddress = ""
	}
	e.networkEvent(n, events.ActionDisconnect, map[string]string{"container": c.id})
}

func (e *Engine) networkConnect(w http.ResponseWriter, r *request) error {
	var o networktypes.ConnectOptions
	if err := r.decode(&o); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	n, err := e.findNetwork(r.vars["id"])
	if err != nil {
		return err
	}
	c, err := e.findContainer(o.Container)
	if err != nil {
		return err
	}
	if c.host.NetworkMode.IsContainer() || c.host.NetworkMode.IsHost() && c.state.active() {
		return errorf(http.StatusForbidden, "container sharing network namespace with another container or host cannot be connected to any other network")
	}
	if n.name == "host" {
		return errorf(http.StatusForbidden, "cannot connect container to host network - container must be created in host network mode")
	}
	if old := c.networks[n.name]; old != nil && c.state.active() && old.EndpointID != "" && old.NetworkID != "" {
		return errorf(http.StatusForbidden, "endpoint with name %s already exists in network %s", c.name, n.name)
	}
	ep := &networktypes.EndpointSettings{}
	if o.EndpointConfig != nil {
		ep = o.EndpointConfig.Copy()
	}
	ep.NetworkID, ep.EndpointID = "", ""
	if old := c.networks[n.name]; old != nil && old.NetworkID == n.id && !c.state.active() {
		w.WriteHeader(http.StatusOK) // it is on that network already
		return nil
	}
	if !c.state.active() {
		ep.DNSNames = dnsNames(c, ep.Aliases)
		c.networks[n.name] = ep
		w.WriteHeader(http.StatusOK)
		return nil
	}
	old := c.networks[n.name]
	c.networks[n.name] = ep
	if err := e.join(c, n.name); err != nil {
		delete(c.networks, n.name)
		if old != nil {
			c.networks[n.name] = old
		}
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (e *Engine) networkDisconnect(w http.ResponseWriter, r *request) error {
	var o networktypes.DisconnectOptions
	if err := r.decode(&o); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	n, err := e.findNetwork(r.vars["id"])
	if err != nil {
		return err
	}
	c, err := e.findContainer(o.Container)
	if err != nil {
		if o.Force {
			w.WriteHeader(http.StatusOK)
			return nil
		}
		return err
	}
	for name, ep := range c.networks {
		if name == n.name || ep.NetworkID == n.id {
			e.leave(c, ep)
			delete(c.networks, name)
			w.WriteHeader(http.StatusOK)
			return nil
		}
	}
	return fmt.Errorf("container %s is not connected to network %s", c.id, n.name)
}
