package project

import (
	"path/filepath"
	"strings"
)

// buildRules are those of build. Variables in args are looked for in
// environmentDemands.
var buildRules = harmless(`
	args dockerfile_inline isolation no_cache no_cache_filter platforms provenance
	pull sbom shm_size target ulimits`, map[string]demandRule{
	"additional_contexts": func(d *demanding, v any) {
		for name, context := range mapping(v) {
			d.brings("the context "+quoted(name), context)
		}
	},
	"context":    func(d *demanding, v any) { d.brings("the context", v) },
	"dockerfile": nil, // see builds
	"extra_hosts": func(d *demanding, v any) {
		d.add("is built with extra_hosts: %s", shown(v))
	},
	"labels":     nil,
	"network":    unless("build.network", "default", "none"),
	"privileged": asked("has a privileged build"),
	"secrets": func(d *demanding, v any) {
		for _, secret := range list(v) {
			d.add("is built with the secret %s", shown(secret))
		}
	},
	"ssh": func(d *demanding, v any) {
		d.add("is built with the ssh agent or keys: %s", shown(v))
	},
})

// builds looks at what a build takes of this machine, and where it leaves its
// results: under names that others use, in caches.
func builds(d *demanding, v any) {
	b := mapping(v)
	d.attributes("build.", b, buildRules)
	context, _ := b["context"].(string)
	if file, ok := b["dockerfile"].(string); ok && !isURL(context) {
		if !filepath.IsAbs(file) {
			file = filepath.Join(context, file)
		}
		d.reads(file)
	}
}

// brings notes a context that did not come with the file: a path, or what the
// builder fetches. Other services' images are the file's own.
func (d *demanding) brings(what string, v any) {
	context, ok := v.(string)
	switch {
	case !ok:
		d.add("is built with %s %s", what, shown(v))
	case strings.HasPrefix(context, "service:"), strings.HasPrefix(context, "docker-image://"):
	case isURL(context):
		d.add("is built with %s %s", what, quoted(context))
	default:
		d.reads(context)
	}
}

// isURL tells whether the builder fetches a context itself.
func isURL(context string) bool {
	return strings.Contains(context, "://") || strings.HasPrefix(context, "git@") || strings.HasPrefix(context, "github.com/")
}
