// Package project is the desired state: it loads Compose files, interpolates
// and selects, and knows the names, labels and hashes that a project has at the
// engine. It is the only reader of the user's files.
package project

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Project is a loaded project: compose-go's model and what the invocation adds.
// It is not changed after Load; Select and WithScale return copies, which share
// what they did not change.
type Project struct {
	*types.Project
	// EnvFiles are the files given by --env-file, absolute; they go into a label.
	EnvFiles []string
	// Compatibility makes "_" the separator of container and image names.
	Compatibility bool
	// Targets are the services named on the command line (and, without
	// --no-deps, not their dependencies), sorted; empty: all.
	Targets []string

	// OneOff is the container of a `run`, which is replica 0 of its service in the
	// place of all others; nil: the services have their replicas.
	OneOff *OneOff

	// Restored are the configs, by key, whose files have another content now than was kept:
	// containers get a copy of what was. Only with LoadKept.
	Restored []string

	// Unread is what of the files could not be read or contradicts itself, and is
	// left out; nil: nothing. Only with NeedRunning.
	Unread error

	omitted      omitted        // parts of the files
	allResources bool           // networks, volumes, ... that no service uses stay
	declared     *types.Project // with all resources; nil: none but those here
	rawEnv       bool           // env_file is not read into environment
	pins         map[string]string
	private      map[string]bool // see Kept.Private
	resolvedOnce bool            // see LoadKept: env files and label files were read then
	need         Need
	source       *source      // the files; nil where the project was not loaded from any
	switchedOn   []switchedOn // by the selection

	uses map[string][]Use // by service; nil: WithUses was not called

	contentKey func() ContentKey          // called where there is a content
	contents   map[string]content         // of secrets and configs, by path; nil: not wanted
	resolved   map[string][]types.EnvFile // by service: env files whose variables are in environment now
}

// Options say which project to load. The zero value is "the folder's project".
type Options struct {
	Files         []string // -f, in order; "-" is Stdin
	EnvFiles      []string // --env-file
	Profiles      []string // --profile
	Name          string   // -p
	Dir           string   // --project-directory
	WorkDir       string   // where the command was called; "": the process's
	Environ       []string // KEY=value, of the process
	AllResources  bool     // --all-resources: keep what no service uses
	Compatibility bool

	// Whole refuses what is wrong anywhere in the files, also with services that are
	// off and with what nothing uses: config checks files so. It counts where no
	// services are named.
	Whole bool

	// Remote brings remote files to this machine; nil: they are refused.
	Remote Remote
	// Offline takes remote files that are here already and fetches none.
	Offline bool

	// Agree is called where remote files ask for something of this machine, before
	// Load reads what the files lead to (env files, contents); its error ends the
	// load. Commands that create containers want it; nil: nobody is asked.
	Agree func(context.Context, []Demand) error

	// Stdin is what -f - reads; nil: nothing.
	Stdin io.Reader
	// Streams keep what was read of it, and of pipes, for the next time that this
	// project is read; nil: there is none.
	Streams *Streams
	// Need is what the caller wants to know of the project.
	Need Need
	// Services are those that the command names: Load selects them, so that
	// the env files of others are not read. Empty: all.
	Services []string
	// NoDeps leaves the dependencies of Services out.
	NoDeps bool

	// ContentKey returns the key of ContentHash; it is called once a content is
	// hashed, and must return the same key each time. With it Load reads the
	// files of secrets and configs. Commands that create containers want it, and
	// no others; nil: no content is read.
	ContentKey func() ContentKey

	// BeforeParse is called with the size of the files, in bytes, before they are parsed;
	// nil: nothing is called. A large load wants another setting of the collector.
	BeforeParse func(bytes int)

	// The rest are the flags of the command config; every other command leaves
	// them false.
	NoInterpolation  bool // --no-interpolate
	NoNormalize      bool // --no-normalize
	NoPathResolution bool // --no-path-resolution
	NoEnvResolution  bool // --no-env-resolution
	NoConsistency    bool // --no-consistency
}

// AllResources tells whether networks, volumes and the like are wanted that no
// service uses.
func (p *Project) AllResources() bool { return p.allResources }

// Known tells whether the file names the service: selected, left out of the
// selection, or off because of its profiles. A container whose service is not
// known is an orphan.
func (p *Project) Known(service string) bool {
	if _, ok := p.Services[service]; ok {
		return true
	}
	_, ok := p.DisabledServices[service]
	return ok
}

// Parents are the services whose container id goes into this one's
// configuration: network_mode, ipc and pid of a service, and volumes_from; and
// those whose container is referred to there by its name. Sorted; the service
// cannot be created before theirs are.
func (p *Project) Parents(service string) []string {
	s := p.Services[service]
	var parents []string
	for _, mode := range []string{s.NetworkMode, s.Ipc, s.Pid} {
		if name, ok := strings.CutPrefix(mode, types.ServicePrefix); ok {
			parents = append(parents, name)
		} else if owner := p.Owner(mode); owner != "" && owner != service {
			parents = append(parents, owner)
		}
	}
	for _, from := range s.VolumesFrom {
		if !strings.HasPrefix(from, types.ContainerPrefix) {
			name, _, _ := strings.Cut(from, ":")
			parents = append(parents, name)
		} else if owner := p.Owner(from); owner != "" && owner != service {
			parents = append(parents, owner)
		}
	}
	slices.Sort(parents)
	return slices.Compact(parents)
}

// Requires are the services that some cannot do without: their depends_on, those of
// these and so on, less what is not required or not in the file. Their profiles
// may be off. Sorted.
func (p *Project) Requires(services ...string) []string {
	needed := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		s, ok := p.Services[name]
		if !ok {
			s = p.DisabledServices[name]
		}
		for on, how := range s.DependsOn {
			if how.Required && !needed[on] && p.Known(on) {
				needed[on] = true
				visit(on)
			}
		}
	}
	for _, name := range services {
		visit(name)
	}
	return slices.Sorted(maps.Keys(needed))
}

// Owner is the service whose first container a reference ("container:NAME" or
// "container:NAME:ro") names; "": none of this project's.
func (p *Project) Owner(reference string) string {
	name, ok := strings.CutPrefix(reference, types.ContainerPrefix)
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(name, ":")
	for service := range p.Services {
		if p.ContainerName(service, 1) == name {
			return service
		}
	}
	return ""
}

// copy returns a project whose model may be given other services and resources.
func (p *Project) copy() *Project {
	c, model := *p, *p.Project
	c.Project = &model
	return &c
}
