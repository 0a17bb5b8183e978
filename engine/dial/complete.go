package dial

import (
	"context"
	"fmt"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"

	"github.com/compose-orchestrator/compose/engine/api"
)

// complete is a client whose descriptions have all the parts that this program
// reads without a look: docker's types have pointers to them, and an engine that
// leaves one out would crash us.
type complete struct{ api.Client }

// ContainerInspect describes a container. One whose state or configuration the
// engine does not tell is an error.
func (c complete) ContainerInspect(ctx context.Context, id string) (container.InspectResponse, error) {
	got, err := c.Client.ContainerInspect(ctx, id)
	if err != nil {
		return got, err
	}
	if got.ContainerJSONBase == nil || got.State == nil || got.HostConfig == nil || got.Config == nil {
		return got, fmt.Errorf("the engine's answer lacks the state or the configuration of container %s", id)
	}
	if got.NetworkSettings == nil {
		got.NetworkSettings = &container.NetworkSettings{}
	}
	return got, nil
}

// ImageInspect describes an image. One without a configuration has an empty one.
func (c complete) ImageInspect(ctx context.Context, ref string, o ...client.ImageInspectOption) (image.InspectResponse, error) {
	got, err := c.Client.ImageInspect(ctx, ref, o...)
	if err == nil && got.Config == nil {
		got.Config = &dockerspec.DockerOCIImageConfig{}
	}
	return got, err
}
