package project

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project/limits"
)

// Load reads a project. sink takes warnings about the choice of files; those of
// compose-go go to logrus' standard logger.
//
// A mistake in a file is a *FileError; several are joined. What is wrong with the
// call, or with a file as a whole, is a *hint.Error; one about an unknown service
// wraps ErrNoSuchService, one about no file fs.ErrNotExist. Errors of Options.Agree are
// returned as they are, those of Options.Remote in a *hint.Error.
//
// It returns the cause of ctx as soon as ctx ends, whatever it was doing: reading a
// pipe, or a library that knows no context. What it did then goes on in the
// background and emits nothing.
func Load(ctx context.Context, o Options, sink event.Sink) (*Project, error) {
	return cancellable(ctx, sink, func(sink event.Sink) (*Project, error) { return loadAll(ctx, o, sink) })
}

func loadAll(ctx context.Context, o Options, sink event.Sink) (*Project, error) {
	wait := startCompilingSchema()
	defer wait()
	s, details, options, err := prepare(ctx, o, sink)
	if err != nil {
		return nil, err
	}
	model, without, err := s.load(ctx, details, options, o)
	if err != nil {
		return nil, err
	}
	if !o.Offline {
		s.warnConversions(model, sink)
	}
	if err := s.agree(ctx, o, model.Name); err != nil {
		return nil, err
	}
	absent := dropAbsent(model)
	if len(absent) > 0 && o.whole() {
		return nil, s.diagnose(undefined(absent))
	}
	p, err := s.finish(model, o, without)
	if err != nil {
		return nil, err
	}
	if sink != nil {
		p.reportDependencies(absent, sink)
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
func (s *source) finish(model *types.Project, o Options, without omitted) (*Project, error) {
	compatible, _ := strconv.ParseBool(strings.ToLower(strings.TrimSpace(s.env["COMPOSE_COMPATIBILITY"])))
	model.ComposeFiles = s.names()
	p := &Project{
		Project:       model,
		EnvFiles:      s.envFiles,
		Compatibility: o.Compatibility || compatible,
		allResources:  o.AllResources,
		declared:      model,
		rawEnv:        o.NoEnvResolution,
		need:          o.Need,
		source:        s,
		omitted:       without,
	}
	if o.Need == NeedRunning {
		p.Unread = p.faults()
		p = p.withRequired()
		p.Unread = errors.Join(p.omitted.of(p.Project), p.Unread)
		p.readHooks()
		return p.prune(), nil
	}
	if o.ContentKey != nil && o.Need == NeedAll {
		p.contentKey, p.contents = o.ContentKey, map[string]content{}
	}
	selection := Selection{Services: o.Services, NoDeps: o.NoDeps}
	if err := p.usesOmitted(selection); err != nil {
		return nil, err
	}
	if !o.NoConsistency {
		if err := p.check(selection); err != nil {
			return nil, err
		}
	}
	if len(o.Services) > 0 {
		return p.Select(selection)
	}
	if err := p.resolve(); err != nil {
		return nil, err
	}
	p = p.prune()
	p.readContents()
	return p, nil
}

// prepare finds and reads the files and says how to load them.
func prepare(ctx context.Context, o Options, sink event.Sink) (*source, types.ConfigDetails, func(*loader.Options), error) {
	var none types.ConfigDetails
	s, err := locate(ctx, o, sink)
	if err != nil {
		return nil, none, nil, err
	}
	if err := s.fetch(ctx, o); err != nil {
		return nil, none, nil, err
	}
	if err := s.read(ctx); err != nil {
		return nil, none, nil, err
	}
	name, err := s.projectName(o)
	if err != nil {
		return nil, none, nil, err
	}
	details := types.ConfigDetails{WorkingDir: s.dir, ConfigFiles: s.marked(sink), Environment: s.env}
	return s, details, s.loaderOptions(o, name), nil
}

func (s *source) loaderOptions(o Options, name string) func(*loader.Options) {
	windows, _ := strconv.ParseBool(s.env["COMPOSE_CONVERT_WINDOWS_PATHS"])
	return func(l *loader.Options) {
		s.interpolation = *l.Interpolate
		s.interpolation.Substitute = new(limits.Expansion).Substitute
		l.Interpolate.Substitute = s.expansion.Substitute
		dropUnusedCasts(l.Interpolate, s.files)
		l.SetProjectName(name, true)
		l.Profiles = s.profiles
		l.ResourceLoaders = []loader.ResourceLoader{s.remotes}
		l.SkipInterpolation = o.NoInterpolation
		l.MaxNodeVisits = limits.ComposeNodes.Value // in each document
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

// resolve reads the services' env files and label files. Services that have
// neither are left alone, so that it may be called again.
func (p *Project) resolve() error {
	pending := types.Services{}
	for name, s := range p.Services {
		if p.unresolved(s) {
			pending[name] = s
		}
	}
	if len(pending) == 0 || p.need != NeedAll || p.resolvedOnce {
		return nil
	}
	if err := p.checkEnvFiles(pending); err != nil {
		return err
	}
	return p.resolveOf(pending)
}

// readHooks reads the files of the services that have pre_start hooks, which are
// run in containers like theirs. Hooks whose files cannot be had are left out.
func (p *Project) readHooks() {
	for name, s := range p.Services {
		if len(s.PreStart) == 0 {
			continue
		}
		if err := p.resolveOf(types.Services{name: s}); err != nil {
			s.PreStart = nil
			p.Services = maps.Clone(p.Services)
			p.Services[name] = s
			if len(missingFiles(s)) == 0 { // those are in Unread already
				p.Unread = errors.Join(p.Unread, err)
			}
		}
	}
}

// resolveOf is resolve for services that have something to read.
func (p *Project) resolveOf(pending types.Services) error {
	read, err := p.readStreams(pending)
	var resolved *types.Project
	if err == nil {
		resolved, err = p.resolveFiles(&types.Project{Services: read, Environment: p.Environment})
	}
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
