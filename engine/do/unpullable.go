package do

import (
	"context"
	"time"

	"github.com/containerd/errdefs"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/dockerconfig"
	"github.com/compose-orchestrator/compose/planner"
)

// registryPatience is how long Unpullable waits for a registry: to know is not worth
// more.
const registryPatience = 5 * time.Second

// Unpullable asks an image's registry, through the engine, whether it gives the image. The
// result is zero where it does, and where it does not answer in time. Credentials are those
// of docker's config.json in configDir. Nothing is pulled.
func Unpullable(ctx context.Context, r api.Reader, configDir, ref string) planner.Unpullable {
	auth, err := (&dockerconfig.File{Dir: configDir}).RegistryAuth(ref)
	if err != nil {
		return planner.Unpullable{Why: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, registryPatience)
	defer cancel()
	_, err = r.DistributionInspect(ctx, ref, auth)
	if err == nil || ctx.Err() != nil || errdefs.IsNotImplemented(err) {
		return planner.Unpullable{}
	}
	why, help := pullCause(err)
	return planner.Unpullable{Why: why, Hint: help}
}
