package build

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// job is one build with nothing left to look up: paths are absolute, values
// are final. Both builders are fed by it.
type job struct {
	service string
	names   []string // the image's name, then its further tags
	context location
	file    dockerfile
	named   []namedContext // additional contexts, by name
	uses    []project.Use  // images of other services that the Dockerfile names

	args   map[string]string
	labels map[string]string
	target string

	platforms []string // empty: the engine's own

	noCache       bool
	noCacheStages []string // only these stages are built anew
	pull          bool
	cacheFrom     []string
	cacheTo       []string

	provenance, sbom string // as in the file: "true", "mode=max"; "": not said

	network      string
	hosts        []string // "name=address", sorted
	shmSize      int64    // bytes
	ulimits      []ulimit // by name
	privileged   bool
	entitlements []string

	step string // the instruction that failed, once one has

	secrets []secret
	ssh     []sshAgent
}

// ulimit is one limit for the processes of RUN steps.
type ulimit struct {
	name       string
	soft, hard int64
}

// ref is the image as events name it.
func (j job) ref() event.Ref {
	return event.Ref{Kind: event.Image, Name: j.names[0], Service: j.service}
}

// resolve reads a service's build section. What a build cannot start without
// (the context, the Dockerfile, files of secrets) is looked for here, so that
// the error can say what to do.
func resolve(p *project.Project, service string, o Options) (job, error) {
	s := p.Definition(service)
	if s.Name == "" {
		return job{}, fmt.Errorf("%w: %s", project.ErrNoSuchService, service)
	}
	if s.Build == nil {
		return job{}, hint.New("the service has no build section",
			"give it one, or pull its image")
	}
	b := s.Build
	j := job{
		service:       service,
		uses:          p.Uses(service),
		names:         imageNames(p, s),
		args:          arguments(b.Args, o),
		labels:        labels(p, s),
		target:        b.Target,
		noCache:       b.NoCache || o.NoCache,
		noCacheStages: b.NoCacheFilter,
		pull:          b.Pull || o.Pull,
		cacheFrom:     b.CacheFrom,
		cacheTo:       b.CacheTo,
		provenance:    cmp.Or(o.Provenance, b.Provenance),
		sbom:          cmp.Or(o.SBOM, b.SBOM),
		network:       b.Network,
		hosts:         hosts(b.ExtraHosts),
		shmSize:       int64(b.ShmSize),
		ulimits:       ulimits(b.Ulimits),
		privileged:    b.Privileged,
		entitlements:  b.Entitlements,
	}
	var err error
	if j.platforms, err = wantedPlatforms(s, o); err != nil {
		return job{}, err
	}
	if j.context, err = locate(b.Context, p.WorkingDir); err != nil {
		return job{}, err
	}
	if j.file, err = findDockerfile(b, j.context, p.WorkingDir); err != nil {
		return job{}, err
	}
	if j.named, err = namedContexts(p, b); err != nil {
		return job{}, err
	}
	if j.secrets, err = secrets(p, b); err != nil {
		return job{}, err
	}
	if j.ssh, err = sshAgents(b.SSH, o); err != nil {
		return job{}, err
	}
	return j, nil
}

func imageNames(p *project.Project, s types.ServiceConfig) []string {
	names := []string{p.ImageName(s.Name)}
	for _, tag := range s.Build.Tags {
		if !slices.Contains(names, tag) {
			names = append(names, tag)
		}
	}
	return names
}

// arguments are the file's with the command line's over them. Those that have
// no value, neither given nor in the environment, are left out: the Dockerfile's
// default holds.
func arguments(file types.MappingWithEquals, o Options) map[string]string {
	args := map[string]string{}
	for _, from := range []map[string]*string{file, o.BuildArgs} {
		for name, value := range from {
			if value != nil {
				args[name] = *value
			} else if v, ok := o.LookupEnv(name); ok {
				args[name] = v
			}
		}
	}
	return args
}

// labels are the file's and those by which tools find a project's images.
func labels(p *project.Project, s types.ServiceConfig) map[string]string {
	l := project.GivenLabels(s.Build.Labels)
	maps.Copy(l, p.ImageLabels(s.Name))
	return l
}

func hosts(h types.HostsList) []string {
	list := h.AsList("=")
	slices.Sort(list)
	return list
}

func ulimits(m map[string]*types.UlimitsConfig) []ulimit {
	var list []ulimit
	for _, name := range slices.Sorted(maps.Keys(m)) {
		u := m[name]
		if u == nil {
			continue
		}
		l := ulimit{name: name, soft: int64(u.Soft), hard: int64(u.Hard)}
		if u.Single != 0 {
			l.soft, l.hard = int64(u.Single), int64(u.Single)
		}
		list = append(list, l)
	}
	return list
}

// wantedPlatforms are those to build for; empty: the engine's own.
func wantedPlatforms(s types.ServiceConfig, o Options) ([]string, error) {
	runs, refusal := s.Platform, fmt.Sprintf("service.build.platforms MUST include service.platform %q", s.Platform)
	if runs == "" {
		runs, _ = o.LookupEnv("DOCKER_DEFAULT_PLATFORM")
		refusal = fmt.Sprintf("service %q build.platforms does not support value set by DOCKER_DEFAULT_PLATFORM: %s", s.Name, runs)
	}
	list := s.Build.Platforms
	if runs != "" && len(list) > 0 && !slices.Contains(list, runs) {
		return nil, hint.New(refusal, fmt.Sprintf("add %s to build.platforms of %s", runs, s.Name))
	}
	switch {
	case o.AllPlatforms && len(list) > 0:
		return list, nil
	case runs != "":
		return []string{runs}, nil
	case len(list) == 1:
		return list, nil
	default:
		return nil, nil
	}
}
