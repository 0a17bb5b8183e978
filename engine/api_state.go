package engine

import "github.com/docker/docker/api/types/container"

// stateOf is a container's state; nil where the engine gives none.
func stateOf(c container.InspectResponse) *container.State {
	if c.ContainerJSONBase == nil {
		return nil
	}
	return c.State
}
