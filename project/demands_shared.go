package project

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project/document"
)

// definitions are the names that files define, by the section that they stand in.
type definitions map[string]map[string]bool

// definedBesides are what other files define than a copy and those that came with it:
// where the copy is one of several of -f, those before it, which it changes.
func (s *source) definedBesides(c *remoteFile) definitions {
	before := slices.IndexFunc(s.files, func(f types.ConfigFile) bool { return f.Filename == c.Path })
	others := definitions{}
	for i, d := range readDocuments(s) {
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
// taken for a service of theirs. The default network is everybody's.
func (d *demandCollector) joinsOthers(s map[string]any) {
	names := []any{s["container_name"]}
	for name, n := range mapping(s["networks"]) {
		if name != "default" {
			d.takes("networks", name)
		}
		names = append(names, list(mapping(n)["aliases"])...)
	}
	for _, v := range names {
		if name, _ := v.(string); d.others["services"][name] {
			d.add("takes the name %s, which is that of another file's service", quoted(name))
		}
	}
}
