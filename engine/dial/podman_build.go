package dial

import (
	"context"
	"encoding/json"
	"io"

	"github.com/docker/docker/api/types/build"

	"github.com/compose-orchestrator/compose/hint"
)

// ImageBuild sends the hosts of a build as a list, which Podman wants, and refuses limits,
// of which it understands none: its own errors are without words.
func (p podman) ImageBuild(ctx context.Context, tar io.Reader, o build.ImageBuildOptions) (build.ImageBuildResponse, error) {
	if len(o.Ulimits) > 0 {
		return build.ImageBuildResponse{}, hint.New("build.ulimits cannot be given to Podman's builder", "leave it out, or build with Docker")
	}
	if len(o.ExtraHosts) > 0 {
		hosts, err := json.Marshal(o.ExtraHosts)
		if err != nil {
			return build.ImageBuildResponse{}, err
		}
		o.ExtraHosts = []string{string(hosts)}
	}
	return p.Client.ImageBuild(ctx, tar, o)
}
