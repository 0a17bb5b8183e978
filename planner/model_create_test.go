package planner_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/planner"
)

// firstOf is the container whose namespaces others of the project share.
func (m *model) firstOf(service string) string {
	var first *planner.Container
	for i := range m.state.Containers {
		c := &m.state.Containers[i]
		if c.Service != service || c.OneOff {
			continue
		}
		if id := m.created[fmt.Sprint(service, c.Number)]; id != "" && id != c.ID {
			continue
		}
		if first == nil || c.Number < first.Number || c.Number == first.Number && c.Created.After(first.Created) { // lists begin with the newest
			first = c
		}
	}
	if first == nil {
		return ""
	}
	return first.ID
}

func (m *model) create(a planner.CreateContainer) error {
	svc := m.p.Services[a.Ref.Service]
	image, ok := m.state.Images[m.p.ImageName(svc.Name)]
	if !ok {
		return fmt.Errorf("no image")
	}
	c := planner.Container{
		ID: m.id(), Name: a.Ref.Name, Service: svc.Name, Number: a.Ref.Number, Status: planner.Created,
		Created: time.Unix(int64(m.next), 0), Image: image.Digest, ImageID: image.ID, Networks: map[string]string{}, Labels: map[string]string{},
	}
	var err error
	if c.Hash, err = m.p.Hash(svc.Name, m.firstOf); err != nil {
		return err
	}
	anonymous := a.Inherits
	if a.Replaces != "" {
		old := m.container(a.Replaces)
		if old == nil {
			return fmt.Errorf("what it replaces is gone")
		}
		c.Name = a.Replaces[:12] + "_" + a.Ref.Name
		if anonymous = anonymousOf(old); a.FreshVolumes {
			anonymous = nil
		}
	}
	if err := m.nameFree(c.Name); err != nil {
		return err
	}
	if parent, shares := strings.CutPrefix(svc.NetworkMode, "service:"); shares {
		if c.SharesNetwork = m.firstOf(parent); c.SharesNetwork == "" {
			return fmt.Errorf("%s is not there", parent)
		}
	}
	for key := range svc.Networks {
		n := m.network(m.p.Networks[key].Name)
		if n == nil {
			return fmt.Errorf("network %s is not there", key)
		}
		c.Networks[n.Name] = n.ID
	}
	if err := m.mount(&c, svc, anonymous); err != nil {
		return err
	}
	for _, port := range svc.Ports {
		number, _ := strconv.Atoi(port.Published)
		m.ports[c.ID] = append(m.ports[c.ID], planner.Port{Number: number, Protocol: port.Protocol})
	}
	m.state.Containers = append(m.state.Containers, c)
	m.created[fmt.Sprint(c.Service, c.Number)] = c.ID
	return nil
}

// mount gives a new container its volumes; anonymous ones by target, where it inherits
// them.
func (m *model) mount(c *planner.Container, svc types.ServiceConfig, anonymous map[string]string) error {
	for _, v := range svc.Volumes {
		name := anonymous[v.Target]
		if v.Source != "" {
			if name = m.p.Volumes[v.Source].Name; !m.hasVolume(name) {
				return fmt.Errorf("volume %s is not there", name)
			}
		} else if name == "" {
			name = m.id()
		}
		c.Mounts = append(c.Mounts, planner.Mount{Type: "volume", Name: name, Target: v.Target})
	}
	return nil
}

// anonymousOf are a container's volumes with made-up names, by target.
func anonymousOf(c *planner.Container) map[string]string {
	all := map[string]string{}
	for _, m := range c.Mounts {
		if len(m.Name) == 64 {
			all[m.Target] = m.Name
		}
	}
	return all
}
