package do

import (
	"context"
	"fmt"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/dockerconfig"
	"github.com/compose-orchestrator/compose/hint"
)

// Digests returns a function that asks registries, through the engine, for the digest
// behind a reference; it fits project.DigestFunc. Credentials are those of docker's
// config.json in configDir ("": $DOCKER_CONFIG or ~/.docker). The function's error
// wraps the registry's and has a hint where one is known.
func Digests(r api.Reader, configDir string) func(ctx context.Context, ref string) (string, error) {
	config := &dockerconfig.File{Dir: configDir}
	return func(ctx context.Context, ref string) (string, error) {
		auth, err := config.RegistryAuth(ref)
		if err != nil {
			return "", err
		}
		d, err := r.DistributionInspect(ctx, ref, auth)
		if err == nil {
			return d.Descriptor.Digest.String(), nil
		}
		// A pull of it would fail for the same reasons.
		_, help := pullCause(err)
		return "", hint.Wrap(fmt.Errorf("asking for the digest of %s: %w", ref, err), help)
	}
}
