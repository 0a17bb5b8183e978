package project

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
)

// Selection says which services of a project a command is about.
type Selection struct {
	// Services are names, or patterns as path.Match has them; empty: all that
	// the profiles leave on.
	Services []string
	// NoDeps leaves out what the services depend on.
	NoDeps bool
}

// Select returns the project with the named services and what they depend on;
// the others stay Known. Naming a service turns its profiles on; of what it cannot
// do without, the services alone. Targets become the names. An unknown name is a
// *hint.Error that wraps ErrNoSuchService; a mistake in an env file or label file of
// a selected service is a *FileError.
func (p *Project) Select(s Selection) (*Project, error) {
	if len(s.Services) == 0 {
		return p.prune(), nil
	}
	enabled, err := p.enable(s.Services)
	if err != nil {
		return nil, err
	}
	targets, err := enabled.match(s.Services)
	if err != nil {
		return nil, err
	}
	if !s.NoDeps {
		enabled = enabled.switchOn(targets)
	}
	keep := map[string]bool{}
	for _, name := range targets {
		if err := enabled.collect(name, s, keep); err != nil {
			return nil, err
		}
	}
	selected := enabled.restrict(keep)
	selected.Targets = targets
	if err := selected.resolve(); err != nil {
		return nil, err
	}
	selected = selected.prune()
	selected.readContents()
	return selected, nil
}

// enable turns on the profiles of the named services that are off.
func (p *Project) enable(names []string) (*Project, error) {
	profiles := slices.Clone(p.Profiles)
	for _, name := range names {
		if s, ok := p.DisabledServices[name]; ok && len(s.Profiles) > 0 {
			profiles = append(profiles, s.Profiles...)
		}
	}
	if len(profiles) == len(p.Profiles) && !p.namesDisabled(names) {
		return p, nil
	}
	c := p.copy()
	c.Profiles = profiles
	c.Services, c.DisabledServices = maps.Clone(p.Services), types.Services{}
	for name, s := range p.DisabledServices {
		if len(s.Profiles) > 0 && s.HasProfile(profiles) || slices.Contains(names, name) {
			c.Services[name] = s
		} else {
			c.DisabledServices[name] = s
		}
	}
	return c, nil
}

// namesDisabled tells whether one of the names is a service that an earlier
// selection left out.
func (p *Project) namesDisabled(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		_, ok := p.DisabledServices[name]
		return ok
	})
}

// match returns the services that the names and patterns stand for, sorted.
func (p *Project) match(patterns []string) ([]string, error) {
	var found []string
	for _, pattern := range patterns {
		before := len(found)
		for name := range p.Services {
			if ok, err := path.Match(pattern, name); err == nil && ok {
				found = append(found, name)
			}
		}
		if len(found) == before {
			return nil, p.noSuchService(pattern)
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// collect marks a service and, unless the selection says otherwise, what it
// depends on.
func (p *Project) collect(name string, s Selection, keep map[string]bool) error {
	if keep[name] {
		return nil
	}
	keep[name] = true
	if s.NoDeps {
		return nil
	}
	for dependency, how := range p.Services[name].DependsOn {
		if _, ok := p.Services[dependency]; !ok {
			if how.Required {
				return p.noSuchService(dependency)
			}
			continue
		}
		if err := p.collect(dependency, s, keep); err != nil {
			return err
		}
	}
	return nil
}

// restrict leaves the services of keep on, with dependencies among themselves
// alone.
func (p *Project) restrict(keep map[string]bool) *Project {
	c := p.copy()
	c.Services, c.DisabledServices = make(types.Services, len(keep)), maps.Clone(p.DisabledServices)
	if c.DisabledServices == nil {
		c.DisabledServices = types.Services{}
	}
	for name, s := range p.Services {
		if !keep[name] {
			c.DisabledServices[name] = s
			continue
		}
		s.DependsOn = maps.Clone(s.DependsOn)
		maps.DeleteFunc(s.DependsOn, func(dependency string, _ types.ServiceDependency) bool { return !keep[dependency] })
		c.Services[name] = s
	}
	return c
}

// prune leaves the networks, volumes, ... that the services use, of all that
// the files declare.
func (p *Project) prune() *Project {
	if p.allResources {
		return p
	}
	all := p.declared
	if all == nil {
		all = p.Project
	}
	used := p.used()
	c := p.copy()
	c.Networks = only(all.Networks, used.networks)
	c.Volumes = only(all.Volumes, used.volumes)
	c.Secrets = only(all.Secrets, used.secrets)
	c.Configs = only(all.Configs, used.configs)
	c.Models = only(all.Models, used.models)
	return c
}

type resources struct{ networks, volumes, secrets, configs, models map[string]bool }

// used collects the keys of the resources that the services name.
func (p *Project) used() resources {
	r := resources{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, s := range p.Services {
		for key := range s.Networks {
			r.networks[key] = true
		}
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeVolume {
				r.volumes[v.Source] = true
			}
		}
		for _, secret := range s.Secrets {
			r.secrets[secret.Source] = true
		}
		if s.Build != nil {
			for _, secret := range s.Build.Secrets {
				r.secrets[secret.Source] = true
			}
		}
		for _, config := range s.Configs {
			r.configs[config.Source] = true
		}
		for key := range s.Models {
			r.models[key] = true
		}
	}
	return r
}

func only[M ~map[string]V, V any](m M, keys map[string]bool) M {
	kept := make(M, len(keys))
	for key, v := range m {
		if keys[key] {
			kept[key] = v
		}
	}
	return kept
}

// WithScale returns the project with other numbers of replicas. A *hint.Error is
// about a number below 0, several replicas of a service with a container_name, or an
// unknown service, which wraps ErrNoSuchService.
func (p *Project) WithScale(replicas map[string]int) (*Project, error) {
	c := p.copy()
	c.Services = maps.Clone(p.Services)
	for _, name := range slices.Sorted(maps.Keys(replicas)) {
		s, ok := c.Services[name]
		if !ok {
			return nil, p.noSuchService(name)
		}
		n := replicas[name]
		if n < 0 {
			return nil, hint.New(fmt.Sprintf("services.%s.scale: must be greater than or equal to 0", name),
				"0 replicas removes the service's containers")
		}
		if n > 1 && s.ContainerName != "" {
			return nil, hint.New(fmt.Sprintf("services.%s: can't set container_name and scale to %d as container name must be unique", name, n),
				fmt.Sprintf("take container_name: %s out of the service, and its containers are numbered", s.ContainerName))
		}
		s.Scale = &n
		if s.Deploy != nil {
			deploy := *s.Deploy
			deploy.Replicas = &n
			s.Deploy = &deploy
		}
		c.Services[name] = s
	}
	return c, nil
}
