package account

import (
	"slices"

	"github.com/compose-orchestrator/compose/project"
)

// Options say whose output an attached up shows, and whose end ends it.
type Options struct {
	// Services whose output is shown; empty: those named for up, or all.
	Services []string
	// Not are services whose output is not shown.
	Not []string
	// Dependencies shows the output of what the named services depend on too.
	Dependencies bool
	// AbortOnExit stops the containers of the services named for up, or all, when
	// a followed one ends, AbortOnFailure when one ends with another code than 0.
	AbortOnExit, AbortOnFailure bool
	// ExitCodeFrom is the service whose exit code is returned; it implies
	// AbortOnExit.
	ExitCodeFrom string
}

// shows tells whether what a service's containers print is shown.
func (o Options) shows(p *project.Project, service string) bool {
	svc, selected := p.Services[service]
	switch {
	case !selected || slices.Contains(o.Not, service):
		return false
	case len(o.Services) > 0:
		return slices.Contains(o.Services, service)
	case svc.Attach != nil && !*svc.Attach:
		return slices.Contains(p.Targets, service)
	}
	return len(p.Targets) == 0 || o.Dependencies || slices.Contains(p.Targets, service)
}

// showsAny tells whether what any container prints is shown.
func (o Options) showsAny(p *project.Project) bool {
	return slices.ContainsFunc(p.ServiceNames(), func(name string) bool { return o.shows(p, name) })
}

// follows tells whether a service's containers are waited for: those that are
// shown, the one whose exit code is asked for, and all that the up stops in the end
// where nothing is shown, for it would end at once.
func (o Options) follows(p *project.Project, service string) bool {
	switch _, selected := p.Services[service]; {
	case !selected:
		return false
	case o.shows(p, service), service == o.ExitCodeFrom:
		return true
	}
	return owns(p, service) && !o.showsAny(p)
}

// owns tells whether the end of the up stops a service's containers. Those that
// the named services depend on run on, as with Docker Compose: they may serve
// others too, and who ran tests against them looks into them afterwards.
func owns(p *project.Project, service string) bool {
	return len(p.Targets) == 0 || slices.Contains(p.Targets, service)
}
