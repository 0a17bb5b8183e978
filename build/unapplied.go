package build

import (
	"maps"
	"slices"

	"github.com/compose-orchestrator/compose/project"
)

// Buildable are those of the services that have a build section, in their order.
func Buildable(p *project.Project, services []string) []string {
	var names []string
	for _, name := range services {
		if p.Services[name].Build != nil {
			names = append(names, name)
		}
	}
	return names
}

// Unapplied returns the attributes of a service's build section that this package does
// not apply, as dotted paths, sorted. Those that only the classic builder cannot apply are
// reported while building.
func Unapplied(p *project.Project, service string) []string {
	b := p.Services[service].Build
	if b == nil {
		return nil
	}
	used := map[string]bool{"build.isolation": b.Isolation != "" && b.Isolation != "default"}
	for _, s := range b.Secrets {
		for attribute, is := range map[string]bool{
			".uid": s.UID != "", ".gid": s.GID != "", ".mode": s.Mode != nil, " (external)": bool(p.Secrets[s.Source].External),
		} {
			at := "build.secrets." + s.Source + attribute
			used[at] = used[at] || is
		}
	}
	maps.DeleteFunc(used, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(used))
}
