package diagnostic

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
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

// suggestService is the hint for a name that is no service; not has the services that are
// not suggested.
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

// references are the places of a service that name something else, by what that is.
var references = map[string][]string{
	"network": {"networks"},
	"volume":  {"volumes"},
	"secret":  {"secrets"},
	"config":  {"configs"},
	"service": {"depends_on"},
}

// referenceMistakes are references to what none of the documents has. Where some of it
// comes from elsewhere, by include or extends, nothing is known.
func (f Files) referenceMistakes() []error {
	for _, place := range []string{"include", "services.*.extends"} {
		for _, t := range f.Documents {
			if len(t.Spots(strings.Split(place, "."))) > 0 {
				return nil
			}
		}
	}
	var found []error
	for _, kind := range slices.Sorted(maps.Keys(references)) {
		declared := f.declared(kind + "s")
		for _, key := range references[kind] {
			for _, t := range f.Documents {
				for _, spot := range t.Spots([]string{"services", "*", key, "*"}) {
					service, name := spot.Path[1], f.referredTo(kind, spot)
					if name == "" || declared[name] {
						continue
					}
					found = append(found, undefined(kind, service, name))
				}
			}
		}
	}
	return found
}

// undefined is the error of the loader for a reference to what is not there.
func undefined(kind, service, name string) error {
	if kind == "service" {
		return fmt.Errorf("service %q depends on undefined service %q", service, name)
	}
	return fmt.Errorf("service %q refers to undefined %s %s", service, kind, name)
}

// declared are the names of a section of all documents.
func (f Files) declared(section string) map[string]bool {
	names := map[string]bool{}
	if section == "networks" {
		names["default"] = true
	}
	for _, t := range f.Documents {
		for _, root := range t.Docs {
			_, v := document.Child(root, section)
			for _, name := range document.Keys(v) {
				names[name] = true
			}
		}
	}
	return names
}

// referredTo is the name that an element of a service's list or mapping refers to; "":
// none, or none that has to be there.
func (f Files) referredTo(kind string, spot document.Spot) string {
	n := document.Deref(spot.Node)
	key := spot.Path[len(spot.Path)-1]
	_, err := strconv.Atoi(key)
	if inList := err == nil; !inList {
		if _, required := document.Child(n, "required"); required != nil && required.Value == "false" || key == "<<" {
			return ""
		}
		return key
	}
	if n.Kind == yaml.MappingNode {
		_, source := document.Child(n, "source")
		_, mount := document.Child(n, "type")
		if source == nil || kind == "volume" && (mount == nil || mount.Value != types.VolumeTypeVolume) {
			return ""
		}
		return f.filled(source.Value)
	}
	text := f.filled(n.Value)
	if kind != "volume" {
		return text
	}
	v, err := f.Volume(text)
	if err != nil || v.Type != types.VolumeTypeVolume {
		return ""
	}
	return v.Source
}

// filled is a text with its variables; "" where that is a mistake.
func (f Files) filled(text string) string {
	filled, err := limits.Substitute(text, f.Variables.Resolve)
	if err != nil {
		return ""
	}
	return filled
}
