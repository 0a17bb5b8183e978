package project

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// buildRules are those of build. Variables in args are looked for in
// environmentDemands.
var buildRules = harmless(`
	args dockerfile_inline isolation no_cache no_cache_filter platforms provenance
	pull sbom shm_size target ulimits`, map[string]demandRule{
	"additional_contexts": func(d *demandCollector, v any) {
		for name, context := range mapping(v) {
			if text, ok := context.(string); ok && isImage(text) {
				continue
			}
			d.brings("the context "+quoted(name), context)
		}
	},
	"context":    nil, // see builds
	"dockerfile": nil, // see builds
	"extra_hosts": func(d *demandCollector, v any) {
		d.add("is built with extra_hosts: %s", shown(v))
	},
	"labels":     nil,
	"network":    unlessOneOf("build.network", "default", "none"),
	"privileged": ifOn("has a privileged build"),
	"secrets": func(d *demandCollector, v any) {
		for _, secret := range list(v) {
			d.add("is built with the secret %s", shown(secret))
		}
	},
	"ssh": func(d *demandCollector, v any) {
		d.add("is built with the ssh agent or keys: %s", shown(v))
	},
})

// builds looks at what a build takes of this machine, and where it leaves its
// results: under names that others use, in caches.
func builds(d *demandCollector, v any) {
	b := mapping(v)
	d.attributes("build.", b, buildRules)
	context, ok := b["context"]
	if !ok || context == nil || context == "" {
		context = d.dir
	}
	d.brings("the context", context)
	folder, _ := context.(string)
	if file, ok := b["dockerfile"].(string); ok && !isURL(folder) {
		d.reads(absoluteIn(file, folder))
	}
}

// brings notes a context that did not come with the file: a path, or what the
// builder fetches.
func (d *demandCollector) brings(what string, v any) {
	context, ok := v.(string)
	switch {
	case !ok:
		d.add("is built with %s %s", what, shown(v))
	case isURL(context):
		d.add("is built with %s %s", what, quoted(context))
	default:
		d.reads(context)
	}
}

// isImage tells whether an additional context is an image: of a service of the
// file's own, or one that the engine has or pulls. build.context is none: it
// may be a folder that is called so.
func isImage(context string) bool {
	return strings.HasPrefix(context, types.ServicePrefix) || strings.HasPrefix(context, "docker-image://")
}

// isURL tells whether the builder fetches a context itself.
func isURL(context string) bool {
	return strings.Contains(context, "://") || strings.HasPrefix(context, "git@") || strings.HasPrefix(context, "github.com/")
}
