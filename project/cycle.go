package project

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// BuildNeeds returns the services whose images a service's build uses, and which
// must be built before it: those of additional_contexts with "service:". Sorted,
// each once; only direct ones. Uses are those that the Dockerfile names.
func (p *Project) BuildNeeds(service string) []string { return buildNeeds(p.Definition(service)) }

func buildNeeds(s types.ServiceConfig) []string {
	if s.Build == nil {
		return nil
	}
	var needs []string
	for _, source := range s.Build.AdditionalContexts {
		if name, ok := strings.CutPrefix(source, types.ServicePrefix); ok {
			needs = append(needs, name)
		}
	}
	slices.Sort(needs)
	return slices.Compact(needs)
}

// dependencies are the services that a service is started after, sorted.
func dependencies(s types.ServiceConfig) []string { return slices.Sorted(maps.Keys(s.DependsOn)) }

// cycle returns services that lead to each other in a circle, the first one once
// more at the end; nil if there are none. Edges lists where a service leads.
func cycle(services types.Services, edges func(types.ServiceConfig) []string) []string {
	done := map[string]bool{} // true: no circle from here; false: on the path
	var path []string
	var walk func(name string) []string
	walk = func(name string) []string {
		if over, seen := done[name]; over {
			return nil
		} else if seen {
			return append(slices.Clone(path[slices.Index(path, name):]), name)
		}
		done[name] = false
		path = append(path, name)
		for _, on := range edges(services[name]) {
			if _, ok := services[on]; !ok {
				continue
			}
			if around := walk(on); around != nil {
				return around
			}
		}
		path = path[:len(path)-1]
		done[name] = true
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(services)) {
		if around := walk(name); around != nil {
			return around
		}
	}
	return nil
}
