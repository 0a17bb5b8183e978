package project

import (
	"maps"

	"github.com/compose-spec/compose-go/v2/types"
)

// HasHooks tells whether a service has hooks, whether its profile is on or not.
func (p *Project) HasHooks() bool {
	for _, services := range []types.Services{p.Services, p.DisabledServices} {
		for _, s := range services {
			if len(s.PreStart)+len(s.PostStart)+len(s.PreStop) > 0 {
				return true
			}
		}
	}
	return false
}

// WithoutHooks returns the project without the hooks of its services.
func (p *Project) WithoutHooks() *Project {
	c := p.copy()
	c.Services, c.DisabledServices = withoutHooks(c.Services), withoutHooks(c.DisabledServices)
	return c
}

func withoutHooks(services types.Services) types.Services {
	all := maps.Clone(services)
	for name, s := range all {
		s.PreStart, s.PostStart, s.PreStop = nil, nil, nil
		all[name] = s
	}
	return all
}
