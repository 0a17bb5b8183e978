package api

import "github.com/docker/docker/api/types/container"

// State is a container's state; nil where the engine gives none.
func State(c container.InspectResponse) *container.State {
	if c.ContainerJSONBase == nil {
		return nil
	}
	return c.State
}
