package do

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/pkg/jsonmessage"
	"github.com/opencontainers/go-digest"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/planner"
)

// pull brings an image from its registry and returns the identity of what the
// reference names now (planner.Image.Digest). Its progress goes to the sink, a
// part for each layer.
func (d *Doer) pull(ctx context.Context, a planner.PullImage) (identity string, err error) {
	name := a.Ref.Name
	if d.p != nil {
		name = d.p.ImageSource(name)
	}
	source, err := pinned(name, a.Digest)
	if err != nil {
		return "", err
	}
	auth, err := d.config.RegistryAuth(source)
	if err != nil {
		return "", err
	}
	progress, err := d.c.ImagePull(ctx, source, image.PullOptions{RegistryAuth: auth, Platform: a.Platform})
	if err != nil {
		return "", d.pullFailure(source, err)
	}
	defer progress.Close()
	if err := d.report(a.Ref, progress); err != nil {
		return "", d.pullFailure(source, err)
	}
	if source != name {
		if err := d.c.ImageTag(ctx, source, name); err != nil {
			return "", fmt.Errorf("naming %s %s: %w", source, name, err)
		}
	}
	d.im.forget(name)
	pulled, err := d.im.get(ctx, d.c, name, a.Platform)
	return pulled.digest, err
}

// pinned is what a pull asks the registry for: the reference, or what has the digest in
// its repository. A reference with a digest of its own says it already.
func pinned(ref, wanted string) (string, error) {
	if wanted == "" {
		return ref, nil
	}
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", err
	}
	if _, ok := named.(reference.Digested); ok {
		return ref, nil
	}
	exact, err := reference.WithDigest(reference.TrimNamed(named), digest.Digest(wanted))
	if err != nil {
		return "", fmt.Errorf("%s at %s: %w", ref, wanted, err)
	}
	return reference.FamiliarString(exact), nil
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
