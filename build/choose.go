package build

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/docker/docker/api/types/build"

	"github.com/compose-orchestrator/compose/hint"
)

// backend returns the way to build, which is chosen once. A choice that failed
// is tried again by the next build.
func (b *Builder) backend(ctx context.Context) (backend, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.how != nil {
		return b.how, nil
	}
	conf, err := loadUserConfig(b.o.ConfigDir)
	if err != nil {
		return nil, err
	}
	wish, err := b.preferred()
	if err != nil {
		return nil, err
	}
	ping, err := b.c.Ping(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking the engine for its builder: %w", err)
	}
	b.how, err = b.choose(ctx, wish, ping.BuilderVersion, setting{conf: conf, images: b.newImages(ping.APIVersion)})
	return b.how, err
}

// setting is what both ways to build work with.
type setting struct {
	conf   userConfig
	images images
}

func (b *Builder) choose(ctx context.Context, wish preference, says build.BuilderVersion, with setting) (backend, error) {
	at, away, err := b.findInstance()
	if err != nil {
		return nil, err
	}
	if wish == wantClassic {
		return &classic{b: b, setting: with}, nil
	}
	var k *buildkit
	if away {
		k, err = b.connectBuilder(ctx, at)
	} else {
		k, err = b.findBuildKit(ctx, says)
	}
	switch {
	case err == nil:
		k.setting, k.auth = with, with.conf.provider()
		return k, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case !errors.Is(err, errNoBuildKit):
		return nil, err
	case wish == wantBuildKit:
		return nil, hint.Wrap(err, "unset DOCKER_BUILDKIT to build with the classic builder")
	}
	return &classic{b: b, setting: with, only: true}, nil
}

// errNoBuildKit: only the classic builder is there.
var errNoBuildKit = errors.New("the engine has no BuildKit")

// findBuildKit goes by what the engine says is its builder. Docker since 23 says
// BuildKit; earlier ones have it and say otherwise unless configured, and Podman
// has none, so where it is not said it is tried.
func (b *Builder) findBuildKit(ctx context.Context, says build.BuilderVersion) (*buildkit, error) {
	k, err := newBuildKit(ctx, b)
	if err != nil {
		return nil, err
	}
	if says == build.BuilderBuildKit {
		return k, nil
	}
	if _, err := k.c.ListWorkers(ctx); err != nil {
		return nil, errors.Join(errNoBuildKit, k.close())
	}
	return k, nil
}

// preference is what DOCKER_BUILDKIT asks for.
type preference int

const (
	noPreference preference = iota
	wantClassic
	wantBuildKit
)

func (b *Builder) preferred() (preference, error) {
	value, ok := b.o.LookupEnv("DOCKER_BUILDKIT")
	if !ok || value == "" {
		return noPreference, nil
	}
	on, err := strconv.ParseBool(value)
	if err != nil {
		return noPreference, hint.New(fmt.Sprintf("DOCKER_BUILDKIT is %q, which is neither true nor false", value), "set it to 0 or 1, or not at all")
	}
	if on {
		return wantBuildKit, nil
	}
	return wantClassic, nil
}
