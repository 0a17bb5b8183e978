package project

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// definitions are the names that files define, by the section that they stand in.
type definitions map[string]map[string]bool

// hostNames is the section of definitions for the names by which containers find each
// other, in lower case: the engine's DNS does not tell cases apart.
const hostNames = "host names"

// definedBesides are what other files define than a copy and those that came with it:
// where the copy is one of several of -f, those before it, which it changes.
func (s *source) definedBesides(documents []*document.Document, c *remoteFile) definitions {
	before := slices.IndexFunc(s.files, func(f types.ConfigFile) bool { return f.Filename == c.Path })
	others := definitions{}
	for i, d := range documents {
		if below(d.Name, c.Root) || before >= 0 && i >= before && i < len(s.files) {
			continue
		}
		for _, root := range d.Docs {
			for section := range sections {
				_, entries := document.Child(root, section)
				for _, name := range document.Keys(entries) {
					others.add(section, name)
				}
			}
			_, services := document.Child(root, "services")
			others.addHostNames(services)
		}
	}
	return others
}

func (d definitions) add(section, name string) {
	if d[section] == nil {
		d[section] = map[string]bool{}
	}
	d[section][name] = true
}

// addHostNames adds the names of services, and those that they give their containers.
func (d definitions) addHostNames(services *yaml.Node) {
	names := document.Keys(services)
	for _, service := range document.Values(services) {
		_, container := document.Child(service, "container_name")
		_, host := document.Child(service, "hostname")
		_, networks := document.Child(service, "networks")
		given := []*yaml.Node{container, host}
		for _, network := range document.Values(networks) {
			_, aliases := document.Child(network, "aliases")
			given = append(given, aliases)
		}
		for _, node := range given {
			for _, scalar := range document.Scalars(document.Deref(node)) {
				names = append(names, scalar.Value)
			}
		}
	}
	for _, name := range names {
		d.add(hostNames, strings.ToLower(name))
	}
}

// takesBack notes what a copy that is one of -f takes back of the files before it, by
// !reset or !override: of that its own model has nothing.
func (d *demandCollector) takesBack(documents []*document.Document, c *remoteFile) {
	for _, t := range documents {
		if !d.merged || t.Name != c.Path {
			continue
		}
		for _, root := range t.Docs {
			for name, section := range sections {
				_, entries := document.Child(root, name)
				all := document.Tagged(root) || document.Tagged(document.Deref(entries))
				for entry := range d.others[name] { // none where it is no section with entries
					_, value := document.Child(entries, entry)
					if all || document.Tagged(document.Deref(value)) {
						d.of = section.noun + " " + quoted(entry)
						d.add(changesOthers)
					}
				}
			}
		}
	}
}

// changesOthers is what is noted of a part that a file before defines.
const changesOthers = "changes what another file says of it"

// owned are the names that a model defines and nobody else does.
func owned(model map[string]any, others definitions) definitions {
	own := definitions{}
	for section := range sections {
		for name := range mapping(model[section]) {
			if !others[section][name] {
				own.add(section, name)
			}
		}
	}
	return own
}

// takes notes something that a service uses by a name that is not the file's own: the
// secret of another file, the processes of another file's service.
func (d *demandCollector) takes(section, name string) {
	if name != "" && !d.own[section][name] {
		d.add("uses the %s %s, which is not its own alone", strings.TrimSuffix(section, "s"), quoted(name))
	}
}

// uses notes what a service takes of other files.
func (d *demandCollector) uses(s map[string]any) {
	for _, key := range []string{"cgroup", "ipc", "network_mode", "pid", "userns_mode", "uts"} {
		d.takesService(s[key])
	}
	for _, from := range list(s["volumes_from"]) {
		if text, _ := from.(string); !strings.HasPrefix(text, types.ContainerPrefix) {
			service, _, _ := strings.Cut(text, ":")
			d.takes("services", service)
		}
	}
	for _, context := range mapping(mapping(s["build"])["additional_contexts"]) {
		d.takesService(context)
	}
	for _, v := range list(s["volumes"]) {
		if m := mapping(v); m["type"] == types.VolumeTypeVolume {
			name, _ := m["source"].(string)
			d.takes("volumes", name)
		}
	}
	for _, section := range []string{"secrets", "configs"} {
		for _, ref := range list(s[section]) {
			name, _ := mapping(ref)["source"].(string)
			d.takes(section, name)
		}
	}
	d.joinsOthers(s)
}

// takesService notes the service that a text names by its prefix.
func (d *demandCollector) takesService(v any) {
	text, _ := v.(string)
	if name, ok := strings.CutPrefix(text, types.ServicePrefix); ok {
		d.takes("services", name)
	}
}

// joinsOthers notes networks of other files, and names by which a container would be
// taken for one of theirs. The default network is everybody's.
func (d *demandCollector) joinsOthers(s map[string]any) {
	names := []any{s["container_name"], s["hostname"]}
	for name, n := range mapping(s["networks"]) {
		if name != "default" {
			d.takes("networks", name)
		}
		names = append(names, list(mapping(n)["aliases"])...)
	}
	for _, name := range names {
		d.takesName(name)
	}
}

// takesName notes a name by which other files' containers would reach this one in the
// place of another one of theirs, or, with a dot in it, in that of a machine elsewhere.
func (d *demandCollector) takesName(v any) {
	name, _ := v.(string)
	switch {
	case d.others[hostNames][strings.ToLower(name)]:
		d.add("takes the name %s, which is that of another file's service", quoted(name))
	case len(d.others["services"]) > 0 && strings.Contains(name, "."):
		d.add("takes the name %s, which may be that of another machine", quoted(name))
	}
}
