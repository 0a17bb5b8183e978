package project

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
)

// KeptAt is where a Kept came from.
type KeptAt struct {
	// Name, Dir and Files are the project's, WorkingDir and ComposeFiles; Targets are those
	// that it was selected by.
	Name, Dir      string
	Files, Targets []string
}

// LoadKept is the project that was kept, whatever has become of its files and of the
// environment since: hashes, labels and names are the same. Of o, Environ and ContentKey
// count. Secrets have their content of now. A config with another content now has the one
// that was kept, which is then copied into containers instead of being mounted.
// The error says that what was kept is no project.
func LoadKept(ctx context.Context, k *Kept, at KeptAt, o Options) (*Project, error) {
	return cancellable(ctx, nil, func(event.Sink) (*Project, error) {
		p, err := k.load(ctx, at, o)
		if err != nil {
			return nil, fmt.Errorf("the project cannot be read from what was kept: %w", err)
		}
		return p, nil
	})
}

func (k *Kept) load(ctx context.Context, at KeptAt, o Options) (*Project, error) {
	src, err := k.source(ctx, at, o)
	if err != nil {
		return nil, err
	}
	details := types.ConfigDetails{WorkingDir: at.Dir, ConfigFiles: src.files, Environment: src.env}
	model, err := guarded(func() (*types.Project, error) {
		return src.loadProject(ctx, details, src.loaderOptions(Options{NoNormalize: true, NoInterpolation: true}, at.Name))
	})
	if err != nil {
		return nil, err
	}
	model.ComposeFiles, model.Profiles = at.Files, k.Profiles
	p := &Project{
		Restored: k.complete(model),
		Project:  model, EnvFiles: k.EnvFiles, Targets: at.Targets,
		Compatibility: k.Compatibility, allResources: k.AllResources,
		declared: model, resolvedOnce: true, source: src,
	}
	if o.ContentKey != nil {
		p.contentKey, p.contents = o.ContentKey, map[string]content{}
		p.readContents()
		p.private = map[string]bool{}
		for _, hash := range k.Private {
			p.private[hash] = true
		}
	}
	return p, nil
}

// source is the model in the place of files, and the environment that secrets come from.
func (k *Kept) source(ctx context.Context, at KeptAt, o Options) (*source, error) {
	name := "kept.yaml"
	if len(at.Files) > 0 {
		name = at.Files[0]
	}
	// What of the env files cannot be read is missed by the secret that needs it.
	src, _ := locate(ctx, Options{Files: []string{name}, Dir: at.Dir, EnvFiles: k.EnvFiles, WorkDir: at.Dir, Environ: o.Environ}, nil)
	if src == nil {
		return nil, errors.New("it does not say which folder it is of")
	}
	src.profiles = []string{"*"} // what was off is not in the model
	src.files = []types.ConfigFile{{Filename: name, Content: []byte(strings.ReplaceAll(k.Model, "$$", "$"))}}
	delete(src.env, defaultPlatform)
	if k.Platform != "" {
		src.env[defaultPlatform] = k.Platform
	}
	if err := src.fetch(ctx, Options{}); err != nil {
		return nil, err
	}
	return src, src.checkLimits()
}

// complete puts into a model what is kept beside it. It returns Project.Restored.
func (k *Kept) complete(model *types.Project) (restored []string) {
	for name, age := range k.Refresh {
		if s, ok := model.Services[name]; ok {
			s.PullRefreshAfter = age
			model.Services[name] = s
		}
	}
	for _, key := range slices.Sorted(maps.Keys(k.Configs)) {
		kept := k.Configs[key]
		c, ok := model.Configs[key]
		if !ok || kept.Missing != "" {
			continue
		}
		if now := keptFile(c.File); c.File != "" && now.Missing == "" && bytes.Equal(now.Content, kept.Content) {
			continue // it stays mounted
		}
		if c.File != "" {
			restored = append(restored, key)
		}
		c.File, c.Environment, c.Content = "", "", string(kept.Content)
		model.Configs[key] = c
	}
	if model.DisabledServices == nil {
		model.DisabledServices = types.Services{}
	}
	for _, name := range k.Off {
		model.DisabledServices[name] = types.ServiceConfig{Name: name}
	}
	return restored
}

// Differs tells which services read otherwise than when they were kept, sorted: another
// version of this program kept them.
func (k *Kept) Differs(p *Project) []string {
	var others []string
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		if hash, err := p.Hash(name, nil); err != nil || hash != k.Hashes[name] {
			others = append(others, name)
		}
	}
	return others
}
