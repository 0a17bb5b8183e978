package enginetest

import (
	"slices"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
)

// matchContainer applies the list's filters. e.mu is held.
func (e *Engine) matchContainer(args filters.Args, c *container) bool {
	health := containertypes.NoHealthcheck
	if c.state.Health != nil {
		health = c.state.Health.Status
	}
	oneOf := func(key string, match func(value string) bool) bool {
		return !args.Contains(key) || slices.ContainsFunc(args.Get(key), match)
	}
	return args.MatchKVList("label", c.config.Labels) &&
		// A pattern may begin with the slash of the name or not.
		(args.Match("name", "/"+c.name) || args.Match("name", c.name)) &&
		oneOf("id", func(v string) bool { return strings.HasPrefix(c.id, v) }) &&
		args.ExactMatch("status", c.state.Status) &&
		args.ExactMatch("health", health) &&
		oneOf("exited", func(v string) bool { return !c.state.active() && v == itoa(c.state.ExitCode) }) &&
		oneOf("network", func(v string) bool { return c.inNetwork(v) }) &&
		oneOf("volume", func(v string) bool {
			return slices.ContainsFunc(c.mounts, func(m *mountPoint) bool { return m.target == v || m.name() == v })
		}) &&
		oneOf("ancestor", func(v string) bool {
			img, err := e.findImage(v)
			return err == nil && img == c.image
		}) &&
		oneOf("before", func(v string) bool {
			o, err := e.findContainer(v)
			return err == nil && c.created.Before(o.created)
		}) &&
		oneOf("since", func(v string) bool {
			o, err := e.findContainer(v)
			return err == nil && c.created.After(o.created)
		})
}

// inNetwork tells whether the container has an endpoint in a network given by
// name or id.
func (c *container) inNetwork(network string) bool {
	for name, ep := range c.networks {
		if name == network || ep.NetworkID == network || ep.NetworkID != "" && strings.HasPrefix(ep.NetworkID, network) {
			return true
		}
	}
	return false
}
