package project

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project/diagnostic"
)

// switchedOn is a service that is on because another one requires it, though its
// profile is off.
type switchedOn struct {
	service string
	needs   string // it
}

// switchOn turns on the services that these require, though their profiles are off. No
// other services of those profiles are turned on.
func (p *Project) switchOn(services []string) *Project {
	c := p.copy()
	c.Services, c.DisabledServices = maps.Clone(p.Services), maps.Clone(p.DisabledServices)
	c.switchedOn = slices.Clone(p.switchedOn)
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		needs := c.Services[name].DependsOn
		for _, on := range slices.Sorted(maps.Keys(needs)) {
			s, off := c.DisabledServices[on]
			switch {
			case off && !needs[on].Required:
				continue
			case off:
				c.Services[on] = s
				delete(c.DisabledServices, on)
				c.switchedOn = append(c.switchedOn, switchedOn{service: on, needs: name})
			}
			visit(on)
		}
	}
	for _, name := range services {
		visit(name)
	}
	return c
}

// SwitchOn returns the project in which the named services, or all that are on, are
// there with what they cannot do without, whatever their profiles: for commands that
// start containers there are. A *FileError about an env file is returned only where a
// service has pre_start hooks, whose containers are made anew.
func (p *Project) SwitchOn(services []string) (*Project, error) {
	c := p.copy()
	c.Services, c.DisabledServices = maps.Clone(p.Services), maps.Clone(p.DisabledServices)
	for _, name := range services {
		if s, off := c.DisabledServices[name]; off {
			c.Services[name] = s
			delete(c.DisabledServices, name)
		}
	}
	c = c.switchOn(c.ServiceNames())
	if err := c.resolve(); err != nil {
		for _, s := range c.Services {
			if len(s.PreStart) > 0 {
				return nil, err
			}
		}
	}
	return c, nil
}

// absentDependency is a dependency on a service that the file does not have.
type absentDependency struct{ service, on string }

// dropAbsent takes out of depends_on what is not in the file and not required, and
// returns it, sorted.
func dropAbsent(p *types.Project) []absentDependency {
	all := p.AllServices()
	var dropped []absentDependency
	for _, name := range slices.Sorted(maps.Keys(all)) {
		needs := all[name].DependsOn
		for _, on := range slices.Sorted(maps.Keys(needs)) {
			if _, there := all[on]; !there && !needs[on].Required {
				delete(needs, on) // the map is the model's own
				dropped = append(dropped, absentDependency{name, on})
			}
		}
	}
	return dropped
}

// undefined are the errors about absent dependencies, joined.
func undefined(dropped []absentDependency) error {
	var found []error
	for _, d := range dropped {
		found = append(found, fmt.Errorf("service %q depends on undefined service %q", d.service, d.on))
	}
	return errors.Join(found...)
}

// reportDependencies reports the dependencies of selected services that were dropped
// because the file does not have them, and the services that were switched on.
func (p *Project) reportDependencies(dropped []absentDependency, sink event.Sink) {
	for _, d := range dropped {
		if _, on := p.Services[d.service]; on {
			sink(event.Message{
				Level: event.Warn,
				Text:  fmt.Sprintf("service %q goes on without service %q, which is not in the file and not required", d.service, d.on),
				Hint:  diagnostic.ServiceHint(d.on, slices.Concat(p.ServiceNames(), p.DisabledServiceNames())),
			})
		}
	}
	for _, s := range p.switchedOn {
		sink(event.Message{
			Level: event.Info,
			Text: fmt.Sprintf("service %q is switched on though its profile %s is off: service %q depends on it",
				s.service, diagnostic.Quoted(p.Services[s.service].Profiles), s.needs),
		})
	}
}
