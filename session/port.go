package session

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
)

// PortOptions say which port of which container is asked for.
type PortOptions struct {
	FindOptions
	Port     int    // in the container
	Protocol string // "tcp" or "udp"
}

// Port returns the address of the host, "0.0.0.0:8080", on which a container's
// port is published. The error says that none runs, or what is published instead.
func (s *Session) Port(ctx context.Context, o PortOptions) (string, error) {
	c, err := s.find(ctx, o.FindOptions)
	if err != nil {
		return "", err
	}
	for _, p := range c.Publishers {
		if p.TargetPort != o.Port || p.Protocol != o.Protocol {
			continue
		}
		if p.PublishedPort == 0 {
			s.Sink(event.Message{
				Level: event.Warn, Text: fmt.Sprintf("port %d/%s of %s is exposed and not published", o.Port, o.Protocol, c.Name),
				Hint: "ports: in the file publishes it",
			})
			return ":0", nil
		}
		return net.JoinHostPort(p.URL, strconv.Itoa(p.PublishedPort)), nil
	}
	return "", o.unpublished(c)
}

// unpublished says what there is instead.
func (o PortOptions) unpublished(c list.Container) error {
	var there []string
	tip := "ports: in the file publishes it"
	for _, p := range c.Publishers {
		there = append(there, fmt.Sprintf("%d/%s", p.TargetPort, p.Protocol))
		if p.TargetPort == o.Port {
			tip = "add --protocol " + p.Protocol
		}
	}
	published := strings.Join(slices.Compact(there), ", ")
	return hint.New(fmt.Sprintf("no port %d/%s for container %s: %s", o.Port, o.Protocol, c.Name, published),
		tip)
}

// Page is the URL of the first port of a service's container that ps links, else of its
// first TCP port. The error says that none runs, or none is published.
func (s *Session) Page(ctx context.Context, service string) (string, error) {
	c, err := s.find(ctx, FindOptions{Service: service})
	if err != nil {
		return "", err
	}
	page := list.Page(c.Publishers, s.machine())
	if page == "" {
		return "", hint.New(fmt.Sprintf("service %q publishes no port", service), "ports: in the file publishes one")
	}
	return page, nil
}
