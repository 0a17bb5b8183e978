package project

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project/diagnostic"
)

// reach are the services of a selection, their dependencies, and the services whose
// images their builds take. Dependencies that the files do not have are left out.
// enabled is the project with the profiles of the named services on. An unknown name
// is an error that wraps ErrNoSuchService.
func (p *Project) reach(s Selection) (enabled *Project, keep map[string]bool, err error) {
	keep = map[string]bool{}
	if len(s.Services) == 0 {
		for name := range p.Services {
			keep[name] = true
		}
		return p, keep, nil
	}
	if enabled, err = p.enable(s.Services); err != nil {
		return nil, nil, err
	}
	names, err := enabled.match(s.Services)
	if err != nil {
		return nil, nil, err
	}
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		service, ok := enabled.Services[name]
		if !ok || keep[name] {
			continue
		}
		keep[name] = true
		if names = append(names, buildNeeds(service)...); !s.NoDeps {
			names = append(names, dependencies(service)...)
		}
	}
	return enabled, keep, nil
}

// withRequired turns on the services that others require although their profiles are
// off: up has started them together.
func (p *Project) withRequired() *Project {
	var off []string
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		if _, ok := p.DisabledServices[name]; ok {
			off = append(off, name)
		}
		for on, how := range p.Definition(name).DependsOn {
			if how.Required {
				visit(on)
			}
		}
	}
	for name := range p.Services {
		visit(name)
	}
	if len(off) == 0 {
		return p
	}
	c := p.copy()
	c.Services, c.DisabledServices = maps.Clone(p.Services), maps.Clone(p.DisabledServices)
	for _, name := range off {
		c.Services[name] = p.DisabledServices[name]
		delete(c.DisabledServices, name)
	}
	return c
}

// check is an error for contradictions among the services of a selection, their
// dependencies and the services that their builds take from. Others are not checked:
// nothing of them is used.
func (p *Project) check(s Selection) error {
	enabled, keep, err := p.reach(s)
	if err != nil {
		return err
	}
	found := inconsistencies(enabled.Project, scope{services: keep, need: p.need, offPasses: len(s.Services) > 0})
	if p.need == NeedAll {
		found = append(found, sharedNames(only(enabled.Services, keep))...)
	}
	if len(found) == 0 {
		return nil
	}
	return p.source.diagnose(errors.Join(found...))
}

// faults are all contradictions in the project, and the files of its services that
// are not there.
func (p *Project) faults() error {
	whole := map[string]bool{}
	for name := range p.Services {
		whole[name] = !p.omitted.services[name]
	}
	found := inconsistencies(p.Project, scope{services: whole, offPasses: true})
	found = append(found, sharedNames(p.Services)...)
	for _, name := range p.ServiceNames() {
		if whole[name] {
			found = append(found, missingFiles(p.Services[name])...)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return p.source.diagnose(errors.Join(found...))
}

// sharedNames are services with the container_name of another.
func sharedNames(services types.Services) []error {
	var found []error
	owner := map[string]string{}
	for _, service := range slices.Sorted(maps.Keys(services)) {
		name := services[service].ContainerName
		if name == "" {
			continue
		}
		if other, ok := owner[name]; ok {
			found = append(found, &diagnostic.PathError{
				Path: []string{"services", service, "container_name"},
				Msg:  fmt.Sprintf("services.%s: container name %q is already in use by service %s", service, name, other),
				Hint: "give one of the two another container_name, or none",
			})
			continue
		}
		owner[name] = service
	}
	return found
}

// missingFiles are the env files and label files of a service that are not there.
func missingFiles(s types.ServiceConfig) []error {
	var found []error
	gone := func(name string) bool {
		_, err := os.Stat(name)
		return errors.Is(err, fs.ErrNotExist)
	}
	for _, f := range s.EnvFiles {
		if bool(f.Required) && gone(f.Path) {
			found = append(found, fmt.Errorf("env file %s not found", f.Path))
		}
	}
	for _, name := range s.LabelFiles {
		if gone(name) {
			found = append(found, fmt.Errorf("label file %s not found", name))
		}
	}
	return found
}

// Whole tells whether the files have the service and nothing of its definition was
// left out, see Unread.
func (p *Project) Whole(service string) bool { return p.Known(service) && !p.omitted.services[service] }
