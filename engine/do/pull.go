package do

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/event"
)

// pull brings an image from its registry and returns the identity of what the
// reference names now (planner.Image.Digest). Its progress goes to the sink, a
// part for each layer. platform "" is the engine's own.
func (d *Doer) pull(ctx context.Context, ref event.Ref, platform string) (digest string, err error) {
	source := ref.Name
	if d.p != nil {
		source = d.p.ImageSource(source)
	}
	auth, err := d.config.RegistryAuth(source)
	if err != nil {
		return "", err
	}
	progress, err := d.c.ImagePull(ctx, source, image.PullOptions{RegistryAuth: auth, Platform: platform})
	if err != nil {
		return "", d.pullFailure(source, err)
	}
	defer progress.Close()
	if err := d.report(ref, progress); err != nil {
		return "", d.pullFailure(source, err)
	}
	d.im.forget(source)
	pulled, err := d.im.get(ctx, d.c, source, platform)
	return pulled.digest, err
}

// report turns the progress of a pull or push into events. It is over when the
// stream is.
func (d *Doer) report(ref event.Ref, progress io.Reader) error {
	messages := json.NewDecoder(progress)
	for {
		var m jsonmessage.JSONMessage
		switch err := messages.Decode(&m); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading the progress: %w", err)
		case m.Error != nil:
			return m.Error
		}
		if part, ok := partOf(ref, m); ok {
			d.o.Sink(part)
		}
	}
}

// partOf is a layer's progress. Other messages are about the image as a whole:
// they have no id, or the tag for one.
func partOf(ref event.Ref, m jsonmessage.JSONMessage) (event.Part, bool) {
	if m.ID == "" || strings.HasPrefix(m.Status, "Pulling from") {
		return event.Part{}, false
	}
	p := event.Part{Ref: ref, ID: m.ID, Text: m.Status}
	if m.Progress != nil {
		p.Current, p.Total = max(m.Progress.Current, 0), max(m.Progress.Total, 0)
	}
	switch m.Status {
	case "Pull complete", "Already exists", "Pushed", "Layer already exists":
		p.Done = true
	default:
		p.Done = strings.HasPrefix(m.Status, "Mounted from")
	}
	return p, true
}

// What registries, and engines that ask them, say of two common mistakes.
var (
	refusals    = []string{"denied", "unauthorized", "authentication required", "no basic auth"}
	unreachable = []string{"no such host", "timeout", "connection refused", "network is unreachable", "failure in name resolution"}
)

// mentions tells whether one of the parts, in lower case, is in an error's text.
func mentions(err error, parts ...string) bool {
	text := strings.ToLower(err.Error())
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

// plainHTTP is how a registry without TLS looks.
const (
	plainHTTP     = "http response to https client"
	plainHTTPHelp = "the registry speaks no TLS: name it in the engine's insecure-registries"
)

// pullFailure says why a pull failed, and what helps.
func (d *Doer) pullFailure(ref string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	cause, help := pullCause(err)
	return d.because("pulling "+ref, cause, help, err)
}

// pullCause is what a registry's refusal comes to, and what helps.
func pullCause(err error) (cause, help string) {
	cause = api.Cause(err.Error())
	switch {
	case mentions(err, refusals...):
		return "the registry has no such image, or does not give it to everybody",
			"check the name; if the image is private: docker login; if it is yours to build, give the service a build section"
	case mentions(err, "no match for platform", "no matching manifest"):
		return cause, "the image is not made for this platform: set platform, or build it"
	case mentions(err, "manifest unknown", "not found", "no such manifest"):
		return "the registry has no such tag", "check the name"
	case mentions(err, unreachable...):
		return cause, "the engine does not reach the registry: check its network and proxy settings"
	case mentions(err, plainHTTP):
		return cause, plainHTTPHelp
	case mentions(err, "toomanyrequests"):
		return cause, "the registry limits pulls: docker login raises the limit, pull_policy: missing avoids pulls"
	}
	return cause, ""
}
