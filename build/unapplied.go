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
