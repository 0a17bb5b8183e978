package do

import (
	"context"
	"errors"

	"github.com/docker/docker/api/types/image"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/event"
)

// push sends an image to its registry. Its progress goes to the sink, a part
// for each layer.
func (d *Doer) push(ctx context.Context, ref event.Ref) error {
	auth, err := d.config.RegistryAuth(ref.Name)
	if err != nil {
		return err
	}
	progress, err := d.c.ImagePush(ctx, ref.Name, image.PushOptions{RegistryAuth: auth})
	if err != nil {
		return d.pushFailure(ref.Name, err)
	}
	defer progress.Close()
	if err := d.report(ref, progress); err != nil {
		return d.pushFailure(ref.Name, err)
	}
	return nil
}

// pushFailure adds what helps.
func (d *Doer) pushFailure(ref string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	help := ""
	switch {
	case mentions(err, "does not exist locally", "no such image", "image not known"):
		help = "make it first: compose build"
	case mentions(err, refusals...):
		help = "log in to the registry with docker login, and check that the name begins with what is yours there"
	case mentions(err, unreachable...):
		help = "the engine does not reach the registry: check the image's name, and the engine's network and proxy settings"
	case mentions(err, plainHTTP):
		help = plainHTTPHelp
	}
	return d.because("pushing "+ref, api.Cause(err.Error()), help, err)
}
