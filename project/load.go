package project

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
)

// Load reads a project. A mistake in a file is a *FileError, one of the call a
// *hint.Error. sink takes warnings about the choice of files; those of
// compose-go go to logrus' standard logger.
func Load(ctx context.Context, o Options, sink event.Sink) (*Project, error) {
	wait := warmSchema()
	defer wait()
	s, details, options, err := prepare(ctx, o, sink)
	if err != nil {
		return nil, err
	}
	model, err := guarded(func() (*types.Project, error) { return loader.LoadWithContext(ctx, details, options) })
	if err != nil {
		return nil, s.diagnose(err)
	}
	if !o.Offline {
		s.warnRetyped(model, sink)
	}
	if err := s.agree(ctx, o, model.Name); err != nil {
		return nil, err
	}
	absent := dropAbsent(model)
	p, err := s.finish(model, o)
	if err != nil {
		return nil, err
	}
	if sink != nil {
		p.tellDependencies(absent, sink)
	}
	return p, nil
}

// agree asks about what the remote files demand.
func (s *source) agree(ctx context.Context, o Options, name string) error {
	if o.Agree == nil {
		return nil
	}
	demands := s.demands(ctx, name)
	if len(demands) == 0 {
		return nil
	}
	return o.Agree(ctx, demands)
}

// finish makes a Project of what the loader returned: selection, the services'
// env and label files.
func (s *source) finish(model *types.Project, o Options) (*Project, error) {
	compatible, _ := strconv.ParseBool(strings.ToLower(strings.TrimSpace(s.env["COMPOSE_COMPATIBILITY"])))
	model.ComposeFiles = s.names()
	if !o.NoConsistency {
		if found := inconsistencies(model, o); len(found) > 0 {
			return nil, s.diagnose(errors.Join(found...))
		}
	}
	p := &Project{
		Project:       model,
		EnvFiles:      s.envFiles,
		Compatibility: o.Compatibility || compatible,
		allResources:  o.AllResources,
		declared:      model,
		rawEnv:        o.NoEnvResolution,
		source:        s,
	}
	if o.ContentKey != nil {
		p.contentKey, p.contents = o.ContentKey, map[string]content{}
	}
	if len(o.Services) > 0 {
		var err error
		if p, err = p.Select(Selection{Services: o.Services, NoDeps: o.NoDeps}); err != nil {
			return nil, err
		}
	} else {
		if err := p.resolve(); err != nil {
			return nil, err
		}
		p = p.prune()
		p.readContents()
	}
	if o.NoConsistency {
		return p, nil
	}
	return p, p.checkContainerNames()
}

// checkContainerNames refuses two services with the same container_name.
func (p *Project) checkContainerNames() error {
	owner := map[string]string{}
	for _, service := range slices.Sorted(maps.Keys(p.Services)) {
		name := p.Services[service].ContainerName
		if name == "" {
			continue
		}
		if other, ok := owner[name]; ok {
			return p.source.diagnose(&placedError{
				path: []string{"services", service, "container_name"},
				msg:  fmt.Sprintf("services.%s: container name %q is already in use by service %s", service, name, other),
				hint: "give one of the two another container_name, or none",
			})
		}
		owner[name] = service
	}
	return nil
}

// prepare finds and reads the files and says how to load them.
func prepare(ctx context.Context, o Options, sink event.Sink) (*source, types.ConfigDetails, func(*loader.Options), error) {
	var none types.ConfigDetails
	s, err := locate(o, sink)
	if err != nil {
		return nil, none, nil, err
	}
	if err := s.fetch(ctx, o); err != nil {
		return nil, none, nil, err
	}
	if err := s.read(o.Stdin); err != nil {
		return nil, none, nil, err
	}
	name, err := s.projectName(o)
	if err != nil {
		return nil, none, nil, err
	}
	details := types.ConfigDetails{WorkingDir: s.dir, ConfigFiles: slices.Clone(s.files), Environment: s.env}
	return s, details, s.loaderOptions(o, name), nil
}

func (s *source) loaderOptions(o Options, name string) func(*loader.Options) {
	windows, _ := strconv.ParseBool(s.env["COMPOSE_CONVERT_WINDOWS_PATHS"])
	return func(l *loader.Options) {
		s.interpolation = *l.Interpolate
		s.interpolation.Substitute = substitute
		quicken(l.Interpolate, s.files)
		l.SetProjectName(name, true)
		l.Profiles = s.profiles
		l.ResourceLoaders = []loader.ResourceLoader{s.elsewhere}
		l.SkipInterpolation = o.NoInterpolation
		l.SkipNormalization = o.NoNormalize
		l.SkipConsistencyCheck = true // finish looks for all inconsistencies
		l.ResolvePaths = !o.NoPathResolution
		l.ConvertWindowsPaths = windows && l.ResolvePaths
		// Only what is selected is resolved, by Project.resolve.
		l.SkipResolveEnvironment = true
		l.SkipResolveLabels = true
	}
}

// guarded turns a panic of the loader into an error: a file must not be able to
// crash the program.
func guarded[T any](load func() (T, error)) (result T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the file cannot be understood: %v", r)
		}
	}()
	return load()
}

var schemaOnce sync.Once

// warmSchema compiles compose-go's JSON schema beside what the caller does; it
// costs as much as 50 services do. The function returned waits for it.
func warmSchema() (wait func()) {
	var done sync.WaitGroup
	done.Go(func() {
		schemaOnce.Do(func() {
			// An empty file is valid; only the compilation is wanted.
			_ = schema.Validate(map[string]any{})
		})
	})
	return done.Wait
}

// resolve reads the services' env files and label files. Services that have
// neither are left alone, so that it may be called again.
func (p *Project) resolve() error {
	pending := types.Services{}
	for name, s := range p.Services {
		if p.unresolved(s) {
			pending[name] = s
		}
	}
	if len(pending) == 0 {
		return nil
	}
	part := &types.Project{Services: pending, Environment: p.Environment}
	resolved, err := p.resolveFiles(part)
	if err != nil {
		if p.source != nil {
			return p.source.diagnose(err)
		}
		return err
	}
	services := maps.Clone(p.Services)
	maps.Copy(services, resolved.Services)
	p.Services = services
	files := maps.Clone(p.resolved)
	if files == nil {
		files = map[string][]types.EnvFile{}
	}
	for name, s := range pending {
		files[name] = append(slices.Clone(files[name]), s.EnvFiles...)
	}
	p.resolved = files
	return nil
}

func (p *Project) resolveFiles(part *types.Project) (*types.Project, error) {
	if !p.rawEnv {
		var err error
		if part, err = part.WithServicesEnvironmentResolved(true); err != nil {
			return nil, err
		}
	}
	return part.WithServicesLabelsResolved(false)
}

// unresolved tells whether a service has files to read or variables to look up.
func (p *Project) unresolved(s types.ServiceConfig) bool {
	if len(s.EnvFiles) > 0 || len(s.LabelFiles) > 0 || len(s.PreStart) > 0 {
		return true
	}
	for _, value := range s.Environment {
		if value == nil {
			return true
		}
	}
	return false
}
