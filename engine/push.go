package engine

import (
	"context"
	"errors"
	"strings"

	"github.com/docker/docker/api/types/image"

	"github.com/compose-orchestrator/compose/event"
)

// Push sends an image to its registry. Its progress goes to the sink, a part
// for each layer.
func (d *Doer) Push(ctx context.Context, ref event.Ref) error {
	auth, err := d.config.registryAuth(ref.Name)
	if err != nil {
		return err
	}
	progress, err := d.c.ImagePush(ctx, ref.Name, image.PushOptions{RegistryAuth: auth})
	if err != nil {
		return pushFailure(ref.Name, err)
	}
	defer progress.Close()
	if err := d.report(ref, progress); err != nil {
		return pushFailure(ref.Name, err)
	}
	return nil
}

// pushFailure adds what helps.
func pushFailure(ref string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	e := &Error{Op: "pushing " + ref, Err: err}
	text := strings.ToLower(err.Error())
	has := func(part string) bool { return strings.Contains(text, part) }
	switch {
	case has("does not exist locally"), has("no such image"):
		e.Help = "make it first: compose build"
	case has("denied"), has("unauthorized"), has("authentication required"), has("no basic auth"):
		e.Help = "log in to the registry with docker login, and check that the name begins with what is yours there"
	case has("no such host"), has("timeout"), has("connection refused"), has("network is unreachable"), has("failure in name resolution"):
		e.Help = "the engine does not reach the registry: check the image's name, and the engine's network and proxy settings"
	case has("http response to https client"):
		e.Help = "the registry speaks no TLS: name it in the engine's insecure-registries"
	}
	return e
}
