package build

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

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

// Unapplied returns the attributes of a service's build section of which this
// package makes nothing, as dotted paths, sorted. Those that only the classic
// builder cannot do are told while building.
func Unapplied(p *project.Project, service string) []string {
	b := p.Services[service].Build
	if b == nil {
		return nil
	}
	var names []string
	note := func(applies bool, name string) {
		if applies {
			names = append(names, name)
		}
	}
	note(b.Isolation != "" && b.Isolation != "default", "build.isolation")
	for _, s := range b.Secrets {
		at := "build.secrets." + s.Source
		note(s.UID != "", at+".uid")
		note(s.GID != "", at+".gid")
		note(s.Mode != nil, at+".mode")
		note(bool(p.Secrets[s.Source].External), at+" (external)")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// sharedFolders are the local folders that more than one build reads. It looks
// at the file alone: a folder that is missing is for the build to report.
func sharedFolders(p *project.Project) map[string]bool {
	uses := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		b := p.Services[name].Build
		if b == nil {
			continue
		}
		for dir := range folders(p, b) {
			uses[dir]++
		}
	}
	shared := map[string]bool{}
	for dir, n := range uses {
		shared[dir] = n > 1
	}
	return shared
}

// folders are those that one build section names.
func folders(p *project.Project, b *types.BuildConfig) map[string]bool {
	dirs := map[string]bool{}
	add := func(context string) {
		if !strings.Contains(context, "://") && !strings.HasPrefix(context, types.ServicePrefix) && !isRemote(context) {
			dirs[absolute(context, p.WorkingDir)] = true
		}
	}
	add(b.Context)
	for _, value := range b.AdditionalContexts {
		add(value)
	}
	return dirs
}
