package diagnostic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project/document"
)

// explainUndefined is about a service's reference to a network, volume, ...
func (d *diagnosis) explainUndefined(m []string) {
	service, kind, name := m[1], m[2], m[3]
	within := []string{"services", service, kind + "s"}
	if kind == "build secret" {
		kind, within = "secret", []string{"services", service, "build", "secrets"}
	}
	d.locateEntry(within, name)
	var declared []string
	for _, t := range d.Documents {
		for _, root := range t.Docs {
			_, section := document.Child(root, kind+"s")
			declared = append(declared, document.Keys(section)...)
		}
	}
	if near := Nearest(name, declared); len(near) > 0 {
		d.hint = "did you mean " + Quoted(near) + "?"
		return
	}
	d.hint = fmt.Sprintf("declare it at the top level: %ss: {%s: }", kind, name)
	switch kind {
	case "network":
		d.hint += fmt.Sprintf("; one that others made is {%s: {external: true}}", name)
	case "volume":
		d.hint += fmt.Sprintf("; a file or folder is written with ./: ./%s", name)
	}
}

// explainDependency is about depends_on of a service that is not there, or off.
func (d *diagnosis) explainDependency(section, service, dependency string) {
	for _, key := range []string{"depends_on", "links", "volumes_from"} {
		if d.locateEntry([]string{section, service, key}, dependency) {
			break
		}
	}
	for _, key := range []string{"network_mode", "ipc", "pid", "uts", "cgroup"} {
		if d.at.Line == 0 || len(d.path) < 3 {
			d.locateScalar("services."+service+"."+key, func(v string) bool { return v == types.ServicePrefix+dependency })
		}
	}
	if profiles := d.profiles(dependency); len(profiles) > 0 {
		d.hint = fmt.Sprintf("%q has the profile %s, which is off: turn it on with --profile %s, or make the dependency required: false",
			dependency, Quoted(profiles), profiles[0])
		return
	}
	d.hint = d.suggestService(dependency, service)
}

// explainCycle points at the first dependency of the cycle: "a -> b -> a".
func (d *diagnosis) explainCycle(m []string) {
	around := strings.Split(m[1], " -> ")
	if len(around) < 2 {
		return
	}
	d.explainDependency("services", around[0], around[1])
	d.hint = "take one of these dependencies out"
}

// profiles are those of a service.
func (d *diagnosis) profiles(service string) []string {
	for _, t := range slices.Backward(d.Documents) {
		for _, root := range t.Docs {
			_, n, depth := document.Find(root, []string{"services", service, "profiles"})
			if depth == 3 {
				var names []string
				for _, scalar := range document.Scalars(document.Deref(n)) {
					names = append(names, scalar.Value)
				}
				return names
			}
		}
	}
	return nil
}

// suggestService is the hint for a name that is no service; those that cannot
// be meant are not suggested.
func (d *diagnosis) suggestService(name string, not ...string) string {
	var names []string
	for _, t := range d.Documents {
		for _, root := range t.Docs {
			_, services := document.Child(root, "services")
			names = append(names, document.Keys(services)...)
		}
	}
	names = slices.DeleteFunc(names, func(n string) bool { return slices.Contains(not, n) })
	slices.Sort(names)
	return ServiceHint(name, slices.Compact(names))
}
